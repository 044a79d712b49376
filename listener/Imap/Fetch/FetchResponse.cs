using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;

namespace Cloud.Listener.Imap.Fetch;

/// <summary>Writes the FETCH responses of one command, as fast as the client takes them (RFC 9051 §7.5.2).</summary>
/// <remarks>
/// Flags, sizes and dates come from the view; only what is in a message's index asks the store, a batch at a time.
/// A message's sections are all opened before its response is begun, so that a fault leaves no half of one.
/// </remarks>
sealed class FetchResponse(ImapSession session, SelectedMailbox selected, FetchItems items)
{
    readonly ImapWriter writer = session.Writer;
    readonly SequenceView view = selected.View;
    bool first;

    /// <summary>Of a message a part was asked for decoded, and its encoding is not known; it got no response.</summary>
    public bool MetUnknownEncoding { get; private set; }

    public async ValueTask WriteFromViewAsync(IndexRanges named)
    {
        foreach (var (from, to) in named.Ranges)
        {
            for (var index = from; index <= to; index++)
            {
                Begin(index);
                End();
                await writer.FlushIfFullAsync();
            }
        }
    }

    /// <returns>False when some of the messages are gone.</returns>
    public async ValueTask<bool> WriteAsync(IndexRanges named, CancellationToken cancel)
    {
        var complete = true;
        foreach (var batch in named.Indexes().Chunk(ImapLimits.FetchBatch))
        {
            if (items.SetsSeen && !selected.ReadOnly && selected.Mailbox.Rights.HasFlag(MailboxRights.Seen)) // RFC 4314 §4
                await SetSeenAsync(batch, cancel);
            var ids = batch.Select(index => view[index].Email).Distinct().ToList();
            var emails = (await session.Gateway.FetchAsync(selected.Account, ids, cancel)).ToDictionary(email =>
                email.Id
            );
            foreach (var index in batch)
            {
                complete &=
                    emails.TryGetValue(view[index].Email, out var email) && await WriteAsync(index, email, cancel);
                await writer.FlushIfFullAsync();
            }
        }
        return complete;
    }

    /// <summary>Many envelopes and nothing else of the messages: a page of 256 lies together.</summary>
    /// <returns>False when some of the messages are gone.</returns>
    public async ValueTask<bool> WriteEnvelopesAsync(IndexRanges named, CancellationToken cancel)
    {
        var complete = true;
        var pages = named.Indexes().GroupBy(index => OverviewPage.NumberOf(view.Uid(index)));
        foreach (var group in pages.Chunk(GatewayLimits.OverviewPages))
        {
            var batch = group.SelectMany(page => page).ToList();
            var uids = UidSet.Of(batch.Select(view.Uid));
            var overviews =
                await session.Gateway.FetchOverviewsAsync(selected.Account, selected.Id, uids, cancel) ?? [];
            var others = await FetchOthersAsync(batch, overviews, cancel);
            foreach (var index in batch)
            {
                if (!TryWriteEnvelope(index, overviews))
                    complete &=
                        others.TryGetValue(view[index].Email, out var email) && await WriteAsync(index, email, cancel);
                await writer.FlushIfFullAsync();
            }
        }
        return complete;
    }

    /// <summary>The messages whose envelopes no page has, or not in seven bits.</summary>
    async ValueTask<Dictionary<EmailId, Email>> FetchOthersAsync(
        List<int> batch,
        IReadOnlyList<OverviewPage> overviews,
        CancellationToken cancel
    )
    {
        var found = new Dictionary<EmailId, Email>();
        var others = batch.Where(index => !TryFind(index, overviews, out _)).Select(index => view[index].Email);
        foreach (var ids in others.Distinct().ToList().Chunk(ImapLimits.FetchBatch))
        {
            foreach (var email in await session.Gateway.FetchAsync(selected.Account, ids, cancel))
                found[email.Id] = email;
        }
        return found;
    }

    bool TryWriteEnvelope(int index, IReadOnlyList<OverviewPage> overviews)
    {
        if (!TryFind(index, overviews, out var overview))
            return false;
        Begin(index);
        Item("ENVELOPE");
        writer.Envelope(overview);
        End();
        return true;
    }

    bool TryFind(int index, IReadOnlyList<OverviewPage> overviews, out Overview overview)
    {
        var entry = view[index];
        foreach (var page in overviews)
        {
            if (entry.Uid <= page.LastUid)
                return page.TryFind(entry.Uid, entry.Email, out overview) && overview.IsKept && overview.IsAscii;
        }
        overview = default;
        return false;
    }

