using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Api.Admin;
using Cloud.Dns;
using Cloud.Mail;

namespace Cloud.Api.Rest.Proofs;

/// <summary><c>/domains/{domain}/verification</c>: whether who added a domain is its owner.</summary>
static class ProofResource
{
    const string Template = "/domains/{domain}/verification";

    static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Post(Template, ApiScope.Admin, "Tell what record proves that a domain is yours", BeginAsync) with
        {
            Response = ProofJson.Default.DomainProof,
        },
        Route.Put(Template, ApiScope.Admin, "Look the record up, and note that it was seen", MarkAsync) with
        {
            Response = ProofJson.Default.DomainProof,
            ForOperator = true,
        },
    ];

    static async ValueTask<ApiAnswer> BeginAsync(ApiCall call, CancellationToken cancel) =>
        Answer(await new DomainVerification(call.Rooms.Backend).BeginAsync(await DomainAsync(call, cancel), cancel));

    /// <summary>Where no name server is asked here, the operator is taken at his word: he has looked himself.</summary>
    static async ValueTask<ApiAnswer> MarkAsync(ApiCall call, CancellationToken cancel)
    {
        var domain = await DomainAsync(call, cancel);
        var verification = new DomainVerification(call.Rooms.Backend);
        if (call.Rooms.Web is { } web)
            await CheckAsync(web.Resolver, await verification.BeginAsync(domain, cancel), cancel);
        return Answer(await verification.MarkAsync(domain, cancel));
    }

    /// <exception cref="ApiException">409: it is not there; 503: nobody can tell now.</exception>
    static async ValueTask CheckAsync(IResolver resolver, DomainProof proof, CancellationToken cancel)
    {
        var answer = await resolver.QueryAsync(DnsName.Parse(proof.Name), RecordType.Txt, cancel);
        if (answer.IsFailure)
            throw new ApiException(
                ApiProblem.Of(503, "dns-later", $"{proof.Name} cannot be looked up now: {answer.Reason}.")
            )
            {
                RetryAfter = RetryAfter,
            };
        if (!proof.IsIn(answer))
            throw new ApiException(
                ApiProblem.Conflict("not-published", $"{proof.Name} has no TXT record that says {proof.Text}.")
            );
    }

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
