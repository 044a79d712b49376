using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Api.Gateway.Operations;

/// <summary>STORE: as many transactions as the pages need; each by itself is whole.</summary>
static class StoreFlags
{
    /// <param name="check">Looks at what is there inside the first transaction; what it throws stops the change. Null for nothing.</param>
    public static async ValueTask<Result<StoreFlagsResult>> RunAsync(
        AccountStore accounts,
        StoreFlagsRequest request,
        CancellationToken cancel,
        Func<AccountChange, ValueTask>? check = null
    )
    {
        if (!request.Keywords.All(KeywordTable.IsKeyword))
            return Refusals.BadKeyword;
        var entries = new List<MessageEntry>();
        var modified = new List<uint>();
        uint? next = 1;
        Chunk chunk;
        do
        {
            var from = next.Value;
            var first = from == 1 ? check : null;
            chunk = await accounts.ChangeAsync(
                request.Account,
                async change =>
                {
                    await (first?.Invoke(change) ?? ValueTask.CompletedTask);
                    return await RunAsync(change, request, from);
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

    static async ValueTask<Chunk> RunAsync(AccountChange change, StoreFlagsRequest request, uint from)
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

        await foreach (var (page, entry) in change.EntriesAsync(mailbox, request.Uids, from, mailbox.UidNext - 1))
        {
            if (entry.ModSeq > request.UnchangedSince)
            {
                chunk.Modified.Add(entry.Uid);
                continue;
            }
            var (flags, keywords) = Apply(request, bits, entry);
            if (flags == entry.Flags && keywords == entry.Keywords)
                continue;
            if (!change.HasRoomFor(2))
            {
                chunk = chunk with { Next = entry.Uid };
                break;
            }
            chunk.Entries.Add(change.SetFlags(mailbox.Id, page, entry, flags, keywords));
        }
        var after = change.Mailbox(mailbox.Id)!;
        return chunk with
        {
            Mailbox = after.ToMailbox(MailboxPaths.Compose(change.Before.Mailboxes, after)),
            Revision = change.IsEmpty ? change.Before.Revision : change.Revision,
        };
    }

    static (MessageFlags Flags, ulong Keywords) Apply(StoreFlagsRequest request, ulong bits, in MessageEntry entry) =>
        request.Action switch
        {
            FlagAction.Add => (entry.Flags | request.Flags, entry.Keywords | bits),
            FlagAction.Remove => (entry.Flags & ~request.Flags, entry.Keywords & ~bits),
            _ => (request.Flags, bits),
        };

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
