using System.Net;
using Cloud.Dns;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound.Reports;
using Cloud.Mail;
using Cloud.Trust;
using Cloud.Trust.Arc;
using Cloud.Trust.AuthResults;
using Cloud.Trust.Content;
using Cloud.Trust.Dkim;
using Cloud.Trust.Dmarc;
using Cloud.Trust.DnsLists;
using Cloud.Trust.Scanners;
using Cloud.Trust.Spf;

namespace Cloud.Flow.Door;

/// <summary>The checks of one message: who sends it, while its octets come in; what it is, at its end.</summary>
/// <remarks>
/// 1. <see cref="Write"/> takes what the client sends and gives what of it is kept; <see cref="Kept"/> hears of the latter.
/// 2. <see cref="AuthenticateAsync"/> waits for what is being looked up: some mail is refused then, before it is stored.
/// 3. <see cref="JudgeAsync"/> looks at the message, once it is stored and indexed.
/// How the octets are cut makes no difference.
/// </remarks>
public sealed class MessageCheck : IDisposable
{
    /// <summary>Octets of a message's start that are kept for its content to be judged; see <see cref="MessageSample"/>.</summary>
    const int SampleOctets = 64 * 1024;

    /// <summary>Octets of a header that any message may have; see <see cref="MessageDoor.LargeHeaders"/>.</summary>
    const int UsualHeader = 64 * 1024;

    /// <summary>Hosts of links that lists are asked for. Newsletters have some ten; who has more cannot hide behind them all.</summary>
    const int MaxLinkedHosts = 30;

    readonly MessageDoor door;
    readonly CancellationTokenSource ends = new();
    readonly MessageVerification verification;
    readonly ForgedResults forged;
    readonly ClientCheck client;
    readonly HeldOctets start = new(SampleOctets);
    readonly string helo;
    readonly EmailAddress? from;
    readonly long began;
    TrustVerdicts? trust;
    long written;
    bool hasLargeHeader;
    bool isCrowdedOut;
    long ended;

    internal MessageCheck(MessageDoor door, IPAddress? address, string helo, EmailAddress? from)
    {
        (this.door, this.helo, this.from, began) = (door, helo, from, door.Time.GetTimestamp());
        verification = new(door.Resolver, door.Time, door.Options.Dkim, ends.Token);
        forged = new([door.Options.Hostname]);
        client = ClientCheck.Begin(door, address, helo, from, ends.Token);
    }

    /// <summary>The next octets of the message as the client sends it.</summary>
    /// <returns>What of the message is kept, valid until the next call: fields forged in our name are taken off.</returns>
    public IReadOnlyList<ReadOnlyMemory<byte>> Write(ReadOnlyMemory<byte> octets)
    {
        if (!isCrowdedOut)
            Verify(octets.Span);
        return forged.Write(octets);
    }

    void Verify(ReadOnlySpan<byte> octets)
    {
        verification.Write(octets);
        written += octets.Length;
        if (written > UsualHeader && !hasLargeHeader && !verification.IsHeaderComplete)
            isCrowdedOut = !(hasLargeHeader = door.LargeHeaders.Wait(0));
    }

    /// <summary>Ends the message as the client sends it.</summary>
    /// <returns>What was held back, and is kept.</returns>
    public ReadOnlyMemory<byte> EndWrite() => forged.Complete();

    /// <summary>The next octets of the message as it is stored.</summary>
    public void Kept(ReadOnlySpan<byte> octets) => start.Write(octets);

