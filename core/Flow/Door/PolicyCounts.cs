using System.Net;
using Cloud.Dns;
using Cloud.Trust.Dkim;
using Cloud.Trust.Dmarc;
using Cloud.Trust.Spf;

namespace Cloud.Flow.Door;

/// <summary>Counts judged messages for the daily reports to the owners of domains. RFC 7489 §7.2.</summary>
/// <remarks>
/// In memory: whoever runs the door takes the counts every few minutes and hands them over, so that no message costs an
/// operation of its own. A process that is killed loses the counts of these minutes, and no mail.
/// </remarks>
public sealed class PolicyCounts(TimeProvider time)
{
    /// <summary>How long counts stay here.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>Kinds of messages after which they are handed over sooner: some 400 octets each, of usual names.</summary>
    const int ManyRows = 2_000;

    /// <summary>Kinds that are kept at most, where nobody takes them; what is beyond is not counted.</summary>
    const int MaxRows = 20_000;

    /// <summary>Octets in memory after which they are handed over sooner, and that they have at most, about.</summary>
    const int ManyOctets = MaxOctets / 4;

    /// <inheritdoc cref="ManyOctets"/>
    const int MaxOctets = 16 * 1024 * 1024;

    /// <summary>Signatures of a message that are told; honest mail has one to three. RFC 9990 §3.1.1.8 lets us choose.</summary>
    const int MaxSignatures = 4;

    /// <summary>Characters of a signature's domain and of its selector; longer ones are told by nobody but forgers.</summary>
    const int MaxSignatureName = 128;

    /// <summary>Characters of all signatures of a message.</summary>
    const int MaxSignatureText = 1_000;

    /// <summary>Characters of a name, as a report and its readers take them.</summary>
    const int MaxName = 255;

    readonly Lock turn = new();
    Dictionary<(DateOnly Day, string Domain), DailyAggregate> pending = [];
    DateTimeOffset since = DateTimeOffset.MaxValue;
    int rows;
    int octets;

    /// <summary>Whether somebody should take them now.</summary>
    public bool IsDue
    {
        get
        {
            lock (turn)
                return rows >= ManyRows
                    || octets >= ManyOctets
                    || (pending.Count > 0 && time.GetUtcNow() - since >= Longest);
        }
    }

    /// <summary>Gives out what was counted, and forgets it.</summary>
    public IReadOnlyList<DailyAggregate> Take()
    {
        lock (turn)
        {
            IReadOnlyList<DailyAggregate> taken = [.. pending.Values];
            (pending, since, rows, octets) = ([], DateTimeOffset.MaxValue, 0, 0);
            return taken;
        }
    }

    /// <param name="trust">Of a message whose author's domain wants reports; others are not counted.</param>
    internal void Count(TrustVerdicts trust)
    {
        var verdict = trust.Dmarc;
        if (
            trust.Client.Address is not { } source
            || verdict is not { Domain: { } author, PolicyDomain: { } owner, Record: { } record }
            || record.AggregateReports.Count == 0
            || verdict.Result is not (DmarcResult.Pass or DmarcResult.Fail)
            || Name(owner) is not { Length: > 0 } domain
        )
            return;
        var day = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var row = RowOf(trust, verdict, source, author);
        lock (turn)
            Keep(new(day, domain, record), row);
    }

    void Keep(DailyAggregate empty, AggregateRow row)
    {
        var key = (empty.Day, empty.PolicyDomain);
        var isKnown = pending.TryGetValue(key, out var known);
        var isFull = rows >= MaxRows || octets >= MaxOctets;
        if (!isKnown && isFull)
            return;
        var before = known is null ? empty : known with { Record = empty.Record };
        // Too many kinds: their messages are counted all the same.
        var isTold = !isFull || before.Rows.ContainsKey(row);
        var next = isTold ? before.Add(row) : before with { Others = before.Others + 1 };
        rows += next.Rows.Count - before.Rows.Count;
        octets += next.Octets - (isKnown ? before.Octets : 0);
        pending[key] = next;
        if (since == DateTimeOffset.MaxValue)
            since = time.GetUtcNow();
    }

    static AggregateRow RowOf(TrustVerdicts trust, DmarcVerdict verdict, IPAddress source, DnsName author)
    {
        var isForwarded = verdict.Disposition != DmarcPolicy.None && trust.Forwarder is not null;
        var spf = trust.Client.Spf;
        return new(
            source.IsIPv4MappedToIPv6 ? source.MapToIPv4() : source,
            isForwarded ? DmarcPolicy.None : verdict.Disposition,
            isForwarded ? PolicyOverride.TrustedForwarder : verdict.Override,
            verdict.DkimAligned,
            verdict.SpfAligned,
            Name(author),
            spf is { Identity: SpfIdentity.MailFrom } ? Name(spf.Domain) : "",
            Signatures(trust.Dkim),
            spf is not null && Name(spf.Domain) is { Length: > 0 } domain
                ? $"{(spf.Identity == SpfIdentity.Helo ? "helo" : "mfrom")}:{domain}={spf.Result.ToText()}"
                : ""
        );
    }

    /// <summary>Those that pass first, as far as there is room: a forger may add as many as it likes.</summary>
    static string Signatures(IReadOnlyList<DkimResult> all)
    {
        var (told, length) = (new List<string>(), 0);
        foreach (var text in all.OrderByDescending(one => one.IsPass).Select(Text).OfType<string>())
        {
            length += text.Length + 1;
            if (told.Count == MaxSignatures || length > MaxSignatureText)
                break;
            told.Add(text);
        }
        return string.Join(' ', told.Order(StringComparer.Ordinal));
    }

    /// <returns>Null for a signature that names no domain, or has names that nobody has.</returns>
    static string? Text(DkimResult signature)
    {
        if (Name(signature.Domain) is not { Length: > 0 and <= MaxSignatureName } domain)
            return null;
        var selector = Name(signature.Selector);
        if (selector.Length > MaxSignatureName)
            return null;
        return $"{domain}/{selector}={signature.Verdict.ToString().ToLowerInvariant()}";
    }

    /// <summary>A stranger's text stands in a report only where it is a name.</summary>
    static string Name(string text) => DnsName.TryParse(text, out var name) ? Name(name) : "";

    /// <inheritdoc cref="Name(string)"/>
    static string Name(DnsName name)
    {
        var text = $"{name}".ToLowerInvariant();
        return !name.IsRoot && text.Length <= MaxName && text.All(IsOfName) ? text : "";
    }

    static bool IsOfName(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_';
}
