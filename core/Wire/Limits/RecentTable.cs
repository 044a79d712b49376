using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Cloud.Wire.Limits;

/// <summary>A value for each of the keys used last, as many as fit: a new key takes the place of the one used longest ago.</summary>
/// <remarks>Not safe for several threads: whoever owns it locks. Grows as it fills.</remarks>
/// <param name="capacity">Most keys kept.</param>
public sealed class RecentTable<TKey, TValue>(int capacity)
    where TKey : notnull
{
    const int None = -1;

    readonly Dictionary<TKey, int> places = [];
    readonly List<Node> nodes = [];
    int newest = None;
    int oldest = None;
    int free = None;

    public int Count => places.Count;

    /// <summary>The key's value, made anew if there is none; the key is now the one used last.</summary>
    /// <returns>Valid until the table is used again.</returns>
    public ref TValue Touch(TKey key)
    {
        if (!places.TryGetValue(key, out var place))
        {
            place = Take(key);
            places.Add(key, place);
        }
        else
        {
            Unlink(place);
        }
        LinkAsNewest(place);
        return ref CollectionsMarshal.AsSpan(nodes)[place].Value!;
    }

    /// <summary>The key's value without making one or counting as use.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var found = places.TryGetValue(key, out var place);
        value = found ? nodes[place].Value : default;
        return found;
    }

    public bool Remove(TKey key)
    {
        if (!places.Remove(key, out var place))
            return false;
        Unlink(place);
        CollectionsMarshal.AsSpan(nodes)[place] = new Node { Older = free };
        free = place;
        return true;
    }

    int Take(TKey key)
    {
        if (places.Count >= capacity)
            Remove(nodes[oldest].Key);
        if (free == None)
        {
            nodes.Add(new Node { Key = key });
            return nodes.Count - 1;
        }
        var place = free;
        free = nodes[place].Older;
        CollectionsMarshal.AsSpan(nodes)[place] = new Node { Key = key };
        return place;
    }

    void LinkAsNewest(int place)
    {
        var all = CollectionsMarshal.AsSpan(nodes);
        (all[place].Older, all[place].Newer) = (newest, None);
        if (newest != None)
            all[newest].Newer = place;
        else
            oldest = place;
        newest = place;
    }

    void Unlink(int place)
    {
        var all = CollectionsMarshal.AsSpan(nodes);
        var (older, newer) = (all[place].Older, all[place].Newer);
        if (older != None)
            all[older].Newer = newer;
        else
            oldest = newer;
        if (newer != None)
            all[newer].Older = older;
        else
            newest = older;
    }

    struct Node
    {
        public TKey Key;
        public TValue? Value;
        public int Older;
        public int Newer;
    }
}
