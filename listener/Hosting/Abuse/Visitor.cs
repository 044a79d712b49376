using System.Net;
using Cloud.Api.Gateway;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Wire.Limits;

namespace Cloud.Listener.Hosting.Abuse;

/// <summary>The peer of a connection as the entrance sees it: what it may still do, and where its offences are told.</summary>
/// <remarks>
/// The default, and an exempt address's, may do anything. Where the address is unknown nothing is judged by address,
/// and the limits by sender and account hold. Each wait that is asked for is nothing when the deed may be done and was
/// counted, else the time after which to try again.
/// </remarks>
public readonly struct Visitor
{
    readonly Entrance? entrance;
    readonly IPAddress? address;

    internal Visitor(Entrance entrance, IPAddress address)
    {
        this.entrance = entrance.IsExempt(address) ? null : entrance;
        this.address = ClientAddress.IsKnown(address) ? address : null;
    }

    /// <summary>How long the peer has to be silent before it is greeted.</summary>
    public TimeSpan GreetingPause => Key is { } key ? entrance!.GreetingPause(key) : TimeSpan.Zero;

    AddressKey? Key => entrance is not null && address is not null ? AddressKey.Subscriber(address) : null;

    /// <summary>The peer was silent before it was greeted.</summary>
    public void Waited()
    {
        if (Key is { } key)
            entrance!.Waited(key);
    }

    public Sentence Report(Offence offence) => Key is { } key ? entrance!.Report(key, offence) : default;

    /// <summary>A message is begun.</summary>
    public TimeSpan TakeMessage() => Key is { } key ? entrance!.TakeMessage(key) : TimeSpan.Zero;

    /// <param name="domain">Of MAIL FROM.</param>
    public TimeSpan TakeSender(string domain) => entrance?.TakeSender(domain.ToLowerInvariant()) ?? TimeSpan.Zero;

    /// <summary>A message is begun by somebody who has logged in.</summary>
    public TimeSpan TakeSubmission(AccountId account) => entrance?.TakeSubmission(account) ?? TimeSpan.Zero;

    /// <summary>A recipient is named.</summary>
    public TimeSpan TakeRecipient() => Key is { } key ? entrance!.TakeRecipient(key) : TimeSpan.Zero;

    /// <summary>A recipient that there is gets one more message.</summary>
    public TimeSpan TakeMessageFor(EmailAddress recipient) =>
        entrance?.TakeMessageFor(recipient.WithoutDetail.Key) ?? TimeSpan.Zero;

    /// <summary>So many recipients were guessed that no more is told about any.</summary>
    public TimeSpan Guessing() => Key is { } key ? entrance!.Guessing(key) : TimeSpan.Zero;
}
