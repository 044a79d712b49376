using Cloud.Api.Rest.Archive;
using Cloud.Api.Rest.Checks;
using Cloud.Api.Rest.Domains;
using Cloud.Api.Rest.Keys;
using Cloud.Api.Rest.OpenApi;
using Cloud.Api.Rest.Proofs;
using Cloud.Api.Rest.Traces;
using Cloud.Api.Rest.UserLife;

namespace Cloud.Api.Rest;

/// <summary>All that the API does: a further resource is a folder with its routes, and a line here.</summary>
public static class ApiRoutes
{
    public static readonly IReadOnlyList<Route> All =
    [
        .. OpenApiResource.Routes,
        .. DomainResource.Routes,
        .. KeyResource.Routes,
        .. UserLifeResource.Routes,
        .. TraceResource.Routes,
        .. ArchiveResource.Routes,
        .. CheckResource.Routes,
        .. ProofResource.Routes,
    ];
}
