using System.Collections.Immutable;
using Cloud.Store.Accounts;
using Cloud.Store.Changes;
using Cloud.Store.Ports;

namespace Cloud.Store.Sharing;

/// <summary>What a change does to the rows of readers: their marks in its account, and what is shared with its own user.</summary>
sealed class SharingChange(IRows rows, AccountId account, AccountState state, ChangeLog log, CancellationToken cancel)
{
    readonly ImmutableDictionary<AccountId, Share> before = state.Shares;
    readonly Dictionary<AccountId, Share?> shares = [];
    readonly Dictionary<(MailboxId Mailbox, AccountId Reader), SeenDraft> seen = [];
    readonly List<string> removed = [];

    /// <summary>Nothing but marks, which are logged, would be written.</summary>
    public bool IsEmpty => shares.Count == 0 && removed.Count == 0;

    /// <summary>Rows written.</summary>
    public int Count => shares.Count + removed.Count + seen.Values.Count(draft => draft.IsChanged);

    /// <summary>As this change has left them.</summary>
    public ImmutableDictionary<AccountId, Share> Shares
    {
        get
        {
            var after = before;
            foreach (var (owner, share) in shares)
                after = share is null ? after.Remove(owner) : after.SetItem(owner, share);
            return after;
        }
    }

    /// <summary>Logged as a change of no mailbox of the account's own: sessions of its user look what is shared now.</summary>
    public void SetShare(AccountId owner, Share? share)
    {
        log.Of(default);
        shares[owner] = share;
    }

    /// <summary>What a reader has seen of a mailbox.</summary>
    public async ValueTask<SeenDraft> SeenAsync(MailboxId mailbox, AccountId reader)
    {
        if (seen.TryGetValue((mailbox, reader), out var draft))
            return draft;
        var marks = await SeenRows.ReadAsync(rows, account, mailbox, reader, cancel);
        draft = new(marks, log, mailbox, state.Revision + 1);
        seen.Add((mailbox, reader), draft);
        return draft;
    }

    /// <summary>Forgets a reader's marks by their row.</summary>
    public void Remove(string row) => removed.Add(row);

    public void AddTo(RowTransaction transaction)
    {
        foreach (var (owner, share) in shares)
        {
            if (share is not null)
                transaction.Upsert(ShareRows.Key(owner), ShareRows.ToRow(share));
            else if (before.ContainsKey(owner))
                transaction.Delete(ShareRows.Key(owner));
        }
        foreach (var ((mailbox, reader), draft) in seen)
        {
            if (draft.IsChanged)
                transaction.Upsert(SeenRows.Key(mailbox, reader), SeenRows.ToRow(draft.Marks));
        }
        foreach (var row in removed)
            transaction.Delete(row);
    }
}
