namespace Cloud.Store.Local.Blobs;

/// <summary>Segments that hold chunks of blobs still being written: nothing in the log says yet that they are needed.</summary>
sealed class PinnedSegments
{
    readonly Dictionary<int, int> counts = [];

    public void Add(int segment)
    {
        lock (counts)
            counts[segment] = counts.GetValueOrDefault(segment) + 1;
    }

    public void Remove(int segment)
    {
        lock (counts)
        {
            if (--counts[segment] == 0)
                counts.Remove(segment);
        }
    }

    public bool Contains(int segment)
    {
        lock (counts)
            return counts.ContainsKey(segment);
    }
}
