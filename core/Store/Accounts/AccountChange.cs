using Cloud.Store.Changes;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;
using Cloud.Store.Ports;
using Cloud.Store.Sharing;

namespace Cloud.Store.Accounts;

/// <summary>A change of one account while it is put together: afterwards one transaction, or nothing.</summary>
/// <param name="refused">The row that the try before this one failed on; null at the first.</param>
sealed class AccountChange(
    AccountStore store,
    AccountId id,
    AccountState state,
    string? refused,
    CancellationToken cancel
)
{
    readonly Dictionary<MailboxId, MailboxRow?> mailboxes = [];
    readonly Dictionary<EmailId, EmailDraft?> emails = [];
    readonly Dictionary<string, (ThreadId Thread, EmailId Email)> threads = [];
    readonly Dictionary<(MailboxId Mailbox, uint Page), RowData?> overviews = [];
    readonly List<string> removedBlobs = [];
    readonly List<string> prunedLog = [];
    readonly List<(string Key, EmailId Email, bool Again)> imported = [];
    SharingChange? sharing;
    MetadataDraft? metadata;
    bool discarded;
    bool isQuietlyChanged;
    int readsNoted;
    AccountRow account = state.Account with { Revision = state.Account.Revision + 1 };

    public AccountId Id => id;

    public CancellationToken Cancel => cancel;

    public string? Refused => refused;

    public AccountRow Account => account;

    public AccountState Before => state;

    /// <summary>What this change's entries carry as MODSEQ.</summary>
    public ulong Revision => account.Revision;

    public long Now { get; } = store.Time.GetUtcNow().ToUnixTimeSeconds();

    public ChangeLog Log { get; } = new();

    /// <summary>What it does to the rows of readers.</summary>
    public SharingChange Sharing => sharing ??= new(store.Rows, id, state, Log, cancel);

    /// <summary>What it does to the mailboxes' pages.</summary>
    public PageDrafts Pages { get; } = new(store.Rows, id, state, cancel);

    public MetadataDraft Metadata => metadata ??= new(this, store.Rows);

    /// <summary>Names this try in the log row.</summary>
    public ulong Token { get; private set; }

    /// <summary>A quiet change (who gets \Recent) raises no revision and wakes nobody.</summary>
    public bool IsLogged => !Log.IsEmpty;

    public bool IsEmpty =>
        discarded
        || (
            Log.IsEmpty
            && mailboxes.Count == 0
            && prunedLog.Count == 0
            && !isQuietlyChanged
            && sharing is null or { IsEmpty: true }
        );

    /// <summary>Gives the change up: a refusal came after it had begun.</summary>
    public void Discard() => discarded = true;

    /// <summary>Whether the transaction takes so many more rows, whatever they hold.</summary>
    public bool HasRoomFor(int more)
    {
        var changedPages = Pages.Changed;
        var changedEmails = 0;
        long octets = changedPages * (PageRows.UidsPerPage * PageCodec.EntryBytes);
        foreach (var email in emails.Values)
        {
            if (email is null or { Action: EmailAction.Keep })
                continue;
            changedEmails++;
            octets += email.Row.Email.Index.Length + email.Row.Email.DeliveryFields.Length;
        }
        var used = 2 + mailboxes.Count + changedPages + changedEmails + threads.Count + overviews.Count;
        used += (sharing?.Count ?? 0) + (metadata?.Count ?? 0);
        octets += metadata?.Octets ?? 0;
        return used + more <= RowLimits.TransactionChanges && octets < RowLimits.TransactionBytes / 2;
    }

    // Mailboxes

    /// <returns>As this change has left it; null when there is none, or it is being deleted.</returns>
    public MailboxRow? Mailbox(MailboxId mailbox) => Row(mailbox) is { Doomed: false } row ? row : null;

    /// <summary>The same, but one that is being deleted too.</summary>
    public MailboxRow? Row(MailboxId mailbox) =>
        mailboxes.TryGetValue(mailbox, out var changed) ? changed : state.Mailboxes.GetValueOrDefault(mailbox);

    /// <summary>All, those being deleted included, as this change has left them.</summary>
    public IEnumerable<MailboxRow> AllMailboxes() =>
        state
            .Mailboxes.Values.Where(row => !mailboxes.ContainsKey(row.Id))
            .Concat(mailboxes.Values.OfType<MailboxRow>());

    public void SetMailbox(MailboxRow mailbox)
    {
        Log.Of(mailbox.Id);
        mailboxes[mailbox.Id] = mailbox;
    }

    /// <summary>Changes a mailbox's row without a new revision: nothing that another session would be told.</summary>
    public void SetMailboxQuietly(MailboxRow mailbox) => mailboxes[mailbox.Id] = mailbox;

    public void RemoveMailbox(MailboxId mailbox)
    {
        Log.Of(mailbox);
        mailboxes[mailbox] = null;
    }

    /// <summary>Gives a mailbox number and a UIDVALIDITY, neither ever given before in this account.</summary>
    public (MailboxId Id, uint UidValidity) NextMailbox()
    {
        var validity = (uint)Math.Clamp(Now, account.LastUidValidity + 1L, uint.MaxValue);
        account = account with { LastMailbox = account.LastMailbox + 1, LastUidValidity = validity };
        return (new(account.LastMailbox), validity);
    }

    /// <summary>Forgets the oldest log rows, as many as one transaction holds.</summary>
    /// <returns>How many.</returns>
    public async ValueTask<int> PruneLogAsync(DateTimeOffset before)
    {
        var range = ChangeRows.Range(id, account.LogFrom, state.Revision);
        var page = await store.Rows.QueryAsync(Tables.Mail, range, null, RowLimits.TransactionChanges - 2, cancel);
        foreach (var row in page.Rows)
        {
            var at = ChangeRows.At(row.Data);
            var revision = ChangeRows.RevisionOf(row.Key);
            account = account with { LogFrom = revision, LogSince = at.ToUnixTimeSeconds() };
            if (at >= before || revision == state.Revision)
                break;
            prunedLog.Add(row.Key.Row);
            account = account with { LogFrom = revision + 1 };
        }
        return prunedLog.Count;
    }

    /// <summary>Has a listener told of the changes after this; nothing is changed while it is still told for long.</summary>
    public void Watch(ulong listener)
    {
        var known = account.Watchers.FirstOrDefault(watcher => watcher.Listener == listener);
        if (known.Until - Now > Watcher.RenewBelow.TotalSeconds)
            return;
        isQuietlyChanged = true;
        var others = account.Watchers.Where(watcher => watcher.Listener != listener && watcher.Until > Now);
        var kept = others.OrderByDescending(watcher => watcher.Until).Take(Watcher.Limit - 1);
        account = account with { Watchers = [.. kept, new(listener, Now + (long)Watcher.Lasts.TotalSeconds)] };
    }

    /// <summary>Changes what the account's row says of it, and nobody is told of: settings, and what it sums up.</summary>
    public void SetQuietly(Func<AccountRow, AccountRow> edit)
    {
        var before = account;
        account = edit(before);
        isQuietlyChanged |= account != before;
    }

    // Messages

    /// <returns>Null when there is no such message.</returns>
    public async ValueTask<EmailDraft?> EmailAsync(EmailId email)
    {
        if (emails.TryGetValue(email, out var draft))
            return draft;
        var row = await store.Rows.GetAsync(Tables.Mail, new(id.Value, EmailRows.Key(email)), cancel);
        draft = row is null ? null : new(EmailRows.From(row.Key, row.Data), EmailAction.Keep);
        emails.Add(email, draft);
        return draft;
    }

    /// <summary>Reads messages ahead, in ranges where they lie close together.</summary>
    public async ValueTask ReadAheadAsync(IEnumerable<EmailId> wanted)
    {
        var missing = wanted.Where(email => !emails.ContainsKey(email)).Distinct().ToList();
        foreach (var row in await EmailReader.ReadAsync(store.Rows, id, missing, cancel))
            emails.Add(row.Email.Id, new(row, EmailAction.Keep));
        foreach (var email in missing)
            emails.TryAdd(email, null);
    }

    public EmailDraft AddEmail(Email email)
    {
        var draft = new EmailDraft(new(email, []), EmailAction.Insert);
        emails[email.Id] = draft;
        return draft;
    }

    /// <returns>Null when the Message-ID is not known.</returns>
    public async ValueTask<ThreadId?> ThreadAsync(string key)
    {
        var row = await store.Rows.GetAsync(Tables.Mail, new(id.Value, key), cancel);
        return row is null ? null : ThreadRows.From(row.Data);
    }

    /// <summary>Notes what an import has brought: the change is refused where it had brought it before.</summary>
    /// <param name="again">It had, and that message is gone.</param>
    public void SetImported(ImportKey key, EmailId email, bool again) =>
        imported.Add((ImportRows.Key(key), email, again));

    /// <summary>Whether what an import brought before is there.</summary>
    public async ValueTask<bool> HasImportedAsync(ImportKey key)
    {
        var row = await store.Rows.GetAsync(Tables.Mail, new(id.Value, ImportRows.Key(key)), cancel);
        return row is not null
            && (ImportRows.EmailOf(row.Data) is not { } email || await EmailAsync(email) is not null);
    }

    public void SetThread(string key, ThreadId thread, EmailId email) => threads[key] = (thread, email);

    /// <summary>Shows a message in a mailbox, under its next UID.</summary>
    public async ValueTask<MessageEntry> PlaceAsync(
        MailboxId target,
        EmailDraft email,
        MessageFlags flags,
        ulong keywords,
        long received
    )
    {
        var mailbox = Existing(target);
        var size = email.Row.Email.Size;
        var uid = mailbox.UidNext;
        var entry = new MessageEntry(uid, flags, Revision, keywords, email.Row.Email.Id, size, received, Now);
        if (state.Mailboxes.GetValueOrDefault(target)?.TailPage is { } tail && tail != PageRows.PageOf(uid))
            (await Pages.PageAsync(mailbox, tail)).Merge();
        (await Pages.PageAsync(mailbox, PageRows.PageOf(uid))).Append(entry);
        email.Place(new(target, uid));
        Count(mailbox with { UidNext = uid + 1 }, entry, +1);
        Log.Of(target).Changed.Add(uid);
        Log.Notes.Add(ChangeNote.Of(ChangeNoteKind.Placed, target, entry));
        return entry;
    }

    /// <summary>Takes a message out of a mailbox; without a place left, it goes for good.</summary>
    public void Remove(MailboxId mailbox, PageDraft page, in MessageEntry entry, EmailDraft? email)
    {
        page.Remove(entry.Uid);
        Count(WithoutOverviews(Existing(mailbox), page.Page), entry, -1);
        var log = Log.Of(mailbox);
        log.Vanished.Add(entry.Uid);
        log.Changed.Remove(entry.Uid);
        Log.Notes.Add(ChangeNote.Of(ChangeNoteKind.Removed, mailbox, entry));
        if (email is null || !email.Unplace(new(mailbox, entry.Uid)))
            return;
        removedBlobs.Add(email.Row.Email.Blob);
        Log.Removed.Add(email.Row.Email.Transaction);
    }

    /// <summary>Keeps the overviews of a page, for whoever reads it next; nobody is told.</summary>
    public void SetOverviews(MailboxId mailbox, uint page, RowData row)
    {
        overviews[(mailbox, page)] = row;
        var existing = Existing(mailbox);
        SetMailboxQuietly(existing with { OverviewPages = existing.OverviewPages.With(page) });
    }

    /// <summary>What a deleted message said of itself goes with it.</summary>
    MailboxRow WithoutOverviews(MailboxRow mailbox, uint page)
    {
        if (!mailbox.OverviewPages.Contains(page))
            return mailbox;
        overviews[(mailbox.Id, page)] = null;
        return mailbox with { OverviewPages = mailbox.OverviewPages.Without(page) };
    }

    /// <summary>Whether the log tells that a transaction's message was here and is gone for good. Reads all of the log.</summary>
    public ValueTask<bool> WasRemovedAsync(TransactionId transaction) =>
        ChangeRows.HasRemovedAsync(
            store.Rows,
            ChangeRows.Range(id, account.LogFrom, state.Revision),
            transaction,
            cancel
        );

    /// <summary>Gives an entry its new flags and this change's MODSEQ.</summary>
    public MessageEntry SetFlags(MailboxId id, PageDraft page, in MessageEntry old, MessageFlags flags, ulong keywords)
    {
        var entry = old with { Flags = flags, Keywords = keywords, ModSeq = Revision };
        page.Replace(entry);
        var mailbox = Existing(id);
        mailboxes[id] = mailbox with
        {
            ModSeq = Revision,
            Unseen = mailbox.Unseen - Unseen(old) + Unseen(entry),
            Deleted = mailbox.Deleted - Deleted(old) + Deleted(entry),
        };
        Log.Of(id).Changed.Add(entry.Uid);
        Log.Notes.Add(ChangeNote.Of(ChangeNoteKind.Flagged, id, entry));
        return entry;
    }

    MailboxRow Existing(MailboxId mailbox) =>
        Row(mailbox) ?? throw new InvalidOperationException("The mailbox was not looked up before");

    void Count(MailboxRow mailbox, in MessageEntry entry, int sign)
    {
        mailboxes[mailbox.Id] = mailbox with
        {
            ModSeq = Revision,
            Messages = mailbox.Messages + sign,
            Unseen = mailbox.Unseen + sign * Unseen(entry),
            Deleted = mailbox.Deleted + sign * Deleted(entry),
            Octets = mailbox.Octets + sign * entry.Size,
        };
        account = account with { Messages = account.Messages + sign, Octets = account.Octets + sign * entry.Size };
    }

    static int Unseen(in MessageEntry entry) => entry.Flags.HasFlag(MessageFlags.Seen) ? 0 : 1;

    static int Deleted(in MessageEntry entry) => entry.Flags.HasFlag(MessageFlags.Deleted) ? 1 : 0;

    // The transaction

    public RowTransaction ToTransaction(ulong token)
    {
        Token = token;
        if (!IsLogged)
            account = account with { Revision = state.Revision };
        if (account.Watchers.Any(watcher => watcher.Until <= Now))
            account = account with { Watchers = [.. account.Watchers.Where(watcher => watcher.Until > Now)] };
        var transaction = new RowTransaction(id.Value);
        transaction.Replace(AccountRows.Key, AccountRows.ToRow(account), state.ETag);
        Pages.SettleTails(mailboxes);
        foreach (var (mailbox, row) in mailboxes)
        {
            if (row is null)
                transaction.Delete(MailboxRows.Key(mailbox));
            else
                transaction.Upsert(MailboxRows.Key(mailbox), MailboxRows.ToRow(row));
        }
        Pages.AddTo(transaction);
        foreach (var ((mailbox, page), row) in overviews)
        {
            if (row is null)
                transaction.Delete(OverviewRows.Key(mailbox, page));
            else
                transaction.Upsert(OverviewRows.Key(mailbox, page), row);
        }
        foreach (var (email, draft) in emails)
            draft?.AddTo(transaction, EmailRows.Key(email));
        foreach (var (key, (thread, email)) in threads)
            transaction.Upsert(key, ThreadRows.ToRow(thread, email, Now));
        foreach (var (key, email, again) in imported)
        {
            if (again)
                transaction.Upsert(key, ImportRows.ToRow(Now, email));
            else
                transaction.Insert(key, ImportRows.ToRow(Now, email));
        }
        metadata?.AddTo(transaction);
        foreach (var row in prunedLog)
            transaction.Delete(row);
        sharing?.AddTo(transaction);
        if (IsLogged)
        {
            var reads = store.Reads.Waiting(id);
            readsNoted = reads.Count;
            foreach (var (email, by, when) in reads)
                Log.Notes.Add(ChangeNote.Read(email, by, when));
            var at = DateTimeOffset.FromUnixTimeSeconds(Now);
            transaction.Insert(ChangeRows.Key(Revision), ChangeRows.ToRow(Log, at, token));
        }
        return transaction;
    }

    /// <summary>The account after this change.</summary>
    public AccountState Next(string etag)
    {
        var after = state.Mailboxes;
        foreach (var (mailbox, row) in mailboxes)
            after = row is null ? after.Remove(mailbox) : after.SetItem(mailbox, row);
        return new(account, etag, after, [.. Pages.LastOf(after)]) { Shares = sharing?.Shares ?? state.Shares };
    }

    /// <summary>Forgets what waited in memory and is in the log now.</summary>
    public void ForgetReads() => store.Reads.Remove(id, readsNoted);

    /// <summary>Removes the blobs that no row names any more: after the commit, so that a crash only leaves waste.</summary>
    public async ValueTask RemoveBlobsAsync()
    {
        foreach (var blob in removedBlobs)
            await BlobWaste.RemoveAsync(store.Blobs, blob);
    }
}
