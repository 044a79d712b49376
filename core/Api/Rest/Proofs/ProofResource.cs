using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Api.Admin;
using Cloud.Mail;

namespace Cloud.Api.Rest.Proofs;

/// <summary><c>/domains/{domain}/verification</c>: whether who added a domain is its owner.</summary>
static class ProofResource
{
    const string Template = "/domains/{domain}/verification";

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Post(Template, ApiScope.Admin, "Tell what record proves that a domain is yours", BeginAsync) with
        {
            Response = ProofJson.Default.DomainProof,
        },
        Route.Put(Template, ApiScope.Admin, "Note that the record was seen", MarkAsync) with
        {
            Response = ProofJson.Default.DomainProof,
            ForOperator = true,
        },
    ];

    static async ValueTask<ApiAnswer> BeginAsync(ApiCall call, CancellationToken cancel) =>
        Answer(await new DomainVerification(call.Rooms.Backend).BeginAsync(await DomainAsync(call, cancel), cancel));

    static async ValueTask<ApiAnswer> MarkAsync(ApiCall call, CancellationToken cancel) =>
        Answer(await new DomainVerification(call.Rooms.Backend).MarkAsync(await DomainAsync(call, cancel), cancel));

    static ApiAnswer Answer(DomainProof proof) => ApiAnswer.Ok(proof, ProofJson.Default.DomainProof);

    static async ValueTask<string> DomainAsync(ApiCall call, CancellationToken cancel)
    {
        await call.DomainAsync(call["domain"], cancel);
        return EmailAddress.CanonicalDomain(call["domain"]);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DomainProof))]
public sealed partial class ProofJson : JsonSerializerContext;
