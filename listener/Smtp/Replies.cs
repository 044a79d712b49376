using System.Globalization;
using Cloud.Flow.Submission;
using Cloud.Listener.Hosting.Abuse;
using Cloud.Trust;

namespace Cloud.Listener.Smtp;

/// <summary>Everything this server says (codes: RFC 5321 §4.2.3; enhanced codes: RFC 3463 and the IANA registry).</summary>
static class Replies
{
    /// <summary>Characters of a reason: a reply line has 512 octets (RFC 5321 §4.5.3.1.5).</summary>
    const int MaxReason = 400;

    // It worked
    public static readonly Reply Ok = new(250, "0.0", "Ok");
    public static readonly Reply SenderOk = new(250, "1.0", "Sender ok");
    public static readonly Reply RecipientOk = new(250, "1.5", "Recipient ok");
    public static readonly Reply ChunkOk = new(250, "0.0", "Chunk ok");
    public static readonly Reply Goodbye = new(221, "0.0", "Goodbye");
    public static readonly Reply Authenticated = new(235, "7.0", "Authenticated");
    public static readonly Reply CannotVerify = new(252, "0.0", "Send some mail, and see");
    public static readonly Reply ReadyForTls = new(220, "0.0", "Ready to start TLS");
    public static readonly Reply StartInput = new(354, "", "End with a dot on a line of its own");

    // The peer's syntax
    public static readonly Reply LineTooLong = new(500, "5.2", "Line too long");
    public static readonly Reply BareNewline = new(500, "5.2", "Lines end in CRLF; a bare CR or LF is refused");
    public static readonly Reply UnknownCommand = new(500, "5.1", "Command not recognised");
    public static readonly Reply BadArguments = new(501, "5.4", "Syntax error in arguments");
    public static readonly Reply BadSender = new(501, "1.7", "Not a reverse path, such as <user@example.org>");
    public static readonly Reply BadRecipient = new(501, "1.3", "Not a forward path, such as <user@example.org>");
    public static readonly Reply BadParameter = new(501, "5.4", "Bad or repeated parameter");
    public static readonly Reply UnknownParameter = new(555, "5.4", "Parameter not recognised or not offered");
    public static readonly Reply ChunkOfUnknownSize = BadArguments with { Closes = true };
    public static readonly Reply BadMessageNewline = new(554, "6.0", "Bare CR or LF in the message");

    // The wrong moment
    public static readonly Reply BadSequence = new(503, "5.1", "Bad sequence of commands");
    public static readonly Reply NotOffered = new(502, "5.1", "Not offered here");
    public static readonly Reply NoValidRecipients = new(554, "5.1", "No valid recipients");
    public static readonly Reply BinaryNeedsChunks = new(503, "5.1", "BINARYMIME needs BDAT");
    public static readonly Reply TlsIsOn = new(503, "5.1", "TLS is on");
    public static readonly Reply InputBeforeTls = new(503, "5.1", "Nothing may follow STARTTLS before its answer")
    {
        Closes = true,
    };

    // Addresses
    public static readonly Reply NoSuchUser = new(550, "1.1", "No such mailbox") { Offence = Offence.RefusedRecipient };
    public static readonly Reply SenderNotAllowed = new(550, "7.1", "The sender's address does not belong to you");
    public static readonly Reply NotLocal = new(550, "7.1", "Not a domain of this server, and no relay")
    {
        Offence = Offence.RefusedRecipient,
    };

    /// <summary>RFC 6409 §4.2 has 554 for it.</summary>
    public static readonly Reply NotQualified = new(554, "1.2", "The recipient's domain is no whole name");
    public static readonly Reply Greylisted = new(450, "7.1", "Not known here yet; try again in some minutes");
    public static readonly Reply SentEnough = new(450, "7.1", "Your sending limit is reached; try again later");
    public static readonly Reply MailboxFull = new(452, "2.2", "Mailbox is full");
    public static readonly Reply BadReturnPath = new(550, "1.1", "This return path was not made here, or is too old")
    {
        Offence = Offence.RefusedRecipient,
    };
    public static readonly Reply ReportsOnly = new(550, "7.1", "This return path takes delivery reports only");
    public static readonly Reply TooManyReports = new(450, "7.1", "Too many reports for this sender; try again later");
    public static readonly Reply NeedsSmtpUtf8 = new(553, "6.7", "An address beyond ASCII needs SMTPUTF8");
    public static readonly Reply TooManyRecipients = new(452, "5.3", "Too many recipients");

    // Messages
    public static readonly Reply HeldPastDeadline = new(501, "5.4", "Held beyond the time it is to be delivered by");
    public static readonly Reply TooLarge = new(552, "3.4", "Message too large");
    public static readonly Reply TryLater = new(451, "3.0", "Try again later");
    public static readonly Reply StoreFull = new(452, "3.1", "No room; try again later");

