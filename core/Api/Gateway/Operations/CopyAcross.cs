using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Operations;

/// <summary>COPY and MOVE to a mailbox of another account, whose owner's quota counts: bytes and all.</summary>
/// <remarks>
/// A message at a time: its blob is copied, then its rows are made. What fails is taken back. A MOVE removes from the
/// source when all have arrived: whatever breaks off, a message may be in both places, and is never in none.
/// </remarks>
static class CopyAcross
{
    /// <summary>Messages whose rows are read together.</summary>
    const int Together = 100;

    /// <param name="to">Whose target it is.</param>
    /// <param name="rights">To the target, of whoever asks.</param>
    public static async ValueTask<Result<CopyResult>> RunAsync(
        AccountStore accounts,
        CopyRequest request,
        Access to,
        MailboxRights rights,
        bool move,
        CancellationToken cancel
    )
    {
        var (first, last) = request.Uids.IsEmpty
            ? (0u, 0u)
            : (request.Uids.Ranges[0].First, request.Uids.Ranges[^1].Last);
        var view = await OpenMailbox.RunAsync(accounts, request.Account, request.Source, first, last, cancel);
        var target = (await accounts.CurrentAsync(to.Id, cancel))?.Find(request.Target);
        if (view is null || target is null)
            return Refusals.NoMailbox;
        var entries = view.Entries.Where(entry => request.Uids.Contains(entry.Uid)).ToList();
        if (entries.Count > CopyRequest.MostBetweenAccounts)
            return Refusals.TooFarAway;

        var done = new List<(uint Source, uint Target)>();
        try
        {
            foreach (var some in entries.Chunk(Together))
            {
                var refused = await CopyAsync(accounts, request, view, to, rights, some, done, cancel);
                if (refused.IsOk)
                    continue;
                await TakeBackAsync(accounts, request, to, done);
                return refused;
            }
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            await TakeBackAsync(accounts, request, to, done);
            throw;
        }
        var revision = 0UL;
        if (move && done.Count > 0)
        {
            var gone = UidSet.Of(done.Select(pair => pair.Source));
            var removed = await ExpungeMessages.RunAsync(
                accounts,
                request.Account.Id,
                request.Source,
                gone,
                onlyDeleted: false,
                cancel
            );
            if (removed.Value is { Uids.IsEmpty: false } expunged)
                revision = expunged.Revision;
        }
        return new CopyResult(revision, target.UidValidity, done);
    }

    static async ValueTask<Result> CopyAsync(
        AccountStore accounts,
        CopyRequest request,
        MailboxView view,
        Access to,
        MailboxRights rights,
        MessageEntry[] entries,
        List<(uint Source, uint Target)> done,
        CancellationToken cancel
    )
    {
        var ids = entries.Select(entry => entry.Email).Distinct().ToList();
        var emails = await FetchEmails.RunAsync(accounts, request.Account.Id, ids, cancel);
        var byId = emails.ToDictionary(email => email.Id);
        foreach (var entry in entries)
        {
            if (!byId.TryGetValue(entry.Email, out var email))
                continue;
            var placed = await PlaceAsync(accounts, request.Target, view, to, rights, entry, email, cancel);
            var refused = placed.Status switch
            {
                DepositStatus.NoMailbox => Refusals.NoMailbox,
                DepositStatus.OverQuota => Refusals.OverQuota,
                DepositStatus.TooManyKeywords => Refusals.TooManyKeywords,
                DepositStatus.Done => Result.Ok,
                // What was not made here must neither be counted as a copy nor be taken back.
                _ => throw new StoreException($"A copy of a message came to {placed.Status}"),
            };
            if (!refused.IsOk)
                return refused;
            done.Add((entry.Uid, placed.Uid));
        }
        return Result.Ok;
    }

    static async ValueTask<DepositResult> PlaceAsync(
        AccountStore accounts,
        MailboxId target,
        MailboxView view,
        Access to,
        MailboxRights rights,
        MessageEntry entry,
        Email email,
        CancellationToken cancel
    )
    {
        var transaction = TransactionId.Create(accounts.Time, accounts.Entropy);
        var blob = BlobNames.Of(transaction);
        if (!await accounts.Blobs.CopyAsync(email.Blob, blob, cancel))
            throw new StoreException("A message's bytes are gone");
        // RFC 4314 §4: flags without the right to them are left out.
        var flags = entry.Flags & rights.ChangeableFlags();
        var size = email.Size - email.DeliveryFields.Length;
        var deposit = new Deposit(transaction, blob, size, email.Sha256, email.Index, entry.Received)
        {
            DeliveryFields = email.DeliveryFields,
            IsCopy = true,
            SeenBy = flags.HasFlag(MessageFlags.Seen) ? to.By?.Account : null,
        };
        var bits = rights.HasFlag(MailboxRights.Write) ? entry.Keywords : 0;
        var placed = await accounts.DepositAsync(
            to.Id,
            target,
            deposit,
            to.By is null ? flags : flags & ~MessageFlags.Seen,
            [.. view.Mailbox.Keywords.Where((_, at) => (bits >> at & 1) != 0)],
            withinQuota: true,
            repeated: false,
            cancel
        );
        if (placed.Status != DepositStatus.Done)
            await BlobWaste.RemoveAsync(accounts.Blobs, blob);
        return placed;
    }

    static async ValueTask TakeBackAsync(
        AccountStore accounts,
        CopyRequest request,
        Access to,
        List<(uint Source, uint Target)> done
    )
    {
        var copies = UidSet.Of(done.Select(pair => pair.Target));
        if (!copies.IsEmpty)
            await ExpungeMessages.RunAsync(accounts, to.Id, request.Target, copies, false, CancellationToken.None);
    }
}
