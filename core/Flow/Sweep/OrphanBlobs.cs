using System.Globalization;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Sweep;

/// <summary>Removes blobs that nothing names: left by a kill between upload and commit, or by a deletion that failed.</summary>
/// <remarks>
/// A blob's name tells its transaction, and that the time and the number of its message, in whatever account. So:
/// 1. the mailboxes' rows and pages, packed and few, give the numbers of all messages; 2. blobs whose transaction has
/// fewer messages than blobs are suspects, if they are older than anything on its way; 3. the message rows of every
/// account and of the outbox, which alone count as proof, clear most; the others are noted. Half an hour later: 4. what a queue still
/// names is cleared; 5. the message rows are asked again; 6. what is left goes. The order matters: what step 4 misses
/// because it was just filed is found in step 5, and a move of a message between mailboxes, which step 1 may miss, does
/// not touch its row.
/// </remarks>
sealed class OrphanBlobs(AccountStore accounts, IQueues queues)
{
    readonly OutboxStore outbox = new(accounts.Rows, accounts.Time);

    /// <summary>A pass has so many parts, by the first hexadecimal digit of the names.</summary>
    const int Parts = 16;

    /// <summary>Messages whose numbers are held in memory at a time, some 40 octets each.</summary>
    const long MessagesAtATime = 1_000_000;

    /// <summary>Suspects that are looked into at a time.</summary>
    const int Suspects = 500;

    /// <summary>Numbers that a message may have: its own, or one of the next when that was taken.</summary>
    const ulong Numbers = 4;

