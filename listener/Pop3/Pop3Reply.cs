using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Cloud.Listener.Hosting.Abuse;

namespace Cloud.Listener.Pop3;

/// <summary>What happens when a reply has been given.</summary>
enum AfterReply
{
    GoOn,

    /// <summary>The session ends.</summary>
    Close,

    /// <summary>TLS starts.</summary>
    StartTls,

    /// <summary>The session ends, and not even this reply is given: nobody would read it.</summary>
    Cut,
}

/// <summary>What a command is answered with: its first line, and the lines that follow it in a multi-line answer.</summary>
/// <param name="Code">Response code without brackets (RFC 2449 §8, RFC 3206); null for none.</param>
/// <param name="Text">ASCII; never begins with <c>[</c>. No words of the peer's, no details of our inside.</param>
readonly record struct Pop3Reply(bool IsOk, string? Code, string Text)
{
    public static readonly Pop3Reply UnknownCommand = Fault("Unknown command");
    public static readonly Pop3Reply Syntax = Fault("Syntax error");
    public static readonly Pop3Reply LineTooLong = Fault("Line too long");
    public static readonly Pop3Reply BareNewline = Fault("Lines end in CRLF, and neither CR nor LF stands alone");
    public static readonly Pop3Reply NotNow = Fault("Not in this state");
    public static readonly Pop3Reply TlsRequired = Fault("Passwords need TLS: use STLS first");
    public static readonly Pop3Reply InUse = Error("IN-USE", "Another session has the maildrop open");
    public static readonly Pop3Reply NoSuchMessage = Error(null, "No such message");
    public static readonly Pop3Reply TryLater = Error("SYS/TEMP", "The mail store does not answer, try again later");
    public static readonly Pop3Reply Stopping = Error("SYS/TEMP", "Server is stopping, try again later");
    public static readonly Pop3Reply Revoked = Error("AUTH", "Your login counts no more"); // RFC 3206 §5
    public static readonly Pop3Reply TooManyErrors = Error(null, "Too many errors");
    public static readonly Pop3Reply Banned = Error(
        "SYS/TEMP",
        "Too much abuse from your address, try again later"
    ) with
    {
        Next = AfterReply.Close,
    };
    public static readonly Pop3Reply ForeignProtocol = Fault("This port speaks POP3") with
    {
        Next = AfterReply.Close,
        Offence = Hosting.Abuse.Offence.ForeignProtocol,
    };
    public static readonly Pop3Reply Cut = new Pop3Reply() with { Next = AfterReply.Cut };

    /// <summary>RFC 3206 §4: only a wrong name or password is [AUTH], for it makes clients ask their user again.</summary>
    public static readonly Pop3Reply WrongCredentials = Fault("Wrong name or password", "AUTH") with
    {
        Offence = Hosting.Abuse.Offence.FailedLogin,
    };

    /// <summary>Set for a multi-line answer.</summary>
    public IPop3Body? Body { get; private init; }

    /// <summary>Counts towards <see cref="Pop3Options.MaxErrors"/>: what no proper client sends again and again.</summary>
    public bool IsFault { get; private init; }

    /// <summary>What a stranger has done who hears this; null for nothing, or what was counted before.</summary>
    public Offence? Offence { get; init; }

    public AfterReply Next { get; init; }

    public static Pop3Reply Ok(string text) => new(true, null, text);

    public static Pop3Reply Ok(string text, IPop3Body body) => new(true, null, text) { Body = body };

    public static Pop3Reply Error(string? code, string text) => new(false, code, text);

    public static Pop3Reply Fault(string text, string? code = null) =>
        new(false, code, text) { IsFault = true, Offence = Hosting.Abuse.Offence.Error };

    /// <summary>RFC 3206 §3: time heals it, the user need not be asked.</summary>
    public static Pop3Reply LockedOut(TimeSpan retryAfter) =>
        Fault(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Too many failed logins, try again in {Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds))} seconds"
            ),
            "SYS/TEMP"
        ) with
        {
            Offence = Hosting.Abuse.Offence.LockedOutLogin,
        };

    public override string ToString() => $"{(IsOk ? "+OK" : "-ERR")}{(Code is null ? "" : $" [{Code}]")} {Text}";

    public void WriteFirstLine(PipeWriter output)
    {
        output.Write(IsOk ? "+OK "u8 : "-ERR "u8);
        if (Code is not null)
            Encoding.ASCII.GetBytes($"[{Code}] ", output);
        Encoding.ASCII.GetBytes(Text, output);
        output.Write("\r\n"u8);
    }
}
