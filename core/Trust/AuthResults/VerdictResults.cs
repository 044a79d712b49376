using System.Globalization;
using System.Net;
using Cloud.Mail.Headers;
using Cloud.Trust.Arc;
using Cloud.Trust.Dkim;
using Cloud.Trust.Dmarc;
using Cloud.Trust.Spf;
using Cloud.Wire;

namespace Cloud.Trust.AuthResults;

/// <summary>Verdicts in the words of Authentication-Results. RFC 8601 §2.7.</summary>
public static class VerdictResults
{
    /// <summary>spf, of MAIL FROM or of HELO. RFC 8601 §2.7.2.</summary>
    public static AuthenticationResult ToResult(this SpfVerdict verdict) =>
        Of(
            "spf",
            verdict.Result.ToText(),
            verdict.Result == SpfResult.Pass ? null : verdict.Reason,
            (verdict.Property, verdict.Value)
        );

    /// <summary>dkim, one for each signature; `none` for a message without any. RFC 8601 §2.7.1, RFC 6008.</summary>
    public static IEnumerable<AuthenticationResult> ToResults(this IReadOnlyList<DkimResult> results) =>
        results.Count == 0 ? [Of("dkim", "none", null)] : results.Select(ToResult);

    /// <summary>dmarc, with what is done about it. RFC 7489 §11.1.</summary>
    public static AuthenticationResult ToResult(this DmarcVerdict verdict) =>
        Of(
            "dmarc",
            verdict.Result.ToText(),
            verdict.Result == DmarcResult.Pass ? null : verdict.Reason,
            ("header.from", verdict.Domain?.ToString()),
            ("policy.dmarc", verdict.Record is null ? null : verdict.Disposition.ToString().ToLowerInvariant())
        );

    /// <summary>arc. RFC 8617 §10.2.</summary>
    /// <param name="verdict">What the chain came to.</param>
    /// <param name="client">Who sent the message to us; null where that is not known.</param>
    public static AuthenticationResult ToResult(this ArcVerdict verdict, IPAddress? client) =>
        Of(
            "arc",
            verdict.Result.ToText(),
            verdict.Result is ArcResult.Pass or ArcResult.None ? null : verdict.Reason,
            ("header.oldest-pass", verdict.IsPass ? verdict.OldestPass.ToString(CultureInfo.InvariantCulture) : null),
            ("smtp.remote-ip", Text(client))
        );

    /// <summary>iprev: whether a name of the client leads back to it. RFC 8601 §2.7.3.</summary>
    /// <param name="result">pass, fail, temperror or permerror.</param>
    /// <param name="client">Its address.</param>
    /// <param name="reason">What was found; null for nothing to say.</param>
    public static AuthenticationResult Iprev(string result, IPAddress client, string? reason) =>
        Of("iprev", result, reason, ("policy.iprev", Text(client)));

    static AuthenticationResult ToResult(DkimResult result) =>
        Of(
            "dkim",
            result.Verdict.ToString().ToLowerInvariant(),
            result.IsPass && result.UncoveredOctets == 0 ? null : result.Reason,
            ("header.d", result.Domain),
            ("header.i", result.Identity),
            ("header.s", result.Selector),
            ("header.a", result.Algorithm),
            ("header.b", result.SignatureStart)
        );

    static AuthenticationResult Of(
        string method,
        string result,
        string? reason,
        params ReadOnlySpan<(string Name, string? Value)> properties
    )
    {
        var list = new List<AuthenticationProperty>(properties.Length);
        foreach (var (name, value) in properties)
        {
            if (!string.IsNullOrEmpty(value))
                list.Add(new(name, value));
        }

        return new(method, result, reason, list);
    }

    static string? Text(IPAddress? address) => address is null ? null : PlainAddress.Of(address).ToString();
}
