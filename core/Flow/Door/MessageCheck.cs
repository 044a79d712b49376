using System.Net;
using Cloud.Dns;
using Cloud.Mail;
using Cloud.Trust.Dkim;
using Cloud.Trust.Dmarc;
using Cloud.Trust.Spf;

namespace Cloud.Flow.Door;

/// <summary>The checks of one message: who sends it, while its octets come in; what it is, at its end.</summary>
/// <remarks>How the octets are cut makes no difference. After <see cref="CompleteAsync"/> it is spent.</remarks>
public sealed class MessageCheck : IDisposable
{
    readonly MessageDoor door;
    readonly CancellationTokenSource ends = new();
    readonly DkimVerification dkim;
    readonly Task<SpfVerdict>? spf;
    readonly Task<SpfVerdict>? heloSpf;

    internal MessageCheck(MessageDoor door, IPAddress? client, string helo, EmailAddress? from)
    {
        this.door = door;
        dkim = new(door.Resolver, door.Time, door.Options.Dkim, ends.Token);
        if (client is null)
            return;
        var sender = new SpfClient(client, helo, door.Options.Hostname);
        spf = door.Spf.CheckMailFromAsync(sender, from is null ? "" : $"{from.Local}@{from.Domain}", ends.Token);
        // Of the null sender it is the same question (RFC 7208 §2.4).
        heloSpf = from is null ? null : door.Spf.CheckHeloAsync(sender, ends.Token);
    }

    /// <summary>The next octets of the message as the client sends it.</summary>
    public void Write(ReadOnlySpan<byte> octets) => dkim.Write(octets);

    /// <summary>Ends the message, waits for what is still being looked up, and judges.</summary>
    public async ValueTask<Evidence> CompleteAsync()
    {
        await using var deadline = door.Time.CreateTimer(
            static ends => ((CancellationTokenSource)ends!).Cancel(),
            ends,
            door.Options.Deadline,
            Timeout.InfiniteTimeSpan
        );
        var signatures = await dkim.CompleteAsync();
        var mailFrom = spf is null ? null : await spf;
        var helo = heloSpf is null ? null : await heloSpf;
        var input = new DmarcInput(
            dkim.Values("From"),
            NameOf(mailFrom?.Domain),
            mailFrom?.Result == SpfResult.Pass,
            [.. Identities(signatures)],
            door.Sample()
        );
        var dmarc = await door.Dmarc.CheckAsync(input, ends.Token);
        return DoorPolicy.Judge(door.Options, new(mailFrom, helo, signatures, dmarc));
    }

    public void Dispose()
    {
        ends.Cancel();
        dkim.Dispose();
        ends.Dispose();
    }

    static IEnumerable<DkimIdentity> Identities(IReadOnlyList<DkimResult> signatures)
    {
        foreach (var signature in signatures)
        {
            // What l= leaves open anyone may have written: it says nothing of what is shown (RFC 6376 §8.2).
            if (NameOf(signature.Domain) is { } domain)
                yield return new(domain, signature is { IsPass: true, UncoveredOctets: 0 });
        }
    }

    static DnsName? NameOf(string? domain) =>
        domain is { Length: > 0 } && DnsName.TryParse(domain, out var name) ? name : null;
}
