namespace Cloud.Store;

/// <summary>Keeps what was used last, up to so much memory. For any number of threads.</summary>
/// <param name="limit">Octets; what is larger alone is not kept.</param>
/// <param name="octetsOf">What a value takes; must not change.</param>
sealed class LeastRecentlyUsed<TKey, TValue>(long limit, Func<TValue, long> octetsOf)
    where TKey : notnull
    where TValue : class
{
    readonly Lock guard = new();
    readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> nodes = [];
    readonly LinkedList<(TKey Key, TValue Value)> byUse = new();
    long octets;

    /// <returns>Null when it is not here.</returns>
    public TValue? Find(TKey key)
    {
        lock (guard)
        {
            if (!nodes.TryGetValue(key, out var node))
                return null;
            byUse.Remove(node);
            byUse.AddFirst(node);
            return node.Value.Value;
        }
    }

    public void Set(TKey key, TValue value)
    {
        lock (guard)
        {
            if (nodes.TryGetValue(key, out var old))
                Forget(old);
            if (octetsOf(value) > limit)
                return; // or all others would go first
            nodes.Add(key, byUse.AddFirst((key, value)));
            octets += octetsOf(value);
            while (octets > limit && byUse.Last is { } oldest)
                Forget(oldest);
        }
    }

    void Forget(LinkedListNode<(TKey Key, TValue Value)> node)
    {
        nodes.Remove(node.Value.Key);
        byUse.Remove(node);
        octets -= octetsOf(node.Value.Value);
    }
}
