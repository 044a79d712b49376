using System.Collections.Frozen;

namespace Cloud.Listener.Smtp;

/// <summary>A command, read and ready to run.</summary>
interface ISmtpCommand
{
    ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel);
}

/// <summary>Reads a command's arguments.</summary>
/// <exception cref="ProtocolException">They are not what the grammar says.</exception>
delegate ISmtpCommand CommandParser(ref SmtpReader args);

[Flags]
enum CommandFlags
{
    None = 0,

    /// <summary>On a submission port only for authenticated users (RFC 4954 §6).</summary>
    Authenticated = 1,

    /// <summary>A 550 says something about a mailbox; it is counted apart from the peer's errors.</summary>
    RefusesMailboxes = 2,

    /// <summary>A fault of ours is one of the login (RFC 4954 §6).</summary>
    Authenticates = 4,
}

/// <param name="From">States in which the command may come. Where it leads is what it does to the session: EHLO and
/// HELO to Greeted, STARTTLS to Start, MAIL to InMail, RCPT to HasRecipient, BDAT to InChunks; RSET, DATA, the last
/// BDAT and a failed one to Greeted; the others leave it.</param>
/// <param name="MaxLine">Octets with CRLF.</param>
sealed record CommandRow(
    string Verb,
    CommandParser Parse,
    SmtpState From,
    int MaxLine = SmtpLimits.Line,
    CommandFlags Flags = CommandFlags.None
);

/// <summary>The commands of RFC 5321 §4.1.1 and its extensions.</summary>
static class CommandTable
{
    public static readonly IReadOnlyList<CommandRow> Rows =
    [
        new("EHLO", Commands.Ehlo.Parse, SmtpState.Any),
        new("HELO", Commands.Helo.Parse, SmtpState.Any),
        new("MAIL", Commands.Mail.Parse, SmtpState.Greeted, SmtpLimits.MailLine, CommandFlags.Authenticated),
        new(
            "RCPT",
            Commands.Rcpt.Parse,
            SmtpState.InMail | SmtpState.HasRecipient,
            SmtpLimits.RecipientLine,
            CommandFlags.Authenticated | CommandFlags.RefusesMailboxes
        ),
        new("DATA", Commands.Data.Parse, SmtpState.InMail | SmtpState.HasRecipient, Flags: CommandFlags.Authenticated),
        // In every state its octets must be taken off before it is refused.
        new("BDAT", Commands.Bdat.Parse, SmtpState.Any),
        new("RSET", Commands.Rset.Parse, SmtpState.Any),
        new("NOOP", Commands.Noop.Parse, SmtpState.Any),
        new("VRFY", Commands.Vrfy.Parse, SmtpState.Any, Flags: CommandFlags.Authenticated),
        new("HELP", Commands.Help.Parse, SmtpState.Any),
        new("QUIT", Commands.Quit.Parse, SmtpState.Any),
        new("STARTTLS", Commands.StartTls.Parse, SmtpState.Start | SmtpState.Greeted),
        new("AUTH", Commands.Auth.Parse, SmtpState.Greeted, SmtpLimits.AuthLine, CommandFlags.Authenticates),
    ];

    static readonly FrozenDictionary<string, CommandRow> ByVerb = Rows.ToFrozenDictionary(
        row => row.Verb,
        StringComparer.OrdinalIgnoreCase
    );

    static readonly int LongestVerb = Rows.Max(row => row.Verb.Length);

    public static CommandRow? Find(ReadOnlySpan<byte> verb)
    {
        if (verb.Length > LongestVerb)
            return null;
        Span<char> text = stackalloc char[verb.Length];
        for (var i = 0; i < verb.Length; i++)
            text[i] = (char)verb[i];
        return ByVerb.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var row) ? row : null;
    }
}
