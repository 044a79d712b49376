using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Cloud.Trust.Dmarc;

/// <summary>What the owner of a domain publishes at <c>_dmarc</c>. RFC 7489 §6.3, RFC 9989 §4.7.</summary>
public sealed record DmarcRecord
{
    /// <summary>Characters that are looked at; the longest in use have below 1,000.</summary>
    const int MaxLength = 4096;

    const string Version = "DMARC1";

    /// <summary><c>p</c>: for the domain.</summary>
    public DmarcPolicy Policy { get; init; }

    /// <summary><c>sp</c>: for the names below it; null for as the domain.</summary>
    public DmarcPolicy? Subdomains { get; init; }

    /// <summary><c>np</c>: for names below it that are not there; null for as <see cref="Subdomains"/>.</summary>
    public DmarcPolicy? NonExistent { get; init; }

    /// <summary><c>adkim</c>.</summary>
    public Alignment Dkim { get; init; }

    /// <summary><c>aspf</c>.</summary>
    public Alignment Spf { get; init; }

    /// <summary><c>pct</c>: of a hundred failing messages, how many the policy is for. 0 to 100.</summary>
    public int Percent { get; init; } = 100;

    /// <summary><c>t=y</c>: the policy is tried out, the next milder one is to be applied. RFC 9989 §4.7.</summary>
    public bool IsTest { get; init; }

    /// <summary><c>psd</c>.</summary>
    public PublicSuffixFlag PublicSuffix { get; init; }

    /// <summary><c>fo</c>.</summary>
    public FailureOptions FailureOptions { get; init; } = FailureOptions.All;

    /// <summary><c>rua</c>: where aggregate reports go. Anybody may name anybody here: see <see cref="ReportDestinations"/>.</summary>
    public IReadOnlyList<ReportAddress> AggregateReports { get; init; } = [];

    /// <summary><c>ruf</c>: where failure reports go.</summary>
    public IReadOnlyList<ReportAddress> FailureReports { get; init; } = [];

    /// <summary>Whether a TXT record is of this kind at all: it begins with <c>v=DMARC1</c>. RFC 7489 §6.6.3.</summary>
    public static bool HasVersion(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf(';') is >= 0 and var at ? at : text.Length;
        return TrySplit(text[..end], out var name, out var value) && name is "v" && value.SequenceEqual(Version);
    }

    /// <summary>Reads a record; unknown tags count for nothing, and bad values as if they were not there.</summary>
    /// <param name="text">Each octet a character.</param>
    /// <returns>
    /// False without the version, and where a policy is missing or none and nobody wants reports. RFC 7489 §6.6.3.
    /// </returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out DmarcRecord? record)
    {
        record = null;
        if (text.Length > MaxLength || !HasVersion(text))
            return false;
        var read = new DmarcRecord();
        var hasPolicy = false;
        var hasBadPolicy = false;
        foreach (var range in text.Split(';'))
        {
            if (!TrySplit(text[range], out var name, out var value))
                continue;
            if (name is "p" or "sp" or "np")
            {
                var policy = PolicyOf(value);
                hasPolicy |= name is "p";
                hasBadPolicy |= policy is null;
                read = name switch
                {
                    "p" => read with { Policy = policy ?? default },
                    "sp" => read with { Subdomains = policy },
                    _ => read with { NonExistent = policy },
                };
            }
            else
            {
                read = read.With(name, value);
            }
        }

        if (!hasPolicy || hasBadPolicy)
        {
            if (read.AggregateReports.Count == 0)
                return false;
            read = read with { Policy = default, Subdomains = null, NonExistent = null };
        }

        record = read;
        return true;
    }

    DmarcRecord With(ReadOnlySpan<char> name, ReadOnlySpan<char> value) =>
        name switch
        {
            "adkim" => this with { Dkim = AlignmentOf(value) },
            "aspf" => this with { Spf = AlignmentOf(value) },
            "pct" => this with { Percent = PercentOf(value) },
            "t" => this with { IsTest = value is "y" },
            "fo" => this with { FailureOptions = FailureOptionsOf(value) },
            "rua" => this with { AggregateReports = ReportAddress.ParseList(value) },
            "ruf" => this with { FailureReports = ReportAddress.ParseList(value) },
            "psd" => this with
            {
                PublicSuffix = value switch
                {
                    "y" => PublicSuffixFlag.Yes,
                    "n" => PublicSuffixFlag.No,
                    _ => PublicSuffixFlag.Unknown,
                },
            },
            _ => this,
        };

    static bool TrySplit(ReadOnlySpan<char> tag, out ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        var equals = tag.IndexOf('=');
        name = equals < 0 ? default : tag[..equals].Trim(" \t");
        value = equals < 0 ? default : tag[(equals + 1)..].Trim(" \t");
        return equals >= 0;
    }

    static DmarcPolicy? PolicyOf(ReadOnlySpan<char> value)
    {
        if (value.Equals("none", StringComparison.OrdinalIgnoreCase))
            return DmarcPolicy.None;
        if (value.Equals("quarantine", StringComparison.OrdinalIgnoreCase))
            return DmarcPolicy.Quarantine;
        return value.Equals("reject", StringComparison.OrdinalIgnoreCase) ? DmarcPolicy.Reject : null;
    }

    static Alignment AlignmentOf(ReadOnlySpan<char> value) =>
        value is "s" or "S" ? Alignment.Strict : Alignment.Relaxed;

    static int PercentOf(ReadOnlySpan<char> value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100
            ? percent
            : 100;

    static FailureOptions FailureOptionsOf(ReadOnlySpan<char> value)
    {
        var options = FailureOptions.None;
        foreach (var range in value.Split(':'))
        {
            options |= value[range].Trim(" \t") switch
            {
                "0" => FailureOptions.All,
                "1" => FailureOptions.Any,
                "d" or "D" => FailureOptions.Dkim,
                "s" or "S" => FailureOptions.Spf,
                _ => FailureOptions.None,
            };
        }

        return options == FailureOptions.None ? FailureOptions.All : options;
    }
}
