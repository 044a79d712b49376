using System.Collections.Concurrent;

namespace Cloud.Store.Accounts;

/// <summary>First reads of messages by clients, until the account's next change takes them along into its log.</summary>
/// <remarks>
/// In memory only: to write each would cost more than the message did. What is not written when the process ends is
/// forgotten, and who reads a message by two processes may be noted twice.
/// </remarks>
sealed class ReadNotes
{
    /// <summary>Messages that are known to have been read, over all accounts: some 40 octets each.</summary>
    const int MaxKnown = 50_000;

    /// <summary>Notes of one account that wait; a client that reads a whole mailbox is told by the first of them.</summary>
    const int MaxWaiting = 64;

    readonly ConcurrentDictionary<(AccountId, EmailId), bool> known = new();
    readonly ConcurrentDictionary<AccountId, ConcurrentQueue<ReadNote>> waiting = new();

    /// <param name="at">Seconds since 1970 UTC.</param>
    public void Add(AccountId account, EmailId email, ReadBy by, long at)
    {
        if (known.Count >= MaxKnown)
        {
            known.Clear();
            waiting.Clear();
        }
        if (!known.TryAdd((account, email), true))
            return;
        var notes = waiting.GetOrAdd(account, _ => new());
        if (notes.Count < MaxWaiting)
            notes.Enqueue(new(email, by, at));
    }

    /// <summary>What waits for an account; it goes when <see cref="Remove"/> says that it is written.</summary>
    public IReadOnlyList<ReadNote> Waiting(AccountId account) =>
        waiting.TryGetValue(account, out var notes) ? [.. notes] : [];

    /// <summary>Forgets as many as were written, the oldest.</summary>
    public void Remove(AccountId account, int count)
    {
        if (!waiting.TryGetValue(account, out var notes))
            return;
        for (var i = 0; i < count; i++)
            notes.TryDequeue(out _);
        if (notes.IsEmpty)
            waiting.TryRemove(new(account, notes));
    }
}

/// <param name="At">Seconds since 1970 UTC.</param>
readonly record struct ReadNote(EmailId Email, ReadBy By, long At);
