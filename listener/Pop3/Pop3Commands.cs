using System.Text;
using Cloud.Listener.Pop3.Commands;

namespace Cloud.Listener.Pop3;

/// <summary>RFC 1939 §3. UPDATE is no state of a session's: QUIT goes through it and ends.</summary>
[Flags]
enum Pop3State
{
    /// <summary>Nobody is logged in.</summary>
    Authorization = 1,

    /// <summary>The same, immediately after a USER (RFC 1939 §7, PASS).</summary>
    Named = 2,

    /// <summary>The maildrop is open and locked.</summary>
    Transaction = 4,

    Any = Authorization | Named | Transaction,
}

delegate IPop3Command? Pop3Parser(ref Pop3Reader arguments);

/// <param name="Parse">Reads the arguments; null is a syntax error.</param>
/// <param name="From">States in which it may be given.</param>
/// <param name="To">State after success; null where it does not matter, and then a USER before it is forgotten.</param>
sealed record Pop3Row(string Verb, Pop3Parser Parse, Pop3State From, Pop3State? To = null);

/// <summary>Every command there is.</summary>
/// <remarks>
/// APOP is not here: its digest needs the password itself at the server, and we keep none (RFC 1939 §7). SASL serves
/// those who must not send one.
/// </remarks>
static class Pop3Commands
{
    const Pop3State LoggedOut = Pop3State.Authorization | Pop3State.Named;

    static readonly Pop3Row[] Table =
    [
        new("CAPA", Capa.Parse, From: Pop3State.Any),
        new("QUIT", Quit.Parse, From: Pop3State.Any),
        new("STLS", Stls.Parse, From: LoggedOut),
        new("UTF8", Commands.Utf8.Parse, From: LoggedOut),
        new("USER", User.Parse, From: LoggedOut, To: Pop3State.Named),
        new("PASS", Pass.Parse, From: Pop3State.Named, To: Pop3State.Transaction),
        new("AUTH", Auth.Parse, From: LoggedOut, To: Pop3State.Transaction),
        new("STAT", Stat.Parse, From: Pop3State.Transaction),
        new("LIST", List.Parse, From: Pop3State.Transaction),
        new("UIDL", Uidl.Parse, From: Pop3State.Transaction),
        new("RETR", Retr.Parse, From: Pop3State.Transaction),
        new("TOP", Top.Parse, From: Pop3State.Transaction),
        new("DELE", Dele.Parse, From: Pop3State.Transaction),
        new("RSET", Rset.Parse, From: Pop3State.Transaction),
        new("NOOP", Noop.Parse, From: Pop3State.Transaction),
    ];

    public static Pop3Row? Find(ReadOnlySpan<byte> verb)
    {
        foreach (var row in Table)
        {
            if (Ascii.EqualsIgnoreCase(verb, row.Verb))
                return row;
        }
        return null;
    }
}
