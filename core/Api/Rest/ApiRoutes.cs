using Cloud.Api.Rest.Aliases;
using Cloud.Api.Rest.Archive;
using Cloud.Api.Rest.Checks;
using Cloud.Api.Rest.Dkim;
using Cloud.Api.Rest.Domains;
using Cloud.Api.Rest.Hooks;
using Cloud.Api.Rest.InboundRoutes;
using Cloud.Api.Rest.Keys;
using Cloud.Api.Rest.Links;
using Cloud.Api.Rest.Mailboxes;
using Cloud.Api.Rest.Messages;
using Cloud.Api.Rest.OpenApi;
using Cloud.Api.Rest.Proofs;
using Cloud.Api.Rest.Queue;
using Cloud.Api.Rest.Records;
using Cloud.Api.Rest.Reports;
using Cloud.Api.Rest.Sends;
using Cloud.Api.Rest.Suppressions;
using Cloud.Api.Rest.Templates;
using Cloud.Api.Rest.Traces;
using Cloud.Api.Rest.Uploads;
using Cloud.Api.Rest.Usage;
using Cloud.Api.Rest.UserLife;
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
        .. UserLifeResource.Routes,
        .. TraceResource.Routes,
        .. ArchiveResource.Routes,
        .. CheckResource.Routes,
        .. ProofResource.Routes,
        .. RecordResource.Routes,
        .. DkimResource.Routes,
        .. ReportResource.Routes,
        .. HookResource.Routes,
        .. DeliveryResource.Routes,
        .. HookSchemaResource.Routes,
        .. RouteResource.Routes,
        .. LinkResource.Routes,
        .. SendResource.Routes,
        .. UploadResource.Routes,
        .. TemplateResource.Routes,
        .. MailboxResource.Routes,
        .. AclResource.Routes,
        .. MessageResource.Routes,
        .. UserResource.Routes,
        .. AliasResource.Routes,
        .. SuppressionResource.Routes,
        .. QueueResource.Routes,
        .. UsageResource.Routes,
    ];
}
