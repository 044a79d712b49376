using Cloud.Flow.Junk;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Operations;

/// <summary>COPY and MOVE: some 90 messages a transaction, each by itself whole.</summary>
/// <remarks>
/// In a MOVE's transaction the message leaves and arrives. A COPY that fails after its first transaction takes back
/// what it did (RFC 9051 §6.4.7); only a crash in between leaves copies behind, for which the client got no OK.
/// </remarks>
static class CopyMessages
{
    /// <summary>Messages looked at for one transaction: each changes a row of its own.</summary>
    const int PerTransaction = RowLimits.TransactionChanges - 6;

    /// <param name="lessons">Learns from what the user moves; null where nobody chose it.</param>
    /// <param name="check">Looks at what is there inside the first transaction; what it throws stops the change. Null for nothing.</param>
    public static async ValueTask<Result<CopyResult>> RunAsync(
        AccountStore accounts,
        JunkLessons? lessons,
        CopyRequest request,
        bool move,
        CancellationToken cancel,
        Func<AccountChange, ValueTask>? check = null,
        MailboxRights rights = MailboxRights.All
    )
    {
        var done = new List<(uint Source, uint Target)>();
        var emails = new List<EmailId>();
        var (source, target) = (MailboxRole.None, MailboxRole.None);
        var (from, last, revision, validity) = ((uint?)1, uint.MaxValue, 0UL, 0u);
        try
        {
            while (from is { } start)
            {
                var (end, first) = (last, start == 1 ? check : null);
                var chunk = await accounts.ChangeAsync(
                    request.Account.Id,
                    async change =>
                    {
                        await (first?.Invoke(change) ?? ValueTask.CompletedTask);
                        return await RunAsync(change, request, rights, move, start, end);
                    },
                    cancel
                );
                if (!chunk.Refused.IsOk)
                {
                    await TakeBackAsync(accounts, request, move, done);
                    return chunk.Refused;
                }
                done.AddRange(chunk.Uids);
                emails.AddRange(chunk.Emails);
                (source, target) = (chunk.Source, chunk.Target);
                (from, last, revision, validity) = (chunk.Next, chunk.Last, chunk.Revision, chunk.UidValidity);
            }
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            await TakeBackAsync(accounts, request, move, done);
            throw;
        }
        if (lessons is not null)
            await lessons.LearnAsync(request.Account.Id, source, target, emails, cancel);
        return new CopyResult(revision, validity, done);
    }

    /// <summary>Moves the first messages of a mailbox inside a change, as many as it holds.</summary>
    public static async ValueTask<Result> MoveSomeAsync(AccountChange change, MailboxId source, MailboxId target)
    {
        var request = new CopyRequest(change.Id, source, UidSet.All, target);
        return (await RunAsync(change, request, MailboxRights.All, move: true, 1, uint.MaxValue)).Refused;
    }

