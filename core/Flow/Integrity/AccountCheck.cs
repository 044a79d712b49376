using System.Security.Cryptography;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Integrity;

/// <summary>Reads all of an account, and says where its rows and blobs do not agree.</summary>
/// <remarks>
/// Steps: 1. each mailbox' entries are counted, and compared with its row; 2. their sum with the account's; 3. each
/// message's row is compared with the entries; 4. each blob is looked for, or read and hashed. An account that changes
/// meanwhile is read anew, a few times.
/// </remarks>
sealed class AccountCheck(AccountStore accounts)
{
    /// <summary>Readings of an account that changes all the time.</summary>
    const int MaxTries = 4;

    /// <param name="hashes">Reads all octets: that costs what reading all mail costs.</param>
    /// <returns>Null when there is no such account.</returns>
    /// <exception cref="StoreException">It cannot be read now.</exception>
    public async ValueTask<AccountCheckResult?> RunAsync(AccountId account, bool hashes, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            // Rows are to be compared, not what memory has of them.
            await accounts.ForgetAsync(account, cancel);
            if (await accounts.CurrentAsync(account, cancel) is not { } state)
                return null;
            var run = new Run(accounts, account, state);
            await run.CountAsync(cancel);
            await run.CompareAsync(hashes, cancel);
            var after = await accounts.CurrentAsync(account, cancel);
            var isSteady = after?.Revision == state.Revision;
            if (isSteady || run.Findings.Count == 0 || tries == MaxTries)
                return new(run.Messages, run.Octets, isSteady, run.Findings) { IsCut = run.IsCut };
        }
    }

    sealed class Run(AccountStore accounts, AccountId account, AccountState state)
    {
        readonly Dictionary<EmailId, List<(Placement Place, long Size)>> places = [];

        public List<AccountFinding> Findings { get; } = [];

        /// <summary>More was found.</summary>
        public bool IsCut { get; private set; }

        public long Messages { get; private set; }

        public long Octets { get; private set; }

        /// <summary>Steps 1 and 2.</summary>
        public async ValueTask CountAsync(CancellationToken cancel)
        {
            var (messages, octets) = (0, 0L);
            foreach (var mailbox in state.Mailboxes.Values)
            {
                var entries = new List<MessageEntry>();
                var last = PageRows.PageOf(Math.Max(mailbox.UidNext - 1, 1));
                await EntryReader.ReadAsync(accounts.Rows, account, mailbox, 0, last, entries, cancel);
                var counts = MailboxCounts.Of(entries);
                if (counts != MailboxCounts.Of(mailbox))
                    Find(
                        FindingKind.MailboxCounts,
                        mailbox,
                        null,
                        $"the row says {MailboxCounts.Of(mailbox)}; there are {counts}"
                    );
                foreach (var entry in entries)
                {
                    if (!places.TryGetValue(entry.Email, out var shown))
                        places.Add(entry.Email, shown = []);
                    shown.Add((new(mailbox.Id, entry.Uid), entry.Size));
                }
                (messages, octets) = (messages + counts.Messages, octets + counts.Octets);
            }
            var row = state.Account;
            if ((row.Messages, row.Octets) != (messages, octets))
                Find(
                    FindingKind.AccountCounts,
                    null,
                    null,
                    $"the row says {row.Messages} messages of {row.Octets} octets; there are {messages} of {octets}"
                );
        }

        /// <summary>Steps 3 and 4.</summary>
        public async ValueTask CompareAsync(bool hashes, CancellationToken cancel)
        {
            var range = RowRange.Prefix(account.Value, EmailRows.Prefix);
            await foreach (var row in accounts.Rows.ReadAsync(Tables.Mail, range, cancel))
            {
                var email = EmailRows.From(row.Key, row.Data);
                Messages++;
                Octets += email.Email.Size;
                Compare(email);
                await LookAtAsync(email.Email, hashes, cancel);
            }
            foreach (var (missing, shown) in places)
            {
                foreach (var (place, _) in shown)
                    Find(
                        FindingKind.MessageMissing,
                        state.Mailboxes.GetValueOrDefault(place.Mailbox),
                        missing,
                        $"UID {place.Uid} has no message behind it"
                    );
            }
        }

        void Compare(EmailRow row)
        {
            var id = row.Email.Id;
            if (!places.Remove(id, out var shown))
            {
                Find(FindingKind.Unplaced, null, id, "no mailbox shows it");
                return;
            }
            var (told, there) = (row.Placements.ToHashSet(), shown.Select(one => one.Place).ToHashSet());
            if (!told.SetEquals(there))
                Find(
                    FindingKind.PlacesDiffer,
                    state.Mailboxes.GetValueOrDefault(shown[0].Place.Mailbox),
                    id,
                    $"its row tells of {told.Count} places, {there.Count} show it"
                );
            foreach (var (place, size) in shown.Where(one => one.Size != row.Email.Size))
                Find(
                    FindingKind.SizeDiffers,
                    state.Mailboxes.GetValueOrDefault(place.Mailbox),
                    id,
                    $"UID {place.Uid} has {size} octets instead of {row.Email.Size}"
                );
        }

        async ValueTask LookAtAsync(Email email, bool hashes, CancellationToken cancel)
        {
            var mailbox = (MailboxRow?)null;
            if (!hashes)
            {
                if (!await accounts.Blobs.ExistsAsync(email.Blob, cancel))
                    Find(FindingKind.OctetsMissing, mailbox, email.Id, $"its octets are gone: {email.Blob}");
                return;
            }
            await using var stream = await accounts.Blobs.OpenAsync(email.Blob, 0, null, cancel);
            if (stream is null)
                Find(FindingKind.OctetsMissing, mailbox, email.Id, $"its octets are gone: {email.Blob}");
            else if (!(await SHA256.HashDataAsync(stream, cancel)).AsSpan().SequenceEqual(email.Sha256.Span))
                Find(FindingKind.OctetsDiffer, mailbox, email.Id, $"its octets are not what came in: {email.Blob}");
        }

        void Find(FindingKind kind, MailboxRow? mailbox, EmailId? message, string text)
        {
            if (Findings.Count == AccountCheckResult.MaxFindings)
            {
                IsCut = true;
                return;
            }
            var path = mailbox is null ? null : MailboxPaths.Compose(state.Mailboxes, mailbox);
            Findings.Add(new(kind, path, message?.ToString(), text));
        }
    }
}

/// <summary>What a mailbox' row sums up.</summary>
readonly record struct MailboxCounts(int Messages, int Unseen, int Deleted, long Octets)
{
    public static MailboxCounts Of(MailboxRow row) => new(row.Messages, row.Unseen, row.Deleted, row.Octets);

    public static MailboxCounts Of(IEnumerable<MessageEntry> entries)
    {
        var counts = default(MailboxCounts);
        foreach (var entry in entries)
            counts = new(
                counts.Messages + 1,
                counts.Unseen + (entry.Flags.HasFlag(MessageFlags.Seen) ? 0 : 1),
                counts.Deleted + (entry.Flags.HasFlag(MessageFlags.Deleted) ? 1 : 0),
                counts.Octets + entry.Size
            );
        return counts;
    }

    public override string ToString() =>
        $"{Messages} messages, {Unseen} unread, {Deleted} marked as deleted, {Octets} octets";
}