    async ValueTask<bool> WriteAsync(int index, Email email, CancellationToken cancel)
    {
        var structure = items.NeedsIndex ? email.UnpackIndex() : null;
        var envelope = structure?.Envelope;
        if (structure is { Truncated: true } && items.Has(FetchAttributes.Envelope))
        {
            var (gateway, account) = (session.Gateway, selected.Account);
            envelope = await SectionContent.ReadEnvelopeAsync(gateway, account, email, structure, cancel);
            if (envelope is null)
                return false;
        }

        var contents = new List<SectionContent>(items.Sections.Count);
        try
        {
            foreach (var section in items.Sections)
            {
                var (gateway, account) = (session.Gateway, selected.Account);
                if (
                    await SectionContent.OpenAsync(gateway, account, email, structure, section, cancel)
                    is not { } content
                )
                    return false;
                contents.Add(content);
            }
            if (contents.Contains(SectionContent.UnknownEncoding))
            {
                MetUnknownEncoding = true;
                return true;
            }

            Begin(index);
            if (items.Has(FetchAttributes.ThreadId))
            {
                Item("THREADID");
                writer.Put($"({selected.Ids.Of(email.Thread)})"); // RFC 8474 §5.2
            }
            if (structure is not null)
                WriteStructure(structure, envelope!);
            for (var i = 0; i < contents.Count; i++)
            {
                Item(items.Sections[i].Label);
                await contents[i].WriteAsync(writer, cancel);
            }
            End();
            return true;
        }
        finally
        {
            foreach (var content in contents)
                await content.DisposeAsync();
        }
    }

    void WriteStructure(MessageIndex structure, Envelope envelope)
    {
        if (items.Has(FetchAttributes.Envelope))
        {
            Item("ENVELOPE");
            writer.Envelope(envelope);
        }
        if (items.Has(FetchAttributes.Preview))
        {
            Item("PREVIEW");
            writer.String(structure.Preview.Span); // Of what has no text it is empty, never NIL: RFC 8970 §3.2.
        }
        if (items.Has(FetchAttributes.Body))
        {
            Item("BODY");
            writer.Structure(structure.Body, extended: false);
        }
        if (items.Has(FetchAttributes.BodyStructure))
        {
            Item("BODYSTRUCTURE");
            writer.Structure(structure.Body, extended: true);
        }
    }

    /// <summary>The response up to what the view knows.</summary>
    void Begin(int index)
    {
        first = true;
        selected.BeginMessageData(writer, index);
        var changed = view.HasChange(view.Uid(index));
        var unasked = changed && session.Dialect.Condstore; // RFC 7162 §3.2.4
        if (items.Has(FetchAttributes.Uid) || (unasked && !session.Dialect.UidOnly))
        {
            Item("UID");
            writer.Put(view.Uid(index));
        }
        if (items.Has(FetchAttributes.Flags) || changed)
        {
            Item("FLAGS");
            writer.Flags(view.Flags(index), view.IsRecent(index), view.Keywords(index), selected.Mailbox);
            view.ForgetChange(view.Uid(index));
        }
        if (items.Has(FetchAttributes.ModSeq) || unasked)
        {
            Item("MODSEQ");
            writer.Put("("u8);
            writer.Put(view.ModSeq(index));
            writer.Put(")"u8);
        }
        if (items.Has(FetchAttributes.InternalDate))
        {
            Item("INTERNALDATE");
            writer.InternalDate(view[index].Received);
        }
        if (items.Has(FetchAttributes.Size))
        {
            Item("RFC822.SIZE");
            writer.Put((ulong)view[index].Size);
        }
        if (items.Has(FetchAttributes.SaveDate))
        {
            Item("SAVEDATE");
            writer.InternalDate(view[index].Saved); // RFC 8514 §4.2
        }
        if (items.Has(FetchAttributes.EmailId))
        {
            Item("EMAILID");
            writer.Put($"({selected.Ids.Of(view[index].Email)})"); // RFC 8474 §5.1
        }
    }

    void End() => writer.Put(")\r\n"u8);

    void Item(string label)
    {
        if (!first)
            writer.Put(" "u8);
        first = false;
        writer.Put(label);
        writer.Put(" "u8);
    }

    /// <summary>Before the bodies go out; their responses then show the flag (RFC 9051 §6.4.5).</summary>
    async ValueTask SetSeenAsync(IReadOnlyList<int> batch, CancellationToken cancel)
    {
        var unseen = UidSet.Of(
            batch.Where(index => !view.Flags(index).HasFlag(MessageFlags.Seen)).Select(index => view.Uid(index))
        );
        if (unseen.IsEmpty)
            return;
        var request = new StoreFlagsRequest(
            selected.Account,
            selected.Id,
            unseen,
            FlagAction.Add,
            MessageFlags.Seen,
            [],
            UnchangedSince: null
        );
        var stored = await session.Gateway.StoreFlagsAsync(request, cancel);
        if (stored.IsOk)
            selected.Took(stored.Value);
    }
}