    /// <returns>Null when another run is at it; else how far it has come.</returns>
    public async ValueTask<SweepState?> SweepAsync(SweepState? state, SweepClock clock)
    {
        while (state is { Stage: SweepStage.Blobs } && !clock.IsOver)
        {
            var first = int.Parse(state.Next, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var count = (int)Math.Clamp(Parts * MessagesAtATime / Math.Max(state.Messages, 1), 1, Parts - first);
            if (await NumbersAsync(first, first + count, clock) is not { } numbers)
                return state;
            for (var part = first; part < first + count && state is not null; part++)
            {
                if (!await SweepAsync(part, numbers, clock))
                    return state;
                var next = part + 1;
                state = await SweepRows.WriteAsync(
                    accounts.Rows,
                    next == Parts
                        ? state with
                        {
                            Stage = SweepStage.Done,
                            Next = "",
                        }
                        : state with
                        {
                            Next = next.ToString("x", CultureInfo.InvariantCulture),
                        }
                );
            }
        }
        return state;
    }

    /// <summary>Step 1.</summary>
    /// <returns>How many accounts have a message of each number; null when the time was over.</returns>
    async ValueTask<Dictionary<ulong, int>?> NumbersAsync(int from, int to, SweepClock clock)
    {
        var numbers = new Dictionary<ulong, int>();
        await foreach (var account in AccountsAsync(clock.Cancel))
        {
            var own = new HashSet<ulong>();
            await foreach (var email in EmailsAsync(account, clock.Cancel))
            {
                if (BlobNames.FirstDigit(email) is var digit && digit >= from && digit < to)
                    own.Add(email.Value);
            }
            foreach (var number in own)
                numbers[number] = numbers.GetValueOrDefault(number) + 1;
            if (clock.IsOver)
                return null;
        }
        return numbers;
    }

    /// <summary>The messages of all mailboxes: those in the mailboxes' rows, then those in pages.</summary>
    async IAsyncEnumerable<EmailId> EmailsAsync(
        AccountId account,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel
    )
    {
        var entries = new List<MessageEntry>();
        foreach (var range in new[] { MailboxRows.All(account), PageRows.All(account) })
        {
            await foreach (var row in accounts.Rows.ReadAsync(Tables.Mail, range, cancel))
            {
                entries.Clear();
                Unpack(row, entries);
                foreach (var entry in entries)
                    yield return entry.Email;
            }
        }
    }

    static void Unpack(Row row, List<MessageEntry> entries)
    {
        if (!MailboxRows.IsKey(row.Key.Row))
            PageCodec.Unpack(PageRows.Packed(row.Data), PageRows.PageOf(row.Key), entries);
        else if (MailboxRows.From(row.Key, row.Data) is { TailPage: { } page } mailbox)
            PageCodec.Unpack(mailbox.Tail.Span, page, entries);
    }

    /// <returns>False when the time was over before all was done.</returns>
    async ValueTask<bool> SweepAsync(int part, Dictionary<ulong, int> numbers, SweepClock clock)
    {
        var suspects = new List<BlobName>();
        var prefix = part.ToString("x", CultureInfo.InvariantCulture);
        await foreach (var blobs in ByTransactionAsync(prefix, clock))
        {
            if (blobs.Count <= numbers.GetValueOrDefault(blobs[0].Email.Value))
                continue;
            suspects.AddRange(blobs); // step 2
            if (suspects.Count < Suspects)
                continue;
            await NoteAsync(suspects, clock);
            suspects.Clear();
            if (clock.IsOver)
                return false;
        }
        await NoteAsync(suspects, clock);
        return true;
    }

    /// <summary>Old blobs in groups: those of one transaction follow each other.</summary>
    async IAsyncEnumerable<List<BlobName>> ByTransactionAsync(string prefix, SweepClock clock)
    {
        var before = clock.Now - BlobNames.OrphanAge;
        var group = new List<BlobName>();
        await foreach (var blob in accounts.Blobs.ListAsync(prefix, clock.Cancel))
        {
            if (BlobNames.TryParse(blob.Name) is not { } name || name.Transaction.At >= before)
                continue;
            if (group.Count > 0 && group[0].Transaction != name.Transaction)
            {
                yield return group;
                group = [];
            }
            group.Add(name);
        }
        if (group.Count > 0)
            yield return group;
    }

    /// <summary>Step 3.</summary>
    async ValueTask NoteAsync(List<BlobName> suspects, SweepClock clock)
    {
        if (suspects.Count == 0)
            return;
        var named = new HashSet<string>(StringComparer.Ordinal);
        await AddNamedAsync(suspects, named, clock.Cancel);
        var orphans = suspects.Where(blob => !named.Contains(blob.Text)).Select(blob => blob.Text);
        await OrphanRows.WriteAsync(accounts.Rows, orphans, clock.Now);
    }

    /// <summary>Steps 4 to 6, for what an earlier run has noted.</summary>
    public async ValueTask RemoveAsync(SweepState state, SweepResult result, SweepClock clock)
    {
        var (rows, blobs, cancel) = (accounts.Rows, accounts.Blobs, clock.Cancel);
        while (!clock.IsOver)
        {
            var noted = await OrphanRows.ReadAsync(rows, clock.Now - OrphanRows.Age, Suspects, cancel);
            if (noted.Count == 0)
                return;
            var named = new HashSet<string>(StringComparer.Ordinal);
            var hold = await InboundNames.ReadAsync(queues, named, cancel); // step 4
            await AddNamedAsync([.. noted.Select(BlobNames.TryParse).OfType<BlobName>()], named, cancel); // step 5
            var orphans = noted.Where(name => !named.Contains(name) && BlobNames.TryParse(name) is not null).ToList();
            if (orphans.Count > 0 && !await StoreIdentity.IsAsync(blobs, state.Store, cancel))
                hold = SweepHold.WrongStore;
            if (orphans.Count > 0 && hold != SweepHold.None)
            {
                (result.Held, result.Hold) = (orphans.Count, hold);
                return;
            }
            foreach (var name in orphans) // step 6
            {
                if (await blobs.DeleteAsync(name, cancel))
                    result.Blobs++;
            }
            await OrphanRows.RemoveAsync(rows, noted);
        }
    }

    async ValueTask AddNamedAsync(List<BlobName> suspects, HashSet<string> named, CancellationToken cancel)
    {
        var numbers = new HashSet<EmailId>();
        foreach (var blob in suspects)
        {
            for (var next = 0UL; next < Numbers; next++)
                numbers.Add(new(blob.Email.Value + next));
        }
        await foreach (var account in AccountsAsync(cancel))
        {
            foreach (var row in await EmailReader.ReadAsync(accounts.Rows, account, numbers, cancel))
                named.Add(row.Email.Blob);
        }
        // The outbox owns the bytes of what it has not done with: a message may wait for weeks.
        foreach (var transaction in suspects.Select(blob => blob.Transaction).Distinct())
        {
            if (await outbox.FindAsync(transaction, cancel) is { IsDone: false })
                named.Add(BlobNames.Of(transaction));
        }
    }

    /// <summary>All accounts, those that are being removed included.</summary>
    async IAsyncEnumerable<AccountId> AccountsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel
    )
    {
        await foreach (var row in accounts.Rows.ReadAsync(Tables.Directory, DirectoryRows.Users(null), cancel))
            yield return DirectoryRows.ToUser(row.Data).Account;
    }
}
