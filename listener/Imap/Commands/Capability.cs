using System.Text;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>CAPABILITY: what this server can do, now. RFC 9051 §6.1.1.</summary>
sealed record Capability : IImapCommand
{
    const string Always = "IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ID ENABLE";

    const string AfterLogin =
        "IDLE NAMESPACE UNSELECT UIDPLUS MOVE CHILDREN LIST-EXTENDED LIST-STATUS LIST-METADATA METADATA SPECIAL-USE CREATE-SPECIAL-USE ESEARCH"
        + " MULTISEARCH SEARCH=FUZZY CONTEXT=SEARCH CONTEXT=SORT NOTIFY"
        + " SEARCHRES WITHIN PARTIAL SAVEDATE OBJECTID PREVIEW UIDONLY UIDBATCHES INPROGRESS"
        + " STATUS=SIZE CONDSTORE QRESYNC UTF8=ACCEPT I18NLEVEL=1 BINARY MULTIAPPEND CATENATE REPLACE QUOTA QUOTA=RES-STORAGE"
        + " ACL RIGHTS=texk LIST-MYRIGHTS SORT SORT=DISPLAY ESORT THREAD=ORDEREDSUBJECT THREAD=REFERENCES THREAD=REFS";

    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectEnd();
        return new Capability();
    }

    /// <summary>The capabilities as they stand in this session, a space between.</summary>
    public static string Of(ImapSession session)
    {
        var text = new StringBuilder(Always);
        if (session.State == SessionState.NotAuthenticated)
        {
            if (
                session.Services.Certificate is not null
                && session.Connection is { IsSecure: false, IsCompressed: false }
            )
                text.Append(" STARTTLS");
            if (!session.TakesPasswords)
                text.Append(" LOGINDISABLED");
            foreach (var mechanism in session.Sasl.Mechanisms)
                text.Append(" AUTH=").Append(mechanism);
        }
        text.Append(' ').Append(AfterLogin);
        if (!session.Connection.IsCompressed)
            text.Append(" COMPRESS=DEFLATE");
        if (session.State != SessionState.NotAuthenticated)
            text.Append(" UNAUTHENTICATE"); // RFC 8437 §3
        return text.Append(" APPENDLIMIT=").Append(session.Options.MaxMessage).ToString();
    }

    public ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        session.Writer.Line($"CAPABILITY {Of(session)}");
        return new(Reply.Ok("These are the capabilities"));
    }
}
