using System.Net;
using Cloud.Flow.Outbound.Relay.Connections;
using Cloud.Flow.Outbound.Relay.Smarthosts;
using Cloud.Flow.Outbound.Relay.Tls;
using Cloud.Flow.Outbound.Relay.Traffic;
using Cloud.Store.Ports;
using Cloud.Trust.MtaSts;
using Cloud.Trust.TlsRpt;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>One message's way to one next hop: host after host, address after address, until nobody is left.</summary>
/// <remarks>
/// A recipient that a host refuses for good, takes, or may have taken, is done with. One that it puts off is asked of the
/// next host (RFC 5321 §5.1), and comes again later when all of them put it off. What was heard stands, however the attempt
/// ends.
/// </remarks>
sealed class RelayAttempt(SmtpRelay relay, RelayJob job)
{
    /// <summary>A policy that is announced and could not be read.</summary>
    static readonly TlsPolicySeen Unread = TlsPolicySeen.Of(TlsPolicyKind.Sts, [], []);

    readonly Standing standing = new(job);
    readonly HostTalk talk = new(relay, job);
    int tries;

    Smarthost? Smarthost { get; } = relay.Options.Smarthosts.Of(job.Message.From?.Domain ?? job.Message.SigningDomain);

    /// <summary>At once with a smarthost, or with a domain or an address of the world.</summary>
    int AtOnce => Smarthost is null ? DestinationState.MostAtOnce : DestinationState.MostOfSmarthost;

    /// <exception cref="StoreException">Nobody was asked for anything yet.</exception>
    public async ValueTask<RelayResult> RunAsync(CancellationToken cancel) =>
        await TryAsync(cancel) with
        {
            BySmarthost = Smarthost is not null,
        };

    async ValueTask<RelayResult> TryAsync(CancellationToken cancel)
    {
        if (Smarthost is { IsSink: true })
            return await Sink.TakeAsync(job, relay.Keys, relay.Time, cancel);
        try
        {
            return await FindHostsAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Who was being asked has nothing: a transaction that is cancelled behind its final dot has an outcome.
            standing.Note(new(false, "4.3.0", "The attempt took too long"), null);
            return standing.Result(talk.Lines);
        }
        catch (Exception e) when (e is not StoreException || standing.HasAnswers || talk.Asking.Count > 0)
        {
            var fault = new RouteFault(
                false,
                "4.3.0",
                e is StoreException ? "Our store cannot be read now" : "A fault of ours"
            );
            standing.Doubt(talk.Asking, fault);
            standing.Note(fault, null);
            return standing.Result(talk.Lines) with { Fault = e };
        }
    }

    async ValueTask<RelayResult> FindHostsAsync(CancellationToken cancel)
    {
        using var passage = await relay.Destinations.EnterAsync(
            Smarthost is null ? $"domain {job.NextHop}" : $"smarthost {Smarthost}",
            AtOnce,
            asksStore: job.IsLater,
            job.Message.Options.Priority,
            cancel
        );
        if (passage.ClosedUntil is { } until)
            return standing.Postponed(new($"{job.NextHop} gets no more at the moment", until));

        var route = Smarthost is null ? await relay.Routing.FindAsync(job.NextHop, cancel) : RouteTo(Smarthost);
        if (route.Fault is { } fault)
            return standing.Ended(fault);
        if (Smarthost is { MaxSize: > 0 and var most } && job.Message.Size > most)
            return standing.Ended(new(true, "5.3.4", $"{Smarthost} takes {most} octets at most"));
        var allowance = new Allowance(relay, job, Smarthost, passage);
        return await allowance.TakeFirstAsync(cancel) is { } delay
            ? standing.Postponed(delay)
            : await TryHostsAsync(route.Hosts, new(passage, allowance), cancel);
    }

    async ValueTask<RelayResult> TryHostsAsync(IReadOnlyList<MailHost> hosts, DomainTurn turn, CancellationToken cancel)
    {
        await using var content = await SignedContent.OfAsync(job, relay.Keys, relay.Time, cancel);
        var policy = Smarthost is null
            ? await relay.Demands.PolicyOfAsync(job.NextHop, job.Message.Options, cancel)
            : null;
        if (policy is { Fault: not PolicyFault.None })
            relay.SessionsOf(job.Message)?.Failed(job.NextHop, Unread, new(KindOf(policy.Fault), "", "", "", ""));
        foreach (var host in hosts)
        {
            if (standing.IsOver || tries >= relay.Options.MaxTries)
                break;
            await TryHostAsync(host, policy, content, turn, cancel);
        }

        return standing.Result(talk.Lines);
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
        DomainTurn turn,
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
            standing.Note(refusal, new($"{host}"));
            return;
        }

        var (addresses, fault) = await (Smarthost is null ? relay.Addresses : relay.SmarthostAddresses).FindAsync(
            host,
            cancel
        );
        if (fault is not null)
            standing.Note(Smarthost is null ? fault : fault with { IsPermanent = false }, new($"{host}"));
        var target = new HostTarget(host, tls, Smarthost);
        foreach (var address in addresses)
        {
            if (tries++ >= relay.Options.MaxTries || await TryAddressAsync(target, address, content, turn, cancel))
                return;
        }
    }

    /// <returns>Whether the host was heard: its other addresses would say the same.</returns>
    async ValueTask<bool> TryAddressAsync(
        HostTarget target,
        IPAddress address,
        SignedContent content,
        DomainTurn turn,
        CancellationToken cancel
    )
    {
        var end = new IPEndPoint(address, target.Smarthost?.Port ?? relay.Options.Port);
        using var passage = await relay.Destinations.EnterAsync(
            $"address {address}",
            AtOnce,
            job.IsLater,
            job.Message.Options.Priority,
            cancel
        );
        if (passage.ClosedUntil is { } until)
        {
            standing.Skip(new($"{target.Host}", $"{end}"), until);
            return false;
        }

        return await talk.RunAsync(target, end, content, standing, new(passage, turn), cancel);
    }
}
