using Cloud.Api.Rest.Aliases;
using Cloud.Api.Rest.Domains;
using Cloud.Api.Rest.Keys;
using Cloud.Api.Rest.Mailboxes;
using Cloud.Api.Rest.Messages;
using Cloud.Api.Rest.OpenApi;
using Cloud.Api.Rest.Queue;
using Cloud.Api.Rest.Sends;
using Cloud.Api.Rest.Suppressions;
using Cloud.Api.Rest.Templates;
using Cloud.Api.Rest.Uploads;
using Cloud.Api.Rest.Usage;
using Cloud.Api.Rest.Users;

namespace Cloud.Api.Rest;

/// <summary>All that the API does: a further resource is a folder with its routes, and a line here.</summary>
public static class ApiRoutes
{
    public static readonly IReadOnlyList<Route> All =
    [
        .. OpenApiResource.Routes,
        .. DomainResource.Routes,
        .. KeyResource.Routes,
        .. SendResource.Routes,
        .. UploadResource.Routes,
        .. TemplateResource.Routes,
        .. MailboxResource.Routes,
        .. MessageResource.Routes,
        .. UserResource.Routes,
        .. AliasResource.Routes,
        .. SuppressionResource.Routes,
        .. QueueResource.Routes,
        .. UsageResource.Routes,
    ];
}
