using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Listener.Tls.Acme;

sealed record SignedRequest(string Protected, string Payload, string Signature);

sealed record ProtectedHeader
{
    public required string Alg { get; init; }
    public string? Nonce { get; init; }
    public required string Url { get; init; }
    public string? Kid { get; init; }
    public JsonElement? Jwk { get; init; }
}

/// <summary>Where the authority takes which request (RFC 8555 §7.1.1).</summary>
sealed record AcmeDirectory(Uri? NewNonce, Uri? NewAccount, Uri? NewOrder, Uri? RenewalInfo, AcmeMeta? Meta);

sealed record AcmeMeta(Uri? TermsOfService, bool ExternalAccountRequired);

sealed record NewAccount(
    bool TermsOfServiceAgreed,
    IReadOnlyList<string>? Contact,
    SignedRequest? ExternalAccountBinding
);

sealed record Identifier(string Type, string Value);

/// <param name="Replaces">The certificate that this one follows (RFC 9773 §5).</param>
sealed record NewOrder(IReadOnlyList<Identifier> Identifiers, string? Replaces);

/// <summary>RFC 8555 §7.1.3.</summary>
sealed record Order(
    string? Status,
    IReadOnlyList<Uri>? Authorizations,
    Uri? Finalize,
    Uri? Certificate,
    AcmeProblem? Error
);

/// <summary>RFC 8555 §7.1.4.</summary>
sealed record Authorization(string? Status, Identifier? Identifier, IReadOnlyList<Challenge>? Challenges);

/// <summary>RFC 8555 §8.</summary>
sealed record Challenge(string? Type, Uri? Url, string? Status, string? Token, AcmeProblem? Error);

sealed record Finalize(string Csr);

/// <summary>RFC 8555 §6.7, RFC 9457.</summary>
sealed record AcmeProblem(string? Type, string? Detail, int? Status, IReadOnlyList<AcmeProblem>? Subproblems);

/// <summary>RFC 9773 §4.2.</summary>
sealed record RenewalInfo(RenewalWindow? SuggestedWindow);

sealed record RenewalWindow(DateTimeOffset Start, DateTimeOffset End);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(SignedRequest))]
[JsonSerializable(typeof(ProtectedHeader))]
[JsonSerializable(typeof(AcmeDirectory))]
[JsonSerializable(typeof(NewAccount))]
[JsonSerializable(typeof(NewOrder))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Authorization))]
[JsonSerializable(typeof(Challenge))]
[JsonSerializable(typeof(Finalize))]
[JsonSerializable(typeof(AcmeProblem))]
[JsonSerializable(typeof(RenewalInfo))]
sealed partial class AcmeJson : JsonSerializerContext;
