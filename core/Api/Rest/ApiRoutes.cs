using Cloud.Api.Rest.Domains;
using Cloud.Api.Rest.Keys;
using Cloud.Api.Rest.OpenApi;

namespace Cloud.Api.Rest;

/// <summary>All that the API does: a further resource is a folder with its routes, and a line here.</summary>
public static class ApiRoutes
{
    public static readonly IReadOnlyList<Route> All = [.. OpenApiResource.Routes, .. DomainResource.Routes, .. KeyResource.Routes];
}
