using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Trust.TlsRpt;

/// <summary>A report, as its recipient gets it. RFC 8460 §4.4.</summary>
public sealed record TlsReport(
    string OrganizationName,
    TlsReport.Range DateRange,
    string ContactInfo,
    string ReportId,
    IReadOnlyList<TlsReport.PolicyResult> Policies
)
{
    /// <summary>Octets of a report that is read. RFC 8460 leaves it open; a busy day of a large sender has under 1 MiB.</summary>
    public const int MaxLength = 10 * 1024 * 1024;

    /// <summary>Objects and tokens of a report that is read: some 10,000 failures have as many.</summary>
    const int MaxObjects = 20_000;

    /// <inheritdoc cref="MaxObjects"/>
    const int MaxTokens = 400_000;

    /// <param name="day">What is reported; a policy each that its sessions were under.</param>
    /// <param name="organization">Who reports.</param>
    /// <param name="contact">Whom to ask; a mail address.</param>
    /// <param name="id">Unlike any other report's of ours.</param>
    public static TlsReport Of(TlsDay day, string organization, string contact, string id)
    {
        var start = new DateTimeOffset(day.Day, TimeOnly.MinValue, TimeSpan.Zero);
        var policies = day
            .Policies.OrderBy(entry => entry.Key.Kind)
            .ThenBy(entry => entry.Key.Text, StringComparer.Ordinal);
        return new(
            organization,
            new(Written(start), Written(start.AddDays(1).AddSeconds(-1))),
            contact,
            id,
            [.. policies.Select(entry => PolicyResult.Of(day.Domain, entry.Key, entry.Value))]
        );
    }

    /// <summary>JSON, UTF-8, not compressed.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, TlsReportJson.Default.TlsReport);

    /// <returns>False for what is no report.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, [NotNullWhen(true)] out TlsReport? report)
    {
        report = null;
        if (json.Length > MaxLength)
            return false;
        try
        {
            if (!IsBounded(json))
                return false;
            report = JsonSerializer.Deserialize(json, TlsReportJson.Default.TlsReport);
        }
        catch (JsonException)
        {
            return false;
        }

        return report is not null;
    }

    /// <summary>A few octets are an object in memory: they are counted before there are any.</summary>
    static bool IsBounded(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var (objects, tokens) = (0, 0);
        while (reader.Read())
        {
            objects += reader.TokenType == JsonTokenType.StartObject ? 1 : 0;
            if (objects > MaxObjects || ++tokens > MaxTokens)
                return false;
        }
        return true;
    }

    static string Written(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public sealed record Range(string StartDatetime, string EndDatetime);

    public sealed record PolicyResult(Policy Policy, Summary Summary, IReadOnlyList<Failure> FailureDetails)
    {
        internal static PolicyResult Of(string domain, TlsPolicySeen policy, TlsSessions sessions) =>
            new(
                new(
                    policy.Kind switch
                    {
                        TlsPolicyKind.Tlsa => "tlsa",
                        TlsPolicyKind.Sts => "sts",
                        _ => "no-policy-found",
                    },
                    Lines(policy.Text),
                    domain,
                    Lines(policy.Hosts)
                ),
                new(sessions.Successful, sessions.Failed),
                [
                    .. sessions
                        .Failures.OrderByDescending(failure => failure.Value)
                        .ThenBy(failure => failure.Key.Host, StringComparer.Ordinal)
                        .ThenBy(failure => failure.Key.Address, StringComparer.Ordinal)
                        .ThenBy(failure => failure.Key.Result)
                        .Select(failure => Failure.Of(failure.Key, failure.Value)),
                ]
            );

        static string[]? Lines(string text) => text.Length == 0 ? null : text.Split('\n');
    }

    /// <param name="PolicyType"><c>tlsa</c>, <c>sts</c> or <c>no-policy-found</c>.</param>
    public sealed record Policy(
        string PolicyType,
        IReadOnlyList<string>? PolicyString,
        string PolicyDomain,
        IReadOnlyList<string>? MxHost
    );

    public sealed record Summary(long TotalSuccessfulSessionCount, long TotalFailureSessionCount);

    /// <param name="ResultType">RFC 8460 §4.3.</param>
    public sealed record Failure(
        string ResultType,
        string? SendingMtaIp,
        string? ReceivingMxHostname,
        string? ReceivingIp,
        long FailedSessionCount,
        string? FailureReasonCode
    )
    {
        internal static Failure Of(TlsFailureSeen failure, long count) =>
            new(
                failure.Result.ToText(),
                OrNull(failure.SendingAddress),
                OrNull(failure.Host),
                OrNull(failure.Address),
                count,
                OrNull(failure.Reason)
            );

        static string? OrNull(string text) => text.Length == 0 ? null : text;
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(TlsReport))]
sealed partial class TlsReportJson : JsonSerializerContext;
