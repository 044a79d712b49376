namespace Cloud.Flow.Outbound.Relay;

/// <summary>What was said in an attempt, to one host after another. Of too much the middle is left out.</summary>
sealed class Dialogue
{
    /// <summary>Characters kept of the beginning, and as many of the end: together what a row keeps.</summary>
    const int MaxPart = 8 * 1024;

    readonly List<string> start = [];
    readonly Queue<string> end = [];
    HostSeen? last;
    int startLength;
    int endLength;
    int omitted;

    public IReadOnlyList<string> Lines =>
        omitted == 0 ? [.. start, .. end] : [.. start, $"-- {omitted} lines left out", .. end];

    public void Add(HostSeen with, IEnumerable<string> lines)
    {
        if (with != last)
            Add($"-- {with}");
        last = with;
        foreach (var line in lines)
            Add(line);
    }

    void Add(string line)
    {
        if (end.Count == 0 && startLength + line.Length <= MaxPart)
        {
            start.Add(line);
            startLength += line.Length + 1;
            return;
        }

        end.Enqueue(line);
        endLength += line.Length + 1;
        for (; endLength > MaxPart; omitted++)
            endLength -= end.Dequeue().Length + 1;
    }
}
