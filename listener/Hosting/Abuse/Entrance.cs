using System.Net;
using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Wire.Limits;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting.Abuse;

/// <summary>Whether a connection may come in.</summary>
enum Admission
{
    Admitted,

    /// <summary>Too many are open, in all or from there.</summary>
    TooMany,

    /// <summary>Too many came from there lately.</summary>
    TooFast,

    Banned,

    /// <summary>Banned for long: not to be told.</summary>
    BannedForLong,
}

/// <summary>Who may come in, how fast, and who is out for a while: one for all ports of a process.</summary>
/// <remarks>
/// Judges by address only where that is the peer's and not exempt (<see cref="IsJudged"/>). Everything here is bounded
/// and takes constant time.
/// </remarks>
sealed class Entrance : IDisposable
{
    readonly AbuseOptions options;
    readonly NetworkList proxies;
    readonly ConnectionGate gate;
    readonly AbuseTable abuse;
    readonly TimeProvider time;
    readonly RateLimiter<AddressKey> connections;
    readonly RateLimiter<AddressKey> networkConnections;
    readonly RateLimiter<AddressKey> refusedRecipients;
    readonly RateLimiter<string> perRecipient;
    readonly RateLimiter<AddressKey> messages;
    readonly RateLimiter<AddressKey> recipients;
    readonly RateLimiter<string> senders;
    readonly RateLimiter<AccountId> submissions;
    readonly Lock passing = new();
    readonly RecentTable<AddressKey, long> passes;

    public Entrance(ListenerLimits limits, TimeProvider time, ILogger logger)
    {
        options = limits.Abuse;
        proxies = limits.Proxies;
        this.time = time;
        gate = new ConnectionGate(limits.Connections, limits.ConnectionsPerAddress, options.ConnectionsPerNetwork);
        abuse = new AbuseTable(options, time, logger);
        connections = Limiter<AddressKey>(options.ConnectionRate);
        networkConnections = Limiter<AddressKey>(options.NetworkConnectionRate);
        refusedRecipients = Limiter<AddressKey>(options.RefusedRecipients);
        messages = Limiter<AddressKey>(options.Messages);
        recipients = Limiter<AddressKey>(options.Recipients);
        perRecipient = Limiter<string>(options.PerRecipient);
        senders = Limiter<string>(options.MessagesPerSender);
        submissions = Limiter<AccountId>(options.Submissions);
        passes = new(options.Remembered);
    }

    public AbuseOptions Options => options;

    /// <summary>Neither unknown, nor exempt, nor a proxy that speaks for itself.</summary>
    public bool IsJudged(IPAddress address) => ClientAddress.IsKnown(address) && !IsExempt(address);

    public bool IsExempt(IPAddress address) => options.Exempt.Contains(address) || proxies.Contains(address);

    /// <summary>Lets a connection in, which is then to <see cref="Leave"/>, or says why not.</summary>
    public Admission TryEnter(IPAddress address)
    {
        if (!IsJudged(address))
            return gate.TryEnter(ClientAddress.Unknown) ? Admission.Admitted : Admission.TooMany;
        var subscriber = AddressKey.Subscriber(address);
        if (abuse.BanOf(subscriber) is var ban && ban > TimeSpan.Zero)
            return ban >= options.WordlessBan ? Admission.BannedForLong : Admission.Banned;
        if (
            connections.TryTake(subscriber) > TimeSpan.Zero
            || networkConnections.TryTake(AddressKey.Network(address)) > TimeSpan.Zero
        )
            return Admission.TooFast;
        return gate.TryEnter(address) ? Admission.Admitted : Admission.TooMany;
    }

    public void Leave(IPAddress address) => gate.Leave(IsJudged(address) ? address : ClientAddress.Unknown);

    public Sentence Report(AddressKey address, Offence offence)
    {
        if (offence == Offence.RefusedRecipient)
            refusedRecipients.TryTake(address);
        return abuse.Add(address, offence);
    }

    /// <summary>Nothing while recipients are answered as they are; else how long all are put off alike.</summary>
    public TimeSpan Guessing(AddressKey address) => refusedRecipients.TryTake(address, 0);

    public TimeSpan TakeMessage(AddressKey address) => messages.TryTake(address);

    public TimeSpan TakeRecipient(AddressKey address) => recipients.TryTake(address);

    /// <param name="recipient">In the form in which addresses are compared.</param>
    public TimeSpan TakeMessageFor(string recipient) => perRecipient.TryTake(recipient);

    /// <param name="domain">In lower case.</param>
    public TimeSpan TakeSender(string domain) => senders.TryTake(domain);

    public TimeSpan TakeSubmission(AccountId account) => submissions.TryTake(account);

    /// <summary>How long to wait before greeting an address: nothing when it waited not long ago.</summary>
    public TimeSpan GreetingPause(AddressKey address)
    {
        lock (passing)
        {
            return passes.TryGet(address, out var until) && until > time.GetTimestamp()
                ? TimeSpan.Zero
                : options.GreetingPause;
        }
    }

    public void Waited(AddressKey address)
    {
        lock (passing)
        {
            passes.Touch(address) =
                time.GetTimestamp() + (long)(options.GreetingPass.TotalSeconds * time.TimestampFrequency);
        }
    }

    public void Dispose() => abuse.Dispose();

    RateLimiter<TKey> Limiter<TKey>(MaxRate limit)
        where TKey : notnull => new(limit, options.Remembered, time);
}
