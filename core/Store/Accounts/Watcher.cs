using Cloud.Store.Packing;

namespace Cloud.Store.Accounts;

/// <summary>A listener whose sessions want to hear of an account's changes.</summary>
/// <param name="Listener">Names its queue.</param>
/// <param name="Until">When it stops wanting that, unless it says so again: seconds since 1970 UTC.</param>
readonly record struct Watcher(ulong Listener, long Until)
{
    /// <summary>Listeners of one account; more push out those that end first.</summary>
    public const int Limit = 16;

    /// <summary>How long one registration lasts.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(10);

    /// <summary>With no more than so much left it is made anew.</summary>
    public static readonly TimeSpan RenewBelow = TimeSpan.FromMinutes(5);

    public static byte[] Pack(IReadOnlyList<Watcher> watchers)
    {
        var writer = new PackWriter(16 * watchers.Count);
        foreach (var (listener, until) in watchers)
        {
            writer.Fixed64(listener);
            writer.Signed(until);
        }
        return writer.ToArray();
    }

    public static IReadOnlyList<Watcher> Unpack(byte[]? packed)
    {
        if (packed is null)
            return [];
        var watchers = new List<Watcher>();
        var reader = new PackReader(packed);
        while (!reader.AtEnd)
            watchers.Add(new(reader.Fixed64(), reader.Signed()));
        return watchers;
    }
}
