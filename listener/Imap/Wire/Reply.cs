using System.Globalization;
using System.Text;
using Cloud.Api.Gateway;

namespace Cloud.Listener.Imap.Wire;

/// <summary>How a command ended (RFC 9051 §7.1).</summary>
enum Condition
{
    Ok,
    No,
    Bad,

    /// <summary>The session ends with it; always untagged.</summary>
    Bye,
}

/// <summary>The end of a command: condition, response code (RFC 5530) without its brackets, text for a person.</summary>
readonly record struct Reply(Condition Condition, string? Code, string Text)
{
    public static readonly Reply LoginDisabled = No(
        "PRIVACYREQUIRED",
        "Start TLS first: passwords are not taken in clear"
    );
    public static readonly Reply WrongCredentials = No("AUTHENTICATIONFAILED", "Wrong name or password");
    public static readonly Reply NoSuchMailbox = No("NONEXISTENT", "No such mailbox");
    public static readonly Reply NoPermission = No("NOPERM", "The mailbox' owner does not allow you this");
    public static readonly Reply OthersTree = No("CANNOT", "These names are for the mailboxes of others");
    public static readonly Reply TryCreate = No("TRYCREATE", "No such mailbox");
    public static readonly Reply ReadOnly = No("READ-ONLY", "The mailbox is open for reading only");
    public static readonly Reply MessagesGone = No("EXPUNGEISSUED", "Some of the messages are gone");
    public static readonly Reply UnknownEncoding = No("UNKNOWN-CTE", "A part's encoding is not known here"); // RFC 3516 §4.3
    public static readonly Reply BadCharset = No("BADCHARSET (UTF-8 US-ASCII)", "The charset is not known here");
    public static readonly Reply UidRequired = new(Condition.Bad, "UIDREQUIRED", "Messages go by UID alone"); // RFC 9586 §3
    public static readonly Reply TooBig = No("TOOBIG", "The message is too big");
    public static readonly Reply EmptyMessage = No("CANNOT", "A message of no octets cannot be kept");
    public static readonly Reply Unavailable = No("UNAVAILABLE", "The mail store does not answer; try again later");
    public static readonly Reply Draining = Bye("UNAVAILABLE", "The server is stopping");
    public static readonly Reply Revoked = Bye("EXPIRED", "Your login counts no more"); // RFC 5530 §3
    public static readonly Reply Inactive = Bye(null, "Nothing was heard for too long");
    public static readonly Reply TooManyBad = Bye(null, "Too many commands that make no sense");
    public static readonly Reply PatternsTooLong = No(
        "LIMIT",
        "So long patterns are too much work with so many mailboxes"
    );
    public static readonly Reply TooManyLiterals = Bad($"A command has at most {ImapLimits.Literals} literals");
    public static readonly Reply LoginsUnchecked = Bye("UNAVAILABLE", "Logins cannot be checked now; try again later");
    public static readonly Reply TooManyLogins = Bye(null, "Too many failed logins");
    public static readonly Reply Banned = Bye("UNAVAILABLE", "Too much abuse from your address; try again later");
    public static readonly Reply ForeignProtocol = Bye(null, "This port speaks IMAP");
    public static readonly Reply InputAfterStartTls = Bye(null, "Input behind STARTTLS");
    public static readonly Reply LiteralTooLong = Bye("TOOBIG", "The literal is too long to be skipped");
    public static readonly Reply MailboxGone = Bye(null, "The selected mailbox is gone"); // RFC 2180 §3.3
    public static readonly Reply Goodbye = Bye(null, "Goodbye");

    public static Reply Ok(string text, string? code = null) => new(Condition.Ok, code, text);

    public static Reply No(string? code, string text) => new(Condition.No, code, text);

    public static Reply Bad(string text) => new(Condition.Bad, null, text);

    public static Reply Bye(string? code, string text) => new(Condition.Bye, code, text);

    /// <summary>A URL that names nothing here (RFC 4469 §4.1), in the characters that a response code takes.</summary>
    public static Reply BadUrl(string url)
    {
        var text = new StringBuilder(url.Length);
        foreach (var c in url)
        {
            if (c is > ' ' and <= '~' and not (']' or '"' or '\\'))
                text.Append(c);
            else
                text.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
        }
        return No($"BADURL \"{text}\"", "There is nothing of that address here");
    }

    /// <summary>An error of ours that is in the log under <paramref name="id"/>.</summary>
    public static Reply ServerBug(string id) => No("SERVERBUG", $"Something went wrong here; it is logged as {id}");

    /// <summary>A gateway's refusal in RFC 5530's words.</summary>
    public static Reply From(Refusal refusal, string reason) =>
        No(
            refusal switch
            {
                Refusal.NotFound => "NONEXISTENT",
                Refusal.AlreadyExists => "ALREADYEXISTS",
                Refusal.OverQuota => "OVERQUOTA",
                Refusal.OverLimit => "LIMIT",
                Refusal.HasChildren => "HASCHILDREN",
                Refusal.NoPermission => "NOPERM",
                _ => "CANNOT",
            },
            reason
        );
}