    /// <summary>Whether a recipient's message should wait for a retry, as far as is known of the client soon enough.</summary>
    /// <returns>Null where it need not.</returns>
    public async ValueTask<GreylistTicket?> GreylistAsync()
    {
        var options = door.Options;
        if (options.Greylist == GreylistMode.Off || client.Address is null)
            return null;
        var whole = client.CompleteAsync();
        try
        {
            // Of a transaction, not of each of its recipients: a hundred may be asked for at once.
            var left = options.RecipientDeadline - door.Time.GetElapsedTime(began);
            var verdicts = await whole.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, door.Time);
            if (verdicts.Lists.IsAllowed || (options.Greylist == GreylistMode.Suspicious && !verdicts.IsSuspicious))
                return null;
            return new(verdicts.SpfDomain);
        }
        catch (TimeoutException)
        {
            return null; // Nobody waits for name servers that do not answer.
        }
    }

    /// <summary>Waits for what is still being looked up, and says who sent the message.</summary>
    /// <returns>A refusal, where that decides already; else null.</returns>
    public async ValueTask<Evidence?> AuthenticateAsync()
    {
        if (isCrowdedOut)
            return new(DoorOutcome.Defer, "3.2", "Too many very long headers at once; try again later", "", [], []);
        ended = door.Time.GetTimestamp();
        // A sender whose own names hang must not use up the time in which the author's policy is asked for.
        using var late = new CancellationTokenSource(door.Options.Deadline, door.Time);
        await using var deadline = door.Time.CreateTimer(
            static ends => ((CancellationTokenSource)ends!).Cancel(),
            ends,
            door.Options.Deadline - PolicyTime,
            Timeout.InfiniteTimeSpan
        );
        var signed = await verification.CompleteAsync();
        var verdicts = await client.CompleteAsync();
        var lists = AskListsAsync(signed.Dkim, late.Token);
        var dmarc = await CheckPolicyAsync(verdicts.Spf, signed, late.Token);
        verdicts = verdicts with { Lists = verdicts.Lists.And(await lists) };
        trust = new(verdicts, signed.Dkim, signed.Arc, dmarc, signed.Arc.Forwarder(dmarc, door.Options));
        var refusal = DoorPolicy.RefusalOf(door.Options, trust);
        if (refusal is { Outcome: DoorOutcome.Reject }) // Who is put off comes again.
            door.Counts?.Count(trust);
        return refusal;
    }

    /// <summary>What lists say of those who answer for the message; of the client they were asked before.</summary>
    async Task<DnsListVerdict> AskListsAsync(IReadOnlyList<DkimResult> dkim, CancellationToken late)
    {
        const ListSubjects subjects = ListSubjects.From | ListSubjects.Dkim;
        if (!door.Lists.IsAskedFor(subjects))
            return DnsListVerdict.Empty;
        var signers = dkim.Where(signature => signature.IsPass).Select(signature => signature.Domain).Distinct();
        var items = signers.Select(domain => ListItem.OfDomain(ListSubjects.Dkim, domain)).ToList();
        var authors = AuthorDomains.Of(verification.From, door.Options.Dmarc.MaxAuthorDomains, out _);
        items.AddRange(authors.Select(author => ListItem.OfDomain(ListSubjects.From, $"{author}")));
        return await door.Lists.CheckAsync(items, late);
    }

    /// <summary>What lists say of the hosts that the text leads to, in what is left of the deadline.</summary>
    async ValueTask<DnsListVerdict> AskListsAsync(MessageSample sample)
    {
        if (!door.Lists.IsAskedFor(ListSubjects.Url) || sample.LinkedHosts(MaxLinkedHosts) is not { Count: > 0 } hosts)
            return DnsListVerdict.Empty;
        var left = door.Options.Deadline - door.Time.GetElapsedTime(ended);
        using var late = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, door.Time);
        return await door.Lists.CheckAsync(
            [.. hosts.Select(host => ListItem.OfDomain(ListSubjects.Url, host))],
            late.Token
        );
    }

    /// <summary>At the end of the deadline, for the author's policy alone.</summary>
    TimeSpan PolicyTime => door.Options.Deadline / 4;

    /// <summary>DMARC; what would pass but for a name server that fails is nobody's fault. RFC 7489 §6.6.2.</summary>
    async ValueTask<DmarcVerdict> CheckPolicyAsync(SpfVerdict? spf, MessageVerdicts signed, CancellationToken late)
    {
        var (dkim, arc) = (signed.Dkim, signed.Arc);
        var input = new DmarcInput(
            verification.From,
            spf is { Domain.Length: > 0 } && DnsName.TryParse(spf.Domain, out var name) ? name : null,
            spf?.Result == SpfResult.Pass,
            [.. Identities(dkim, DkimVerdict.Pass)],
            door.Sample()
        );
        var verdict = await door.Dmarc.CheckAsync(input, late);
        if (verdict.Result != DmarcResult.Fail)
            return verdict;
        if (arc.Result == ArcResult.TempError && arc.MayBeForwarded(verdict, door.Options))
            return Unknown(verdict, "a trusted forwarder's seal could not be checked for now");
        if (client.Address is null && await MayPassAsync(input with { SpfDomain = Sender, SpfPassed = true }, late))
            return Unknown(verdict, "SPF cannot be checked without the client's address", DmarcResult.None);
        if (spf?.Result != SpfResult.TempError && !dkim.Any(one => one.IsUnknown))
            return verdict;
        var hopes = input with
        {
            SpfPassed = spf?.Result is SpfResult.Pass or SpfResult.TempError,
            Dkim = [.. Identities(dkim, DkimVerdict.Pass, DkimVerdict.TempError)],
        };
        return await MayPassAsync(hopes, late)
            ? Unknown(verdict, "SPF or a signature could not be checked for now")
            : verdict;
    }

    async ValueTask<bool> MayPassAsync(DmarcInput hopes, CancellationToken late) =>
        (await door.Dmarc.CheckAsync(hopes, late)).Result != DmarcResult.Fail;

    /// <summary>The domain that SPF would be asked for (RFC 7208 §2.4).</summary>
    DnsName? Sender => DnsName.TryParse(from?.Domain ?? helo, out var name) ? name : null;

    static DmarcVerdict Unknown(
        DmarcVerdict verdict,
        string why,
        DmarcResult result = DmarcResult.TempError // nobody knows for now
    ) =>
        verdict with
        {
            Result = result,
            Disposition = DmarcPolicy.None,
            Reason = why,
            Steps = [.. verdict.Steps, why],
        };

    /// <summary>Whether the trace of a refusal is to be kept, and counts it: one for a message.</summary>
    public bool TakeTrace() => door.Refusals.TryTake(client.Address);

    /// <summary>Judges the message as it is stored.</summary>
    /// <param name="transaction">For the scanners' traces.</param>
    /// <param name="recipients">Of the envelope.</param>
    /// <param name="message">The message.</param>
    /// <param name="open">Reads it from its first octet on; null where it cannot be read back.</param>
    /// <param name="cancel">Ends the scans.</param>
    public async ValueTask<Evidence> JudgeAsync(
        string transaction,
        IReadOnlyList<EmailAddress> recipients,
        UploadedMessage message,
        Func<CancellationToken, ValueTask<Stream>> open,
        CancellationToken cancel
    )
    {
        if (trust is null)
            throw new InvalidOperationException("The sender is not looked at yet");
        var index = MessageIndex.Unpack(message.Index.Span);
        var sample = new MessageSample(index, start.Octets);
        var options = door.Options;
        var scanning = ScanAsync(trust, transaction, recipients, new(message.Size, open), cancel);
        var linked = await AskListsAsync(sample);
        trust = trust with { Client = trust.Client with { Lists = trust.Client.Lists.And(linked) } };
        var facts = trust.ToFacts() with
        {
            OwnHosts = [options.Hostname],
            AuthorIsLocal = !trust.IsUnknown && IsOfOneOf(recipients, index),
        };
        var score = ContentRules.Score(sample, facts, door.Time.GetUtcNow(), options.Content);
        var scans = await scanning;
        foreach (var scan in scans)
            score = score.With(scan, options.Content);
        var loop = MailLoops.Check(sample.Header, recipients);
        var evidence = DoorPolicy.Judge(options, trust, facts, score, scans, loop);
        if (evidence.Outcome != DoorOutcome.Defer) // who is put off comes again
            Count(trust, index);
        return evidence;
    }

    /// <summary>Two that report to each other would else have something to report for ever.</summary>
    void Count(TrustVerdicts verdicts, MessageIndex index)
    {
        if (verdicts.Dmarc.Result != DmarcResult.Pass || !ReportShape.IsReport(index))
            door.Counts?.Count(verdicts);
    }

    /// <summary>Whether the author's domain is a recipient's, and so one of ours.</summary>
    static bool IsOfOneOf(IReadOnlyList<EmailAddress> recipients, MessageIndex index)
    {
        var author = index.Envelope.From.FirstOrDefault(address => address.IsMailbox);
        var domain = EmailAddress.CanonicalDomain(author.Host.ToString());
        return domain.Length > 0
            && recipients.Any(recipient => EmailAddress.CanonicalDomain(recipient.Domain) == domain);
    }

    public void Dispose()
    {
        ends.Cancel();
        verification.Dispose();
        start.Dispose();
        if (hasLargeHeader)
            door.LargeHeaders.Release();
        hasLargeHeader = false;
        ends.Dispose();
    }

    Task<ScanVerdict[]> ScanAsync(
        TrustVerdicts verdicts,
        string transaction,
        IReadOnlyList<EmailAddress> recipients,
        ScanMessage message,
        CancellationToken cancel
    )
    {
        var client = Client(verdicts, transaction, recipients);
        return Task.WhenAll(door.Options.Scanners.Select(scanner => scanner.ScanAsync(message, client, cancel)));
    }

    ScanClient Client(TrustVerdicts verdicts, string transaction, IReadOnlyList<EmailAddress> recipients) =>
        new(
            verdicts.Client.Address,
            helo,
            verdicts.Client.Iprev?.Name,
            from is null ? "" : $"{from}",
            [.. recipients.Select(recipient => $"{recipient}")],
            transaction
        );

    static IEnumerable<DkimIdentity> Identities(IReadOnlyList<DkimResult> signatures, params DkimVerdict[] good)
    {
        foreach (var signature in signatures)
        {
            // What l= leaves open anyone may have written: it says nothing of what is shown (RFC 6376 §8.2).
            if (signature.Domain.Length > 0 && DnsName.TryParse(signature.Domain, out var domain))
                yield return new(domain, good.Contains(signature.Verdict) && signature.UncoveredOctets == 0);
        }
    }
}

/// <summary>A message that should wait for its retry.</summary>
/// <param name="SpfDomain">The domain whose SPF passes; null for none.</param>
public sealed record GreylistTicket(string? SpfDomain);
