using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>Puts a message into a mailbox: in steady state one transaction, and one read for an answer's thread.</summary>
/// <remarks>
/// The message's number comes from the transaction, and its row is inserted: so repeating a transaction meets the row
/// of the first time, and is answered from it. Two transactions with one number (22 random bits in one millisecond)
/// are told apart by the row's transaction; the later one takes the next number.
/// </remarks>
static class Depositing
{
    /// <param name="repeated">
    /// True when an earlier try may have got somewhere: then a message that was removed since does not come back. Looked
    /// after the account's state was read, so that a removal which comes between makes the commit conflict, and the next
    /// try sees it. The log knows it at once; the bytes, which go after it, know it still when the log has forgotten.
    /// </param>
    public static ValueTask<DepositResult> DepositAsync(
        this AccountStore accounts,
        AccountId account,
        MailboxId mailbox,
        Deposit deposit,
        MessageFlags flags,
        IReadOnlyList<string> keywords,
        bool withinQuota,
        bool repeated,
        CancellationToken cancel
    )
    {
        if (!repeated && accounts.Time.GetUtcNow() - deposit.Transaction.At > BlobNames.HandOverAge)
            throw new StoreException("The message was held back too long before it was handed over");
        var id = EmailId.From(deposit.Transaction);
        return accounts.ChangeAsync(
            account,
            async change =>
            {
                if (change.Refused == EmailRows.Key(id) && await change.EmailAsync(id) is { } taken)
                {
                    if (taken.Row.Email.Transaction == deposit.Transaction)
                        return Repeated(change, mailbox, taken.Row);
                    id = new(id.Value + 1);
                }
                var again = deposit.Import is { } import && change.Refused == ImportRows.Key(import);
                if (again && (!deposit.Import!.Again || await change.HasImportedAsync(deposit.Import)))
                    return new(DepositStatus.Present, change.Mailbox(mailbox)?.UidValidity ?? 0, 0, 0);
                if (repeated && await GoneAsync(accounts, change, deposit) is { } gone)
                    return new(gone, 0, 0, 0);
                return await PlaceAsync(change, mailbox, id, deposit, flags, keywords, withinQuota, again);
            },
            cancel
        );
    }

    static async ValueTask<DepositStatus?> GoneAsync(AccountStore accounts, AccountChange change, Deposit deposit)
    {
        var exists = await accounts.Blobs.ExistsAsync(deposit.Blob, change.Cancel);
        if (await change.WasRemovedAsync(deposit.Transaction))
            return DepositStatus.Removed;
        return exists ? null : DepositStatus.BytesMissing;
    }

    static async ValueTask<DepositResult> PlaceAsync(
        AccountChange change,
        MailboxId target,
        EmailId id,
        Deposit deposit,
        MessageFlags flags,
        IReadOnlyList<string> keywords,
        bool withinQuota,
        bool again
    )
    {
        if (OfRole(change, deposit.Role) is { } special)
            target = special;
        if (change.Mailbox(target) is not { } mailbox)
            return new(DepositStatus.NoMailbox, 0, 0, 0);
        if (mailbox.Role == MailboxRole.Sent && await SentCopies.FindAsync(change, mailbox, deposit) is { } present)
            return present;
        if (withinQuota && !change.Account.HasRoom(deposit.Size))
            return new(DepositStatus.OverQuota, 0, 0, 0);
        if (KeywordTable.Add(mailbox.Keywords, keywords) is not var (table, bits))
            return new(DepositStatus.TooManyKeywords, 0, 0, 0);
        if (!ReferenceEquals(table, mailbox.Keywords))
            change.SetMailbox(mailbox with { Keywords = table });

        var thread = await ThreadAsync(change, id, deposit.Index, mailbox.Role == MailboxRole.Sent);
        var email = new Email(
            id,
            thread,
            deposit.Blob,
            deposit.Size + deposit.DeliveryFields.Length,
            deposit.Sha256,
            deposit.Index,
            deposit.Transaction
        )
        {
            DeliveryFields = deposit.DeliveryFields,
        };
        if (deposit.Import is { } import)
            change.SetImported(import, id, again);
        if (!deposit.Trace.IsEmpty)
            change.Log.Traces.Add((deposit.Transaction, deposit.Trace));
        var draft = change.AddEmail(email);
        var entry = await change.PlaceAsync(target, draft, flags, bits, deposit.Received);
        if (deposit.AppendedBy is { } by)
            draft.SetAppended(new(by, new(target, entry.Uid), change.Now));
        if (deposit.SeenBy is { } reader)
            (await change.Sharing.SeenAsync(target, reader)).Mark(entry.Uid, seen: true);
        return new(DepositStatus.Done, mailbox.UidValidity, entry.Uid, change.Revision);
    }

    static MailboxId? OfRole(AccountChange change, MailboxRole role) =>
        role is MailboxRole.None or MailboxRole.Inbox
            ? null
            : change.AllMailboxes().FirstOrDefault(mailbox => mailbox.Role == role && !mailbox.Doomed)?.Id;

    /// <summary>The thread of the message that this one answers, or one of its own.</summary>
    static async ValueTask<ThreadId> ThreadAsync(
        AccountChange change,
        EmailId id,
        ReadOnlyMemory<byte> index,
        bool isSent
    )
    {
        var names = ThreadNames.Of(index.Span);
        var thread = names.Parent is { } parent ? await change.ThreadAsync(parent) : null;
        var found = thread ?? new ThreadId(id.Value);
        if (names.Own is { } own)
            change.SetThread(own, found, id);
        if (isSent && names.Own is { } sent)
            change.SetThread(ThreadRows.SentKey(sent), found, id);
        return found;
    }

    static DepositResult Repeated(AccountChange change, MailboxId mailbox, EmailRow row)
    {
        var place = row.Placements.FirstOrDefault(place => place.Mailbox == mailbox);
        var validity = change.Mailbox(mailbox)?.UidValidity ?? 0;
        return new(DepositStatus.Repeated, validity, place.Uid, change.Before.Revision);
    }
}