    // Authentication (RFC 4954 §4, §6)
    public static readonly Reply AuthenticationRequired = new(530, "7.0", "Authentication required");
    public static readonly Reply TlsRequired = new(530, "7.0", "Must issue STARTTLS first");
    public static readonly Reply EncryptionRequired = new(538, "7.11", "Encryption required: STARTTLS first");
    public static readonly Reply UnknownMechanism = new(504, "5.4", "Mechanism not recognised");
    public static readonly Reply BadResponse = new(501, "5.2", "Not a response of this mechanism, in base64");
    public static readonly Reply ResponseTooLong = new(500, "5.6", "Authentication exchange line is too long");
    public static readonly Reply AuthenticationCancelled = new(501, "7.0", "Authentication cancelled");
    public static readonly Reply WrongCredentials = new(535, "7.8", "Authentication credentials invalid")
    {
        Offence = Offence.FailedLogin,
    };
    public static readonly Reply CannotAuthenticate = new(454, "7.0", "Logins cannot be checked now; try again later");
    public static readonly Reply LoginsUnchecked = CannotAuthenticate with { Code = 421, Closes = true };
    public static readonly Reply LockedOut = new(454, "7.0", "Too many failures; try again later")
    {
        Offence = Offence.LockedOutLogin,
    };

    // The session ends
    public static readonly Reply TimedOut = new(421, "4.2", "Nothing came in time");
    public static readonly Reply Draining = new(421, "3.2", "Going down; try again later");
    public static readonly Reply Revoked = new(421, "7.0", "Your login counts no more; log in again");
    public static readonly Reply TooManyErrors = new(421, "7.0", "Too many errors") { Offence = Offence.TooManyErrors };
    public static readonly Reply TooManyConnections = new(421, "7.0", "Too many connections; try again later");

    public static readonly Reply Banned = new(421, "7.0", "Too much abuse from your address; try again later");

    // No mail program says such things
    public static readonly Reply EarlyTalk = new(554, "5.1", "You spoke before the greeting") { Closes = true };
    public static readonly Reply ForeignProtocol = new(554, "5.1", "This port speaks SMTP")
    {
        Closes = true,
        Offence = Offence.ForeignProtocol,
    };

    public static Reply Challenge(string challenge) => new(334, "", challenge);

    public static Reply Greeting(string hostname) => new(220, "", $"{hostname} ESMTP");

    public static Reply TooFast(string why, TimeSpan wait) =>
        new(
            450,
            "7.1",
            string.Create(CultureInfo.InvariantCulture, $"{why}; try again in {Math.Ceiling(wait.TotalSeconds)} s")
        );

    /// <summary>The message is ours now: its id, and the SHA-256 of its octets as they are kept, with our trace fields.</summary>
    public static Reply Kept(string transaction, ReadOnlyMemory<byte> sha256) =>
        new(250, "0.0", $"Ok: kept as {transaction} sha256 {Convert.ToHexStringLower(sha256.Span)}");

    /// <summary>For what the message is: no offence of the client, who may forward it in good faith.</summary>
    public static Reply Rejected(string code, string reason) => new(550, code, OneLine(reason)) { Offence = null };

    /// <summary>The same, with the id by which its reasons are found.</summary>
    public static Reply Refused(string code, string reason, string transaction) =>
        new(550, code, $"{OneLine(reason)} (id {transaction})") { Offence = null };

    /// <summary>RFC 6409 §4.1: what a message itself lacks.</summary>
    public static Reply Unfit(SubmissionFault fault) => new(554, fault.Code, OneLine(fault.Reason));

    /// <summary>RFC 4865.</summary>
    public static Reply HeldTooLong(TimeSpan most) =>
        new(
            501,
            "5.4",
            string.Create(CultureInfo.InvariantCulture, $"Held for {(long)most.TotalSeconds} seconds at most")
        );

    /// <summary>Messages 450, recipients 452 (RFC 5321 §4.5.3.1.10).</summary>
    public static Reply OverLimit(string code, string reason) => new(code == "5.3" ? 452 : 450, code, OneLine(reason));

    public static Reply Deferred(string reason) => new(451, "3.0", OneLine(reason));

    public static Reply Postponed(string code, string reason, string transaction) =>
        new(451, code, $"{OneLine(reason)} (id {transaction})");

    /// <summary>Text of strangers may be in it.</summary>
    static string OneLine(string reason) =>
        reason.Length == 0 ? "Not accepted" : Line.Of(reason.ReplaceLineEndings(" "), MaxReason);
}
