using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>STORE and UID STORE. RFC 9051 §6.4.6, RFC 7162 §3.1.3.</summary>
/// <param name="UnchangedSince">Only messages that have not changed after this mod-sequence; null for all.</param>
sealed record Store(SequenceSet Set, bool Uids, FlagAction Action, bool Silent, FlagList Flags, ulong? UnchangedSince)
    : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => Parse(ref args, uids: false);

    public static IImapCommand ParseUid(ref ImapReader args) => Parse(ref args, uids: true);

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var selected = session.Selected!;
        var named = selected.Find(Set, Uids);
        if (selected.ReadOnly)
            return Reply.ReadOnly;
        if (UnchangedSince is not null)
            session.UseModSeqs();
        if (named.IsEmpty)
            return Reply.Ok("No such message"); // RFC 9051 §6.4.9: UIDs that are not there are passed over.

        var view = selected.View;
        var request = new StoreFlagsRequest(
            selected.Account,
            selected.Id,
            named.ToUids(view),
            Action,
            Flags.Flags,
            Flags.Keywords,
            UnchangedSince
        );
        var stored = await session.Gateway.StoreFlagsAsync(request, cancel);
        if (!stored.IsOk)
            return Reply.From(stored.Refusal, stored.Reason);
        var expected = Silent ? Expected(view, stored.Value) : [];
        selected.Took(stored.Value);
        foreach (var uid in expected)
            view.ForgetChange(uid);
        var modified = view.FindUids(stored.Value.Modified.Ranges);
        if (!modified.IsEmpty)
            await selected.SyncAsync(always: true, cancel); // The client gets to know what stood in its way.
        var missed = false;
        if (!Silent)
            missed = await TellFlagsAsync(session, selected, named, cancel) && !Uids;
        else if (session.Dialect.Condstore)
            await TellModSeqsAsync(session, selected, named, stored.Value);
        if (modified.IsEmpty)
            return missed ? Reply.MessagesGone : Reply.Ok("Stored"); // RFC 2180 §4.2.2, §4.2.3; UIDs are passed over.
        var code = $"MODIFIED {(Uids ? modified.ToExactUids(view).ToString() : modified.ToNumbers())}";
        return missed
            ? Reply.No(code, "Some are gone, and some have changed meanwhile") // RFC 7162 §3.1.3, example 11
            : Reply.Ok("Some have changed meanwhile", code);
    }

    static IImapCommand Parse(ref ImapReader args, bool uids)
    {
        args.ExpectSP();
        var set = args.ExpectSequenceSet();
        args.ExpectSP();
        ulong? unchangedSince = args.Char('(') ? ExpectModifier(ref args) : null;
        var action =
            args.Char('+') ? FlagAction.Add
            : args.Char('-') ? FlagAction.Remove
            : FlagAction.Replace;
        var silent = args.Label("FLAGS.SILENT"u8);
        if (!silent && !args.Label("FLAGS"u8))
            throw args.Expected("FLAGS");
        args.ExpectSP();
        var flags = args.Peek('(') ? args.ExpectFlagList() : args.ExpectFlags();
        args.ExpectEnd();
        return new Store(set, uids, action, silent, flags, unchangedSince);
    }

    /// <summary><c>"(" "UNCHANGEDSINCE" SP mod-sequence-valzer ")" SP</c>; its parenthesis is read already.</summary>
    static ulong ExpectModifier(ref ImapReader args)
    {
        if (!args.Label("UNCHANGEDSINCE"u8))
            throw args.Expected("UNCHANGEDSINCE");
        args.ExpectSP();
        var modSeq = args.ExpectModSeq();
        args.ExpectChar(')');
        args.ExpectSP();
        return modSeq;
    }

    /// <summary>
    /// .SILENT hides flags, not mod-sequences (RFC 7162 §3.1.3): of what has changed, and in a conditional STORE of all
    /// that could have. Of what stood in its way the flags are told as well.
    /// </summary>
    async ValueTask TellModSeqsAsync(
        ImapSession session,
        SelectedMailbox selected,
        IndexRanges named,
        StoreFlagsResult stored
    )
    {
        var view = selected.View;
        if (!stored.Modified.IsEmpty)
            selected.AnnounceKeywords(session.Writer);
        var changed = stored.Entries.Select(entry => entry.Uid).ToHashSet();
        foreach (var index in named.Indexes())
        {
            var uid = view.Uid(index);
            if (stored.Modified.Contains(uid))
            {
                view.ForgetChange(uid);
                selected.FlagsOf(session.Writer, index, Uids);
            }
            else if (!view.HasChange(uid) && (UnchangedSince is not null || changed.Contains(uid)))
            {
                selected.ModSeqAloneOf(session.Writer, index);
            }
            await session.Writer.FlushIfFullAsync();
        }
    }

    /// <returns>True when some are gone: nothing was stored of them, and no flags are told.</returns>
    async ValueTask<bool> TellFlagsAsync(
        ImapSession session,
        SelectedMailbox selected,
        IndexRanges named,
        CancellationToken cancel
    )
    {
        await selected.SyncAsync(always: false, cancel);
        var gone = selected.View.Gone();
        var missed = false;
        selected.AnnounceKeywords(session.Writer);
        foreach (var index in named.Indexes())
        {
            var uid = selected.View.Uid(index);
            if (gone.Contains(uid))
            {
                missed = true;
                continue;
            }
            selected.View.ForgetChange(uid);
            selected.FlagsOf(session.Writer, index, Uids);
            await session.Writer.FlushIfFullAsync();
        }
        return missed;
    }

    /// <summary>
    /// UIDs that have changed as the client wished and no further: of the others it hears, .SILENT or not, since
    /// somebody else has changed them too (RFC 3501 §6.4.6).
    /// </summary>
    List<uint> Expected(SequenceView view, StoreFlagsResult stored)
    {
        var named = Bits(stored.Mailbox.Keywords);
        var expected = new List<uint>(stored.Entries.Count);
        foreach (var entry in stored.Entries)
        {
            if (view.IndexOf(entry.Uid) is not (>= 0 and var index))
                continue;
            var (flags, keywords) = (view.Flags(index), view.Keywords(index));
            var wished = Action switch
            {
                FlagAction.Add => (flags | Flags.Flags, keywords | named),
                FlagAction.Remove => (flags & ~Flags.Flags, keywords & ~named),
                _ => (Flags.Flags, named),
            };
            if (wished == (entry.Flags, entry.Keywords))
                expected.Add(entry.Uid);
        }
        return expected;
    }

    ulong Bits(IReadOnlyList<string> keywords)
    {
        var bits = 0UL;
        for (var i = 0; i < keywords.Count; i++)
        {
            if (Flags.Keywords.Contains(keywords[i], StringComparer.OrdinalIgnoreCase))
                bits |= 1UL << i;
        }
        return bits;
    }
}
