using System.Net;
using Cloud.Flow.Outbound.Relay.Connections;
using Cloud.Flow.Outbound.Relay.Smarthosts;
using Cloud.Trust.TlsRpt;
using Cloud.Wire.Smtp;

namespace Cloud.Flow.Outbound.Relay;

/// <param name="Connection">Null where there is a fault.</param>
/// <param name="Lines">What was said on a connection that came to nothing.</param>
readonly record struct Dialled(OpenConnection? Connection, RouteFault? Fault, IReadOnlyList<string> Lines);

/// <summary>Opens a connection to one address of a host, as safe as it has to be, and counts it for reports.</summary>
sealed record Dialling(SmtpRelay Relay, RelayJob Job, HostTarget Target, IPEndPoint End, Passages Passages)
{
    /// <summary>False for a server that breaks it.</summary>
    public bool Pipelining { get; init; } = true;

    public HostSeen Seen => new($"{Target.Host}", $"{End}");

    public string Key => $"{Target.Host} {End} {Target.Tls.Key}";

    public async ValueTask<Dialled> RunAsync(CancellationToken cancel)
    {
        SmtpCredentials? credentials;
        try
        {
            credentials = Credentials();
        }
        catch (IOException e)
        {
            return new(null, new(false, "4.7.8", e.Message), []);
        }

        var options = Options(Target.Tls.Demand, credentials);
        var opening = await SmtpConnection.OpenAsync(options, cancel);
        Count(opening);
        if (Target.Tls.AllowsClear && IsOfTls(opening.Failure))
            opening = await SmtpConnection.OpenAsync(options with { Tls = SmtpTlsDemand.None }, cancel);
        if (opening.IsOpen)
            return new(new(Key, Seen with { Tls = TextOf(opening.Connection.Tls) }, opening.Connection), null, []);
        await LearnAsync(opening.Failure);
        return new(null, FaultOf(opening.Failure), opening.Transcript.Lines);
    }

    /// <summary>Without TLS it might have gone well: a handshake fails, or hangs, or is where the server goes away.</summary>
    static bool IsOfTls(SmtpFailure? failure) =>
        failure
            is {
                Phase: SmtpPhase.Tls,
                Fault: SmtpFault.Handshake or SmtpFault.Timeout or SmtpFault.Lost or SmtpFault.Protocol,
            };

    /// <summary>How a connection is encrypted, and what vouches for the server.</summary>
    static string? TextOf(SmtpTlsFacts? tls) =>
        tls is null
            ? null
            : $"{tls.Protocol} {tls.Cipher}, {(tls.IsAuthenticated ? "verified" : "not verified")}: {tls.Certificate?.Verdict.Reason}";

    SmtpOptions Options(SmtpTlsDemand demand, SmtpCredentials? credentials)
    {
        var options = new SmtpOptions
        {
            EndPoint = End,
            Hostname = Relay.Options.Hostname,
            ServerName = Target.Tls.ServerName,
            Tls = demand,
            ImplicitTls = Target.Smarthost?.Security == SmarthostSecurity.Implicit,
            Credentials = credentials,
            AllowClearCredentials = Target.Smarthost?.Security == SmarthostSecurity.None,
            Pipelining = Pipelining,
            Timeouts = Relay.Options.Timeouts,
            Clock = Relay.Time,
        };
        return Relay.Options.Connect is { } connect ? options with { Connect = connect } : options;
    }

    /// <exception cref="IOException">The file with the secret cannot be read.</exception>
    SmtpCredentials? Credentials()
    {
        if (Target.Smarthost is not { User: { } user } smarthost)
            return null;
        var secret = smarthost.Secret.Read();
        return smarthost.HasToken ? SmtpCredentials.Token(user, secret) : SmtpCredentials.Password(user, secret);
    }

    async ValueTask LearnAsync(SmtpFailure failure)
    {
        if (failure.Reply is { } told && Complaint.IsOfRate(told))
            await Passages.Domain.Passage.LimitedAsync();
        else if (failure.Reply is { } reply && Complaint.IsOne(reply))
            await Passages.Domain.Passage.SlowedAsync();
        else if (failure.Fault is SmtpFault.Connect or SmtpFault.Timeout or SmtpFault.Lost or SmtpFault.Protocol)
            await Passages.Address.FailedAsync();
    }

    RouteFault FaultOf(SmtpFailure failure)
    {
        var words = failure.Reply is { } reply ? $"{Target.Host} said: {reply}" : $"{Target.Host}: {failure.Reason}";
        // What a smarthost has against us is its operator's to mend, and no reason to send mail back.
        var isOurs = Target.Smarthost is not null;
        var isForGood = failure.IsPermanent && !isOurs;
        // RFC 8689 §4.2.1: who requires TLS wants it back rather than late.
        if (Job.Message.Options.RequireTls && failure.Phase == SmtpPhase.Tls && failure.Fault != SmtpFault.Timeout)
            return new(!isOurs, "5.7.30", words);
        return new(isForGood, failure.Status, words);
    }

    /// <summary>RFC 8460 §4.3; where nobody could be spoken to nothing is known of TLS.</summary>
    void Count(SmtpOpening opening)
    {
        if (Target.Tls.Policy is not { } policy || opening.Failure is { Phase: < SmtpPhase.Tls })
            return;
        if (FailureOf(opening) is { } failure)
            Relay
                .SessionsOf(Job.Message)
                ?.Failed(
                    Job.NextHop,
                    policy,
                    new(failure.Kind, "", $"{Target.Host}", $"{End.Address}", failure.Reason)
                );
        else
            Relay.SessionsOf(Job.Message)?.Succeeded(Job.NextHop, policy);
    }

    (TlsFailure Kind, string Reason)? FailureOf(SmtpOpening opening)
    {
        if (opening.Failure is { Phase: SmtpPhase.Tls } failure)
        {
            return failure.Fault switch
            {
                SmtpFault.TlsNotOffered => (TlsFailure.StartTlsNotSupported, failure.Reason),
                SmtpFault.Certificate => (KindOf(opening.Certificate?.Verdict.Fault), failure.Reason),
                _ => (TlsFailure.ValidationFailure, failure.Reason),
            };
        }

        if (opening.Connection is { Tls: null })
            return (TlsFailure.StartTlsNotSupported, "no STARTTLS");
        if (Target.Tls.IsMismatch)
            return (TlsFailure.ValidationFailure, "the policy does not name the host");
        return Target.Tls.IsTesting && opening.Certificate is { Verdict: { IsAccepted: false } verdict }
            ? (KindOf(verdict.Fault), verdict.Reason)
            : null;
    }

    static TlsFailure KindOf(CertificateFault? fault) =>
        fault switch
        {
            CertificateFault.HostMismatch => TlsFailure.CertificateHostMismatch,
            CertificateFault.Expired => TlsFailure.CertificateExpired,
            CertificateFault.NotTrusted => TlsFailure.CertificateNotTrusted,
            _ => TlsFailure.ValidationFailure,
        };
}
