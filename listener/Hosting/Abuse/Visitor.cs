using System.Net;
using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Wire.Limits;

namespace Cloud.Listener.Hosting.Abuse;

/// <summary>The peer of a connection as the door sees it: what it may still do, and where its offences are told.</summary>
/// <remarks>
/// The default, and an exempt address's, may do anything. Where the address is unknown nothing is judged by address,
/// and the limits by sender and account hold. Each wait that is asked for is nothing when the deed may be done and was
/// counted, else the time after which to try again.
/// </remarks>
public readonly struct Visitor
{
    readonly Door? door;
    readonly IPAddress? address;

    internal Visitor(Door door, IPAddress address)
    {
        this.door = door.IsExempt(address) ? null : door;
        this.address = ClientAddress.IsKnown(address) ? address : null;
    }

    /// <summary>How long the peer has to be silent before it is greeted.</summary>
    public TimeSpan GreetingPause => Key is { } key ? door!.GreetingPause(key) : TimeSpan.Zero;

    AddressKey? Key => door is not null && address is not null ? AddressKey.Subscriber(address) : null;

    /// <summary>The peer was silent before it was greeted.</summary>
    public void Waited()
    {
        if (Key is { } key)
            door!.Waited(key);
    }

    public Sentence Report(Offence offence) => Key is { } key ? door!.Report(key, offence) : default;

    /// <summary>A message is begun.</summary>
    public TimeSpan TakeMessage() => Key is { } key ? door!.TakeMessage(key) : TimeSpan.Zero;

    /// <param name="domain">Of MAIL FROM.</param>
    public TimeSpan TakeSender(string domain) => door?.TakeSender(domain.ToLowerInvariant()) ?? TimeSpan.Zero;

    /// <summary>A message is begun by somebody who has logged in.</summary>
    public TimeSpan TakeSubmission(AccountId account) => door?.TakeSubmission(account) ?? TimeSpan.Zero;

    /// <summary>A recipient is named.</summary>
    public TimeSpan TakeRecipient() => Key is { } key ? door!.TakeRecipient(key) : TimeSpan.Zero;

    /// <summary>So many recipients were guessed that no more is told about any.</summary>
    public TimeSpan Guessing() => Key is { } key ? door!.Guessing(key) : TimeSpan.Zero;
}
