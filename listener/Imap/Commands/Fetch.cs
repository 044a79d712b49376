using Cloud.Listener.Imap.Fetch;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store;

namespace Cloud.Listener.Imap.Commands;

/// <summary>FETCH and UID FETCH. RFC 9051 §6.4.5, RFC 3516, RFC 7162 §3.1.4, §3.2.6, RFC 9394 §3.3.</summary>
sealed record Fetch(SequenceSet Set, bool Uids, FetchItems Items, FetchModifiers Modifiers) : IImapCommand
{
    Task<OpenMessage?>? ahead;

    public static IImapCommand Parse(ref ImapReader args) => Parse(ref args, uids: false);

    public static IImapCommand ParseUid(ref ImapReader args) => Parse(ref args, uids: true);

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var selected = session.Selected!;
        await using var open = await TakeAheadAsync();
        if (Modifiers.Vanished && !session.Dialect.QResync)
            throw new SyntaxException("QRESYNC has to be enabled first"); // RFC 7162 §3.2.6
        if (Items.Has(FetchAttributes.ModSeq))
            session.UseModSeqs();
        // What is read becomes seen, also what somebody else has just made unseen again.
        if (Items.SetsSeen && !selected.ReadOnly && !await selected.SyncAsync(always: false, cancel))
            return Reply.MailboxGone;
        var named = selected.Find(Set, Uids);
        if (Modifiers.Partial is { } partial)
            named = partial.Of(named);
        if (Modifiers.ChangedSince is { } since)
        {
            if (Modifiers.Vanished)
                await selected.TellEarlierAsync(session.Writer, since, selected.UidsOf(Set), cancel);
            named = selected.View.ChangedSince(named, since);
        }
        selected.AnnounceKeywords(session.Writer);
        var items = Uids && !session.Dialect.UidOnly ? Items.WithUid() : Items;
        var response = new FetchResponse(session, selected, items) { Ahead = open };
        if (!Items.NeedsEmail)
            await response.WriteFromViewAsync(named);
        else if (Items.NeedsOnlyEnvelope && named.Count >= ImapLimits.ManyEnvelopes)
        {
            if (!await response.WriteEnvelopesAsync(named, cancel))
                return Reply.MessagesGone;
        }
        else if (!await response.WriteAsync(named, cancel))
            return Reply.MessagesGone; // RFC 2180 §4.1.2
        return response.MetUnknownEncoding ? Reply.UnknownEncoding : Reply.Ok("Fetched");
    }

    /// <summary>Opens its message, when it is about one, while another command runs.</summary>
    public void OpenAhead(ImapSession session, CancellationToken cancel)
    {
        if (!Uids || Set.IsSaved || Items.Sections.Count == 0 || Modifiers != FetchModifiers.None)
            return;
        // A reader's rights are looked at when the command runs.
        if (session.Selected is not { Account.By: null } selected)
            return;
        if (selected.Find(Set, Uids) is not { Count: 1 } named)
            return;
        var entry = selected.View[named.Ranges[0].First];
        if (Items.WeightOf(entry.Size) <= ImapLimits.OpenWeight / ImapLimits.OpenMessages)
            ahead = OpenAsync(session, selected, entry.Email, cancel);
    }

    /// <summary>It will not run.</summary>
    public async ValueTask CloseAsync()
    {
        if (await TakeAheadAsync() is { } message)
            await message.DisposeAsync();
    }

    async Task<OpenMessage?> OpenAsync(
        ImapSession session,
        SelectedMailbox selected,
        EmailId email,
        CancellationToken cancel
    ) =>
        await session.Gateway.FetchAsync(selected.Account, [email], cancel) is [var found]
            ? new(found, Items, session.Gateway, selected.Account, cancel)
            : null;

    /// <returns>Null where the response has to look for itself.</returns>
    async ValueTask<OpenMessage?> TakeAheadAsync()
    {
        if (ahead is not { } opening)
            return null;
        ahead = null;
        Task ended = opening;
        await ended.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext
        );
        return opening.IsCompletedSuccessfully ? await opening : null; // Asked again, a fault is the command's own, or gone.
    }

    static IImapCommand Parse(ref ImapReader args, bool uids)
    {
        args.ExpectSP();
        var set = args.ExpectSequenceSet();
        args.ExpectSP();
        var items = FetchItems.Parse(ref args);
        var modifiers = args.SP() ? FetchModifiers.Parse(ref args, uids) : FetchModifiers.None;
        args.ExpectEnd();
        if (modifiers.ChangedSince is not null)
            items = items with { Attributes = items.Attributes | FetchAttributes.ModSeq }; // RFC 7162 §3.1.4.1
        return new Fetch(set, uids, items, modifiers);
    }
}
