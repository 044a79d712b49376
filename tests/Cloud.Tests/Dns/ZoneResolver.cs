using System.Collections.Concurrent;
using Cloud.Dns;

namespace Cloud.Tests.Dns;

/// <summary>A world of zones as data, for whoever asks the domain name system.</summary>
/// <remarks>
/// <code>
/// var dns = new ZoneResolver("""
///     example.com           MX   10 mail.example.com
///     example.com       60  TXT  "v=spf1 " "-all"      ; strings are one text
///     *.wild.example        A    192.0.2.1
///     alias.example         CNAME example.com           ; followed
///     broken.example        SERVFAIL                    ; every type fails
///     half.example          TIMEOUT TXT                 ; one type fails, with another reason
///     slow.example          HANG                        ; no answer until the caller gives up
///     signed.example        SECURE                      ; answers at and below are authenticated
/// """);
/// </code>
/// A name with names below it is there, without data. Times to live count for nothing: nothing is cached.
/// </remarks>
public sealed class ZoneResolver : IResolver
{
    const int MaxAliases = 8;

    readonly Dictionary<DnsName, List<ResourceRecord>> records = [];
    readonly Dictionary<(DnsName Name, string? Type), string> faults = [];
    readonly HashSet<DnsName> secure = [];
    readonly ConcurrentQueue<(DnsName Name, RecordType Type)> asked = [];

    public ZoneResolver(string lines = "") => Add(lines);

    /// <summary>Every question so far, in order, those answered from nothing included.</summary>
    public IReadOnlyList<(DnsName Name, RecordType Type)> Asked => [.. asked];

    /// <summary>Adds lines; see the type's remarks.</summary>
    public ZoneResolver Add(string lines)
    {
        foreach (var line in ZoneText.Lines(lines))
        {
            if (line.Type is "SERVFAIL" or "TIMEOUT" or "HANG")
                Fail(line.Name, line.Type, line.Data.ElementAtOrDefault(0));
            else if (line.Type is "SECURE")
                secure.Add(line.Name);
            else
                Add(ZoneText.Record(line));
        }

        return this;
    }

    public ZoneResolver Add(ResourceRecord record)
    {
        if (!records.TryGetValue(record.Name, out var list))
            records[record.Name] = list = [];
        list.Add(record);
        return this;
    }

    /// <param name="name">Whose look-ups fail.</param>
    /// <param name="fault">SERVFAIL, TIMEOUT or HANG.</param>
    /// <param name="type">Which of them, as text; null for all.</param>
    public ZoneResolver Fail(DnsName name, string fault, string? type = null)
    {
        faults[(name, type)] = fault;
        return this;
    }

    public async ValueTask<DnsAnswer> QueryAsync(DnsName name, RecordType type, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        asked.Enqueue((name, type));
        var isSecure = true;
        for (var (at, aliases) = (name, 0); aliases <= MaxAliases; aliases++)
        {
            switch (FaultOf(at, type))
            {
                case "HANG":
                    await Task.Delay(Timeout.Infinite, cancel);
                    break;
                case "TIMEOUT":
                    return DnsAnswer.Failure(name, type, "no answer in time");
                case { } fault:
                    return DnsAnswer.Failure(name, type, fault);
            }

            isSecure &= secure.Any(at.IsAtOrBelow);
            if (Find(at) is not { } found)
                return Kept(DnsAnswer.NoSuchName(at, type), isSecure);
            var matching = found.Where(record => record.Type == type).ToArray();
            if (matching.Length > 0)
                return Kept(DnsAnswer.Of(at, type, matching), isSecure);
            if (found.OfType<CnameRecord>().FirstOrDefault() is not { } alias)
                return Kept(DnsAnswer.NoData(at, type), isSecure);
            at = alias.Target;
        }

        return DnsAnswer.Failure(name, type, "too many aliases");
    }

    static DnsAnswer Kept(DnsAnswer answer, bool isSecure) =>
        answer with
        {
            Authenticated = isSecure,
            TimeToLive = answer.Records.Select(record => record.TimeToLive).Append(ZoneText.DefaultTimeToLive).Min(),
        };

    string? FaultOf(DnsName name, RecordType type) =>
        faults.GetValueOrDefault((name, null)) ?? faults.GetValueOrDefault((name, type.ToString().ToUpperInvariant()));

    /// <summary>The records of a name, of a wildcard above it, or none for a name with names below; null for no name.</summary>
    List<ResourceRecord>? Find(DnsName name)
    {
        if (records.TryGetValue(name, out var found))
            return found;
        if (Exists(name))
            return [];
        for (var above = name; !above.IsRoot; )
        {
            above = above.Parent;
            if (above.TryPrepend("*") is { } wildcard && records.TryGetValue(wildcard, out found))
                return found;
            if (Exists(above))
                break; // RFC 4592 §3.3: a name in between hides the wildcard.
        }

        return null;
    }

    bool Exists(DnsName name) => records.Keys.Any(other => other.IsAtOrBelow(name));
}
