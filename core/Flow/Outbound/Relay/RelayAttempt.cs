using System.Net;
using Cloud.Flow.Door.Rates;
using Cloud.Flow.Outbound.Relay.Connections;
using Cloud.Flow.Outbound.Relay.Smarthosts;
using Cloud.Flow.Outbound.Relay.Tls;
using Cloud.Flow.Outbound.Relay.Traffic;
using Cloud.Trust.MtaSts;
using Cloud.Trust.TlsRpt;
using Cloud.Wire.Smtp;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>One message's way to one next hop: host after host, address after address, until nobody is left.</summary>
/// <remarks>
/// A recipient that a host refuses for good, takes, or may have taken, is done with. One that it puts off is asked of the
/// next host (RFC 5321 §5.1), and comes again later when all of them put it off.
/// </remarks>
sealed class RelayAttempt(SmtpRelay relay, RelayJob job)
{
    /// <summary>A policy that is announced and could not be read.</summary>
    static readonly TlsPolicySeen Unread = TlsPolicySeen.Of(TlsPolicyKind.Sts, [], []);

    readonly Standing standing = new(job);
    readonly HostTalk talk = new(relay, job);
    int tries;

    Smarthost? Smarthost { get; } = relay.Options.Smarthosts.Of(job.Message.From?.Domain ?? job.Message.SigningDomain);

    public async ValueTask<RelayResult> RunAsync(CancellationToken cancel)
    {
        if (Smarthost is { IsSink: true })
            return await Sink.TakeAsync(job, relay.Keys, relay.Time, cancel);
        using var passage = await relay.Destinations.EnterAsync(
            Smarthost is null ? $"domain {job.NextHop}" : $"smarthost {Smarthost}",
            asksStore: job.IsLater,
            job.Message.Options.Priority,
            cancel
        );
        if (passage.ClosedUntil is { } until)
            return standing.Postponed($"{job.NextHop} gets no more at the moment", until);

        var route = Smarthost is null ? await relay.Routing.FindAsync(job.NextHop, cancel) : RouteTo(Smarthost);
        if (route.Fault is { } fault)
            return standing.Ended(fault);
        if (Smarthost is not null && await OverLimitAsync(Smarthost, cancel) is { } limited)
            return limited;
        await using var content = await SignedContent.OfAsync(job, relay.Keys, relay.Time, cancel);
        var policy = Smarthost is null
            ? await relay.Demands.PolicyOfAsync(job.NextHop, job.Message.Options, cancel)
            : null;
        if (policy is { Fault: not PolicyFault.None })
            relay.SessionsOf(job.Message)?.Failed(job.NextHop, Unread, new(KindOf(policy.Fault), "", "", "", ""));
        foreach (var host in route.Hosts)
        {
            if (standing.IsOver || tries >= relay.Options.MaxTries)
                break;
            await TryHostAsync(host, policy, content, passage, cancel);
        }

        return standing.Result(talk.Facts);
    }

    /// <summary>What its operator lets us send through a smarthost: so many in a time, messages so long.</summary>
    async ValueTask<RelayResult?> OverLimitAsync(Smarthost smarthost, CancellationToken cancel)
    {
        if (smarthost.MaxSize > 0 && job.Message.Size > smarthost.MaxSize)
            return standing.Ended(new(true, "5.3.4", $"{smarthost} takes {smarthost.MaxSize} octets at most"));
        var rate = await relay.Rates.TakeAsync($"smarthost {smarthost}", smarthost.Rates, job.Recipients.Count, cancel);
        // Where nobody can tell it goes out: the smarthost has limits of its own.
        return rate.Outcome == RateOutcome.OverLimit
            ? standing.Postponed(
                $"{smarthost} gets no more at the moment: {rate.Reason}",
                relay.Time.GetUtcNow() + (rate.Wait ?? TimeSpan.FromMinutes(1))
            )
            : null;
    }

    static TlsFailure KindOf(PolicyFault fault) =>
        fault switch
        {
            PolicyFault.FetchError => TlsFailure.StsPolicyFetchError,
            PolicyFault.WebPkiInvalid => TlsFailure.StsWebPkiInvalid,
            _ => TlsFailure.StsPolicyInvalid,
        };

    static MailRoute RouteTo(Smarthost smarthost)
    {
        if (smarthost.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) // RFC 6761 §6.3
            return MailRoute.To([new(null, IPAddress.Loopback, IsSecure: false)]);
        if (IPAddress.TryParse(smarthost.Host, out var address))
            return MailRoute.To([new(null, address, IsSecure: false)]);
        return Dns.DnsName.TryParse(smarthost.Host, out var name)
            ? MailRoute.To([new(name, null, IsSecure: false)])
            : MailRoute.Waits("4.4.4", $"{smarthost.Host} is not a host's name");
    }

    async ValueTask TryHostAsync(
        MailHost host,
        MtaStsVerdict? policy,
        SignedContent content,
        Passage domain,
        CancellationToken cancel
    )
    {
        var tls = Smarthost is null
            ? await relay.Demands.OfAsync(host, job.NextHop, policy, job.Message.Options, cancel)
            : SmarthostTls.Of(Smarthost, relay.Options.Roots);
        if (tls.Refusal is { } refusal)
        {
            if (tls is { Policy: { } held, RefusalKind: { } kind })
                relay.SessionsOf(job.Message)?.Failed(job.NextHop, held, new(kind, "", $"{host}", "", refusal.Reason));
            standing.Note(refusal, $"{host}");
            return;
        }

        var (addresses, fault) = await (Smarthost is null ? relay.Addresses : relay.SmarthostAddresses).FindAsync(
            host,
            cancel
        );
        if (fault is not null)
            standing.Note(Smarthost is null ? fault : fault with { IsPermanent = false }, $"{host}");
        var target = new HostTarget(host, tls, Smarthost);
        foreach (var address in addresses)
        {
            if (tries++ >= relay.Options.MaxTries || await TryAddressAsync(target, address, content, domain, cancel))
                return;
        }
    }

    /// <returns>Whether the host was heard: its other addresses would say the same.</returns>
    async ValueTask<bool> TryAddressAsync(
        HostTarget target,
        IPAddress address,
        SignedContent content,
        Passage domain,
        CancellationToken cancel
    )
    {
        using var passage = await relay.Destinations.EnterAsync(
            $"address {address}",
            job.IsLater,
            job.Message.Options.Priority,
            cancel
        );
        if (passage.ClosedUntil is { } until)
        {
            standing.Note(new(false, "4.4.1", $"{target.Host} has not answered of late"), $"{target.Host}", until);
            return false;
        }

        var end = new IPEndPoint(address, target.Smarthost?.Port ?? relay.Options.Port);
        return await talk.RunAsync(target, end, content, standing, new(passage, domain), cancel);
    }
}
