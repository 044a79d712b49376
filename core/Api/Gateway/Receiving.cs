using System.Net;
using System.Text.Json.Serialization;
using Cloud.Flow.Door;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Trace;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Messages;

namespace Cloud.Api.Gateway;

/// <summary>The peer that hands over a message.</summary>
/// <param name="Helo">What it called itself.</param>
/// <param name="Tls">Protocol version and cipher suite; null in clear.</param>
public sealed record Peer(IPAddress Address, string Helo, string? Tls)
{
    /// <summary>As a message's trace tells of it.</summary>
    /// <param name="by">See <see cref="SessionFacts.By"/>.</param>
    /// <param name="from">The reverse path; null for <c>&lt;&gt;</c>.</param>
    public SessionFacts FactsOf(string by, EmailAddress? from) =>
        new(by, ClientAddress.IsKnown(Address) ? $"{Address}" : null, Helo, Tls, from?.ToString() ?? "");
}

/// <param name="Authenticated">The account of an authenticated sender; null for mail from outside.</param>
/// <param name="Greylist">A stranger's message waits for its retry; null where it need not.</param>
/// <param name="DeclaredSize">SIZE of MAIL, octets; 0 when not given.</param>
public sealed record CheckRecipientRequest(
    EmailAddress? From,
    EmailAddress To,
    AccountId? Authenticated,
    long DeclaredSize,
    IPAddress Client,
    GreylistTicket? Greylist = null
)
{
    /// <summary>Whose trace the call belongs to, which its header tells; null where there is none.</summary>
    [JsonIgnore]
    public TransactionId? Transaction { get; init; }
}

public enum RecipientVerdict
{
    Ok,

    /// <summary>One of our domains has no such address: 550 5.1.1.</summary>
    NoSuchUser,

    /// <summary>Not one of our domains, and the sender may not relay: 550 5.7.1.</summary>
    NotLocal,

    /// <summary>The authenticated sender may not use this reverse path: 550 5.7.1.</summary>
    SenderNotAllowed,

    /// <summary>An authenticated sender's recipient whose domain is no whole name: 554 5.1.2 (RFC 6409 §4.2).</summary>
    NotQualified,

    /// <summary>A reverse path of forwarded mail that was not made here, or is too old: 550 5.1.1.</summary>
    BadReturnPath,

    /// <summary>A good one takes reports only, which come from nobody: 550 5.7.1.</summary>
    ReportsOnly,

    /// <summary>So many reports come back to one sender that they are put off: 450 4.7.1.</summary>
    TooManyReports,

    /// <summary>A stranger has to try again a little later: 450 4.7.1 (RFC 6647).</summary>
    Greylisted,

    /// <summary>The mailbox has no room for it: 452 4.2.2.</summary>
    OverQuota,

    /// <summary>An authenticated sender has sent all that he may in a time: 450 4.7.1.</summary>
    OverSendLimit,
}

/// <summary>One recipient with its DSN wishes (RFC 3461 §4.1, §4.2), carried along.</summary>
/// <param name="Notify">As given (<c>NEVER</c> or a list of SUCCESS, FAILURE, DELAY); null when not given.</param>
/// <param name="OriginalRecipient">ORCPT, decoded from xtext; null when not given.</param>
public sealed record Recipient(EmailAddress Address, string? Notify, string? OriginalRecipient);

/// <summary>A message's envelope.</summary>
/// <param name="From">The reverse path; null for <c>&lt;&gt;</c>.</param>
/// <param name="Ret">RET (RFC 3461 §4.3): FULL, HDRS or null.</param>
/// <param name="EnvelopeId">ENVID, decoded from xtext; null when not given.</param>
/// <param name="SmtpUtf8">The sender asked for SMTPUTF8 (RFC 6531).</param>
/// <param name="EightBit">The sender declared BODY=8BITMIME or BINARYMIME.</param>
public sealed record MailEnvelope(
    EmailAddress? From,
    IReadOnlyList<Recipient> Recipients,
    string? Ret,
    string? EnvelopeId,
    bool SmtpUtf8,
    bool EightBit
)
{
    /// <summary>BODY=BINARYMIME (RFC 3030 §3) was said.</summary>
    public bool IsBinary { get; init; }

    /// <summary>Its recipients as the rooms behind the gateway know them.</summary>
    [JsonIgnore]
    public IReadOnlyList<OutboundRecipient> Wishes =>
        [.. Recipients.Select(to => new OutboundRecipient(to.Address, to.Notify, to.OriginalRecipient))];

    /// <summary>What counts of it where the message is passed on.</summary>
    [JsonIgnore]
    public Origin Origin =>
        Origin.Of(From) with
        {
            Options = new()
            {
                SmtpUtf8 = SmtpUtf8,
                Body =
                    IsBinary ? BodyType.Binary
                    : EightBit ? BodyType.EightBit
                    : BodyType.SevenBit,
                Ret = Ret,
                EnvelopeId = EnvelopeId,
            },
        };
}

/// <param name="Evidence">What the door found out; null for a client that is trusted.</param>
public sealed record ReceiveRequest(
    TransactionId Transaction,
    Peer Peer,
    MailEnvelope Envelope,
    UploadedMessage Message,
    Evidence? Evidence
);

/// <param name="Evidence">Why the front has refused it, or put it off.</param>
public sealed record RefusedRequest(
    TransactionId Transaction,
    IReadOnlyList<EmailAddress> Recipients,
    Evidence Evidence
)
{
    /// <summary>Who wanted to hand it over.</summary>
    public SessionFacts? Session { get; init; }
}

public enum ReceiveStatus
{
    /// <summary>Kept for every recipient: 250.</summary>
    Accepted,

    /// <summary>Refused for good: nothing is kept.</summary>
    Rejected,

    /// <summary>Not now: nothing is promised, the peer tries again: 451.</summary>
    Deferred,
}

/// <param name="Code">Subject and detail of the enhanced status code (RFC 3463), where the status is no success.</param>
public sealed record ReceiveResult(ReceiveStatus Status, string Reason, string Code = "7.1");

/// <param name="Received">INTERNALDATE.</param>
public sealed record AppendRequest(
    TransactionId Transaction,
    Access Account,
    MailboxId Mailbox,
    UploadedMessage Message,
    MessageFlags Flags,
    IReadOnlyList<string> Keywords,
    DateTimeOffset Received
)
{
    /// <summary>Of an import; null for what a client puts there.</summary>
    public ImportKey? Import { get; init; }
}

/// <param name="Uid">0 where an import had brought the message before.</param>
/// <param name="Revision">The account's after it; 0 where nothing was changed: what others did is not to be passed over.</param>
public sealed record AppendResult(uint UidValidity, uint Uid, ulong Revision);

/// <summary>What a door counted in some minutes.</summary>
/// <param name="Batch">Names these counts: handed over again they are kept once.</param>
/// <param name="Counts">See <see cref="Trust.Dmarc.AggregateCodec"/>; at most <see cref="MaxCounts"/>, a domain and day each.</param>
public sealed record CountsRequest(ulong Batch, IReadOnlyList<byte[]> Counts)
{
    public const int MaxCounts = 1000;

    /// <summary>Octets of all of them: half of a request, which has them in base64.</summary>
    public const int MaxOctets = 4 * 1024 * 1024;
}
