using System.Net;
using Cloud.Dns;
using Cloud.Mail;
using Cloud.Store.Ports;
using Cloud.Trust.Client;
using Cloud.Trust.Dmarc;
using Cloud.Trust.Dmarc.Suffixes;
using Cloud.Trust.DnsLists;
using Cloud.Trust.Spf;

namespace Cloud.Flow.Door;

/// <summary>Judges mail from outside while it comes in.</summary>
/// <remarks>
/// Invariants: nothing is thrown, and nothing keeps a sender waiting beyond the deadlines of <see cref="DoorOptions"/>; what
/// is not known by then is a temporary error, which refuses nothing. Of a message its header and its first octets are
/// kept in memory, no more.
/// </remarks>
public sealed class MessageDoor(
    DoorOptions options,
    IResolver resolver,
    TimeProvider time,
    Entropy entropy,
    PublicSuffixes? suffixes = null
)
{
    /// <summary>Messages at a time whose header is longer than 64 KiB, of 1 MiB at most: so headers that never end fill no
    /// more than 64 MiB. Honest ones have 10 KiB.</summary>
    internal const int MaxLargeHeaders = 64;

    public DoorOptions Options => options;

    /// <summary>Places for them; who finds none is asked to come again.</summary>
    internal SemaphoreSlim LargeHeaders { get; } = new(MaxLargeHeaders, MaxLargeHeaders);

    /// <summary>For reports to the owners of domains; null where none are made.</summary>
    public PolicyCounts? Counts { get; } = options.CountsForReports ? new(time) : null;

    internal IResolver Resolver => resolver;

    internal TimeProvider Time => time;

    /// <summary>Of the reverse path. A domain's explanation is for the reply of a refusal.</summary>
    internal SpfVerifier Spf { get; } =
        new(resolver, time, options.Spf with { Explains = options.SpfFailure == SpfFailure.Reject });

    /// <summary>Of the HELO name, for which alone nobody is refused.</summary>
    internal SpfVerifier HeloSpf { get; } = new(resolver, time, options.Spf with { Explains = false });

    internal IprevVerifier Iprev { get; } = new(resolver, time);

    internal HeloVerifier Helo { get; } =
        new(resolver, time, new() { OurNames = DnsName.TryParse(options.Hostname, out var name) ? [name] : [] });

    internal DnsListVerifier Lists { get; } = new(options.Lists, resolver, time);

    internal DmarcVerifier Dmarc { get; } = new(resolver, time, options.Dmarc, suffixes);

    internal RefusalBudget Refusals { get; } = new(time);

    /// <summary>A number from 0 to 99: which messages a policy's pct takes.</summary>
    internal int Sample() => (int)(entropy.Next64() % 100);

    /// <summary>Keeps looking whether the lists are fit to be asked, until told to stop. Nothing is thrown.</summary>
    /// <param name="tell">Hears of each that is not, and of its being so again.</param>
    public Task WatchListsAsync(Action<DnsName, DnsListProbeResult> tell, CancellationToken stop) =>
        options.Lists.Count == 0 ? Task.CompletedTask : new DnsListWatch(Lists, resolver, time).RunAsync(tell, stop);

    /// <summary>Begins to look at what a client sends: its questions are asked while the message comes in.</summary>
    /// <param name="client">Null where a proxy hides it: what is judged by address is left out then.</param>
    /// <param name="helo">What the client called itself.</param>
    /// <param name="from">The reverse path; null for the null sender.</param>
    /// <returns>Null for a client that is trusted; to be disposed.</returns>
    public MessageCheck? Begin(IPAddress? client, string helo, EmailAddress? from) =>
        client is not null && options.Trusted.Contains(client) ? null : new MessageCheck(this, client, helo, from);
}
