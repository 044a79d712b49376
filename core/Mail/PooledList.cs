using System.Buffers;
using System.Runtime.CompilerServices;

namespace Cloud.Mail;

/// <summary>A list that grows in a rented array, so that only what is kept of it is allocated.</summary>
/// <remarks><see cref="Take"/> ends it.</remarks>
ref struct PooledList<T>
{
    const int First = 16;

    T[] items;

    public int Count { get; private set; }

    public readonly Span<T> Items => items.AsSpan(0, Count);

    public void Add(T item)
    {
        if (items is null)
            items = ArrayPool<T>.Shared.Rent(First);
        else if (Count == items.Length)
            Grow();
        items[Count++] = item;
    }

    public void Clear() => Count = 0;

    public T[] Take()
    {
        T[] taken = Count == 0 ? [] : Items.ToArray();
        if (items is not null)
            Return(items, Count);
        items = [];
        Count = 0;
        return taken;
    }

    void Grow()
    {
        var larger = ArrayPool<T>.Shared.Rent(2 * items.Length);
        Items.CopyTo(larger);
        Return(items, Count);
        items = larger;
    }

    /// <summary>Nothing that it held is kept alive by the pool.</summary>
    static void Return(T[] array, int count)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            array.AsSpan(0, count).Clear();
        ArrayPool<T>.Shared.Return(array);
    }
}