    static async ValueTask<Chunk> RunAsync(
        AccountChange change,
        CopyRequest request,
        MailboxRights rights,
        bool move,
        uint from,
        uint last
    )
    {
        var chunk = new Chunk();
        if (change.Mailbox(request.Source) is not { } source || change.Mailbox(request.Target) is not { } target)
            return chunk with { Refused = Refusals.NoMailbox };
        last = Math.Min(last, source.UidNext - 1); // copies into the same mailbox are not copied again
        chunk = chunk with
        {
            Last = last,
            UidValidity = target.UidValidity,
            Source = source.Role,
            Target = target.Role,
        };

        var entries = new List<(PageDraft Page, MessageEntry Entry)>();
        await foreach (var found in change.Pages.EntriesAsync(source, request.Uids, from, last))
        {
            entries.Add(found);
            if (entries.Count == PerTransaction)
            {
                chunk = chunk with { Next = found.Entry.Uid + 1 };
                break;
            }
        }
        await change.ReadAheadAsync(entries.Select(found => found.Entry.Email));
        foreach (var (page, entry) in entries)
        {
            if (!change.HasRoomFor((move ? 5 : 3) + (request.Account.By is null ? 0 : 2)))
            {
                chunk = chunk with { Next = entry.Uid };
                break;
            }
            if (await change.EmailAsync(entry.Email) is not { } email)
                continue;
            if (Refuse(change, email, entry, move) is { IsOk: false } refused)
            {
                change.Discard();
                return chunk with { Refused = refused };
            }
            var uid = await PlaceAsync(change, source, request.Target, email, entry, rights);
            chunk.Uids.Add((entry.Uid, uid));
            if (request.Account.By is { } reader && rights.HasFlag(MailboxRights.Seen))
                await CarrySeenAsync(change, reader.Account, (source.Id, entry), (request.Target, uid));
            if (chunk.Emails.Count < JunkLessons.MaxMessages)
                chunk.Emails.Add(entry.Email);
            if (move)
                change.Remove(source.Id, page, entry, email);
        }
        return chunk with { Revision = change.IsEmpty ? change.Before.Revision : change.Revision };
    }

    static Result Refuse(AccountChange change, EmailDraft email, in MessageEntry entry, bool move)
    {
        if (email.IsFull)
            return Refusals.TooManyPlaces;
        return move || change.Account.HasRoom(entry.Size) ? Result.Ok : Refusals.OverQuota;
    }

    static async ValueTask<uint> PlaceAsync(
        AccountChange change,
        MailboxRow source,
        MailboxId targetId,
        EmailDraft email,
        MessageEntry entry,
        MailboxRights rights
    )
    {
        var target = change.Mailbox(targetId)!;
        // RFC 4314 §4: flags without the right to them are left out. The owner's \Seen stays the owner's.
        var flags = entry.Flags & (rights.ChangeableFlags() | MessageFlags.Seen);
        var carried = rights.HasFlag(MailboxRights.Write) ? entry.Keywords : 0;
        var (table, bits) = KeywordTable.Carry(source.Keywords, carried, target.Keywords);
        if (!ReferenceEquals(table, target.Keywords))
            change.SetMailbox(target with { Keywords = table });
        return (await change.PlaceAsync(targetId, email, flags, bits, entry.Received)).Uid;
    }

    /// <summary>What the reader has seen is seen in the copy.</summary>
    static async ValueTask CarrySeenAsync(
        AccountChange change,
        AccountId reader,
        (MailboxId Mailbox, MessageEntry Entry) from,
        (MailboxId Mailbox, uint Uid) to
    )
    {
        if ((await change.Sharing.SeenAsync(from.Mailbox, reader)).Of(from.Entry).Flags.HasFlag(MessageFlags.Seen))
            (await change.Sharing.SeenAsync(to.Mailbox, reader)).Mark(to.Uid, seen: true);
    }

    static async ValueTask TakeBackAsync(
        AccountStore accounts,
        CopyRequest request,
        bool move,
        List<(uint Source, uint Target)> done
    )
    {
        if (move || done.Count == 0)
            return;
        var copies = UidSet.Of(done.Select(pair => pair.Target));
        await ExpungeMessages.RunAsync(
            accounts,
            request.Account.Id,
            request.Target,
            copies,
            false,
            CancellationToken.None
        );
    }

    sealed record Chunk
    {
        public Result Refused { get; init; } = Result.Ok;
        public uint UidValidity { get; init; }
        public ulong Revision { get; init; }
        public MailboxRole Source { get; init; }
        public MailboxRole Target { get; init; }
        public List<(uint Source, uint Target)> Uids { get; } = [];

        /// <summary>Some of the messages, for what can be learned from them.</summary>
        public List<EmailId> Emails { get; } = [];

        /// <summary>The first UID not done; null at the end.</summary>
        public uint? Next { get; init; }

        /// <summary>The last UID that the source had at the beginning.</summary>
        public uint Last { get; init; }
    }
}
