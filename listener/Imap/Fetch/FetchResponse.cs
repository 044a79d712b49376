using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;
using Cloud.Store.Ports;

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

    /// <summary>Messages whose indexes may be asked for at once, by the last ones' size.</summary>
    int fitting = ImapLimits.FetchBatch;

    /// <summary>A message that was opened before; null for none. It is for its opener to close.</summary>
    public OpenMessage? Ahead { get; init; }

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
        foreach (var some in named.Indexes().Chunk(ImapLimits.FetchBatch))
        {
            for (var at = 0; at < some.Length; )
            {
                var batch = some[at..Math.Min(at + fitting, some.Length)];
                if (items.SetsSeen && !selected.ReadOnly && selected.Mailbox.Rights.HasFlag(MailboxRights.Seen)) // RFC 4314 §4
                    await SetSeenAsync(batch, cancel);
                if (batch is [var only] && Ahead?.Id == view[only].Email && await Ahead.HasOpenedAsync())
                {
                    await WriteAsync(only, Ahead, cancel);
                    await writer.FlushIfFullAsync();
                    at++;
                    continue;
                }
                var (read, emails) = await ReadAsync(batch, cancel);
                complete &= await WriteAsync(batch[..read], emails, cancel);
                at += read;
            }
        }
        return complete;
    }

    /// <summary>
    /// Reads what is in messages' indexes, for as many from the first as may be held while a client takes its time; of the rest
    /// fewer are asked for next.
    /// </summary>
    /// <returns>How many of the messages, one at least; those that are gone are left out.</returns>
    async ValueTask<(int Read, Dictionary<EmailId, Email> Emails)> ReadAsync(int[] batch, CancellationToken cancel)
    {
        var ids = batch.Select(index => view[index].Email).Distinct().ToList();
        var all = (await session.Gateway.FetchAsync(selected.Account, ids, cancel)).ToDictionary(email => email.Id);
        var kept = new Dictionary<EmailId, Email>();
        var (read, octets) = (0, 0L);
        foreach (var index in batch)
        {
            if (all.GetValueOrDefault(view[index].Email) is { } email && kept.TryAdd(email.Id, email))
                octets += email.Index.Length;
            if (octets > ImapLimits.FetchOctets && read > 0)
            {
                kept.Remove(view[index].Email);
                break;
            }
            read++;
        }
        fitting = read < batch.Length ? read : Math.Min(2 * fitting, ImapLimits.FetchBatch);
        return (read, kept);
    }

    /// <summary>While one message goes out, the next are opened: where a blob is far away, waiting is what takes long.</summary>
    async ValueTask<bool> WriteAsync(int[] batch, Dictionary<EmailId, Email> emails, CancellationToken cancel)
    {
        var complete = true;
        var ahead = new Queue<OpenMessage?>(ImapLimits.OpenMessages);
        var (next, weight) = (0, 0L);
        try
        {
            foreach (var index in batch)
            {
                while (
                    next < batch.Length
                    && ahead.Count < ImapLimits.OpenMessages
                    && (weight < ImapLimits.OpenWeight || ahead.Count == 0)
                )
                {
                    var opening = Open(batch[next++], emails, cancel);
                    ahead.Enqueue(opening);
                    weight += opening?.Weight ?? 0;
                }
                await using var message = ahead.Dequeue();
                weight -= message?.Weight ?? 0;
                if (message is null || !await message.OpenedAsync())
                    complete = false;
                else
                    await WriteAsync(index, message, cancel);
                await writer.FlushIfFullAsync();
            }
            return complete;
        }
        finally
        {
            foreach (var message in ahead)
                await (message?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    /// <returns>Null when the message is gone.</returns>
    OpenMessage? Open(int index, Dictionary<EmailId, Email> emails, CancellationToken cancel) =>
        emails.TryGetValue(view[index].Email, out var email)
            ? new(email, items, session.Gateway, selected.Account, cancel)
            : null;

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
            // The messages whose envelopes no page has, or not in seven bits.
            var others = batch.Where(index => !TryFind(index, overviews, out _)).ToArray();
            var (at, read, emails) = (0, 0, new Dictionary<EmailId, Email>());
            foreach (var index in batch)
            {
                if (!TryWriteEnvelope(index, overviews))
                {
                    if (at == read)
                    {
                        (var more, emails) = await ReadAsync(others[at..Math.Min(at + fitting, others.Length)], cancel);
                        read += more;
                    }
                    at++;
                    complete &= await WriteAsync([index], emails, cancel);
                }
                await writer.FlushIfFullAsync();
            }
        }
        return complete;
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

    async ValueTask WriteAsync(int index, OpenMessage message, CancellationToken cancel)
    {
        if (message.HasUnknownEncoding)
        {
            MetUnknownEncoding = true;
            return;
        }
        Begin(index);
        if (items.Has(FetchAttributes.ThreadId))
        {
            Item("THREADID");
            writer.Put($"({selected.Ids.Of(message.Thread)})"); // RFC 8474 §5.2
        }
        if (message.Structure is { } structure)
            WriteStructure(structure, message.Envelope!);
        foreach (var (section, content) in items.Sections.Zip(message.Contents))
        {
            Item(section.Label);
            await content.WriteAsync(writer, cancel);
        }
        End();
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
