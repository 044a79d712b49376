using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Sharing;

namespace Cloud.Api.Gateway.Operations;

/// <summary>STORE: as many transactions as the pages need; each by itself is whole.</summary>
static class StoreFlags
{
    /// <param name="check">Looks at what is there inside the first transaction; what it throws stops the change. Null for nothing.</param>
    public static async ValueTask<Result<StoreFlagsResult>> RunAsync(
        AccountStore accounts,
        StoreFlagsRequest request,
        CancellationToken cancel,
        Func<AccountChange, ValueTask>? check = null,
        MailboxRights rights = MailboxRights.All
    )
    {
        if (!request.Keywords.All(KeywordTable.IsKeyword))
            return Refusals.BadKeyword;
        var needed =
            request.Action == FlagAction.Replace
                ? MailboxRights.Flags
                : FlagRights.Needed(request.Flags, request.Keywords.Count > 0);
        // RFC 4314 §4: it fails where none of what it names may be changed.
        if (needed != 0 && (needed & rights) == 0)
            return Refusals.NoPermission;
        var mask = new Mask(rights.ChangeableFlags(), rights.HasFlag(MailboxRights.Write));
        if (!mask.Keywords)
            request = request with { Keywords = [] };
        var entries = new List<MessageEntry>();
        var modified = new List<uint>();
        uint? next = 1;
        Chunk chunk;
        do
        {
            var from = next.Value;
            var first = from == 1 ? check : null;
            chunk = await accounts.ChangeAsync(
                request.Account.Id,
                async change =>
                {
                    await (first?.Invoke(change) ?? ValueTask.CompletedTask);
                    return await RunAsync(change, request, from, mask);
                },
                cancel
            );
            if (!chunk.Refused.IsOk)
                return chunk.Refused;
            entries.AddRange(chunk.Entries);
            modified.AddRange(chunk.Modified);
            next = chunk.Next;
        } while (next is not null);
        return new StoreFlagsResult(chunk.Revision, chunk.Mailbox!, entries, UidSet.Of(modified));
    }

    static async ValueTask<Chunk> RunAsync(AccountChange change, StoreFlagsRequest request, uint from, Mask mask)
    {
        var chunk = new Chunk();
        if (change.Mailbox(request.Mailbox) is not { } mailbox)
            return chunk with { Refused = Refusals.NoMailbox };
        var bits = 0UL;
        if (request.Action == FlagAction.Remove)
            bits = KeywordTable.Bits(mailbox.Keywords, request.Keywords);
        else if (KeywordTable.Add(mailbox.Keywords, request.Keywords) is not var (table, known))
            return chunk with { Refused = Refusals.TooManyKeywords };
        else
        {
            bits = known;
            if (!ReferenceEquals(table, mailbox.Keywords))
                change.SetMailbox(mailbox with { Keywords = table, ModSeq = change.Revision });
        }

        var seen = request.Account.By is { } reader ? await change.Sharing.SeenAsync(mailbox.Id, reader.Account) : null;
        await foreach (
            var (page, stored) in change.Pages.EntriesAsync(mailbox, request.Uids, from, mailbox.UidNext - 1)
        )
        {
            var entry = seen?.Of(stored) ?? stored;
            if (entry.ModSeq > request.UnchangedSince)
            {
                chunk.Modified.Add(entry.Uid);
                continue;
            }
            var (flags, keywords) = Apply(request, bits, entry, mask);
            if (flags == entry.Flags && keywords == entry.Keywords)
                continue;
            if (!change.HasRoomFor(seen is null ? 2 : 3))
            {
                chunk = chunk with { Next = entry.Uid };
                break;
            }
            chunk.Entries.Add(
                seen is null
                    ? change.SetFlags(mailbox.Id, page, entry, flags, keywords)
                    : SetByReader(change, seen, mailbox.Id, page, stored, flags, keywords)
            );
        }
        var after = change.Mailbox(mailbox.Id)!;
        return chunk with
        {
            Mailbox = after.ToMailbox(MailboxPaths.Compose(change.Before.Mailboxes, after)),
            Revision = change.IsEmpty ? change.Before.Revision : change.Revision,
        };
    }

    /// <summary>\Seen is the reader's own; all other flags are everybody's.</summary>
    static MessageEntry SetByReader(
        AccountChange change,
        SeenDraft seen,
        MailboxId mailbox,
        PageDraft page,
        in MessageEntry stored,
        MessageFlags flags,
        ulong keywords
    )
    {
        if (((seen.Of(stored).Flags ^ flags) & MessageFlags.Seen) != 0)
            seen.Mark(stored.Uid, flags.HasFlag(MessageFlags.Seen));
        var common = (flags & ~MessageFlags.Seen) | (stored.Flags & MessageFlags.Seen);
        if (common == stored.Flags && keywords == stored.Keywords)
            return seen.Of(stored);
        return seen.Of(change.SetFlags(mailbox, page, stored, common, keywords));
    }

    static (MessageFlags Flags, ulong Keywords) Apply(
        StoreFlagsRequest request,
        ulong bits,
        in MessageEntry entry,
        Mask mask
    )
    {
        var named = request.Flags & mask.Flags;
        return request.Action switch
        {
            FlagAction.Add => (entry.Flags | named, entry.Keywords | bits),
            FlagAction.Remove => (entry.Flags & ~named, entry.Keywords & ~bits),
            _ => ((entry.Flags & ~mask.Flags) | named, mask.Keywords ? bits : entry.Keywords),
        };
    }

    /// <summary>What whoever asks may change.</summary>
    readonly record struct Mask(MessageFlags Flags, bool Keywords);

    sealed record Chunk
    {
        public Result Refused { get; init; } = Result.Ok;
        public Mailbox? Mailbox { get; init; }
        public ulong Revision { get; init; }
        public List<MessageEntry> Entries { get; } = [];
        public List<uint> Modified { get; } = [];

        /// <summary>The first UID not looked at; null at the end.</summary>
        public uint? Next { get; init; }
    }
}
