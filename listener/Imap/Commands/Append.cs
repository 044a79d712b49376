using System.Globalization;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Appending;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>APPEND of one message or many. RFC 9051 §6.3.12, RFC 3502, RFC 4315 §3, RFC 4469, RFC 6855 §4, RFC 7889.</summary>
/// <param name="Steps">What the first line says.</param>
sealed record Append(MailboxName Name, AppendGrammar Grammar, IReadOnlyList<AppendStep> Steps) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var name = args.ExpectMailboxName();
        var grammar = new AppendGrammar(ImapLimits.AppendedMessages);
        return new Append(name, grammar, grammar.Read(ref args));
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (await session.FindMailboxAsync(Name.Canonical, cancel) is not { } mailbox)
            return Reply.TryCreate;
        if (mailbox.Refuse(MailboxRights.Insert) is { } refused)
            return refused;
        await using var messages = new IncomingMessages(session, Grammar);
        if (await messages.ReceiveAsync(Steps, cancel) is { } fault)
            return fault;
        var appended = await messages.AppendAsync(mailbox, cancel);
        if (!appended.IsOk)
            return Refused(appended.Refusal, appended.Reason);
        await TellAsync(session, Name, mailbox, appended.Value, cancel);
        return Reply.Ok("Appended", AppendUid(appended.Value));
    }

    /// <summary>The mailbox may have gone since it was looked up.</summary>
    public static Reply Refused(Refusal refusal, string reason) =>
        refusal == Refusal.NotFound ? Reply.TryCreate : Reply.From(refusal, reason);

    /// <summary>What the session has to know and tell when it has put messages somewhere.</summary>
    public static async ValueTask TellAsync(
        ImapSession session,
        MailboxName name,
        FoundMailbox mailbox,
        IReadOnlyList<AppendResult> appended,
        CancellationToken cancel
    )
    {
        if (session.Dialect.Revision2 && name.Differs)
            await ListLine.AnnounceAsync(session, name.Canonical, name.Sent, cancel);
        if (session.Selected is not { } selected || selected.Account.Id != mailbox.Account.Id)
            return;
        if (selected.Is(mailbox))
        {
            selected.Touched();
            return;
        }
        foreach (var result in appended)
            selected.Took(result.Revision);
    }

    /// <summary>APPENDUID: the messages' UIDs in their order (RFC 4315 §3).</summary>
    /// <returns>Null when one has none: a try whose answer got lost had put it there, and it is gone again.</returns>
    public static string? AppendUid(IReadOnlyList<AppendResult> appended)
    {
        if (appended.Any(result => result.Uid == 0))
            return null;
        var uids = new StringBuilder();
        for (var i = 0; i < appended.Count; )
        {
            var end = i + 1;
            while (end < appended.Count && appended[end].Uid == appended[end - 1].Uid + 1)
                end++;
            Copy.AppendRange(uids, appended[i].Uid, appended[end - 1].Uid);
            i = end;
        }
        return string.Create(CultureInfo.InvariantCulture, $"APPENDUID {appended[0].UidValidity} {uids}");
    }
}
