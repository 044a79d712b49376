namespace Cloud.Store.Accounts;

/// <summary>The accounts in memory: the least recently used go when there are too many.</summary>
/// <param name="limit">Accounts kept beside those in use; each takes some 10 KiB.</param>
sealed class AccountSlots(int limit)
{
    readonly Lock guard = new();
    readonly Dictionary<AccountId, LinkedListNode<AccountSlot>> slots = [];
    readonly LinkedList<AccountSlot> byUse = new();

    public AccountSlot Enter(AccountId account)
    {
        lock (guard)
        {
            if (slots.TryGetValue(account, out var node))
                byUse.Remove(node);
            else
                slots.Add(account, node = new(new(account)));
            byUse.AddFirst(node);
            node.Value.Users++;
            return node.Value;
        }
    }

    public void Leave(AccountSlot slot)
    {
        lock (guard)
        {
            slot.Users--;
            for (var node = byUse.Last; slots.Count > limit && node is not null; )
            {
                var previous = node.Previous;
                if (node.Value.Users == 0)
                {
                    byUse.Remove(node);
                    slots.Remove(node.Value.Account);
                }
                node = previous;
            }
        }
    }
}
