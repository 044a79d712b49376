namespace Cloud.Store;

/// <summary>How the store is used.</summary>
public sealed record StoreOptions
{
    /// <summary>
    /// True when this process alone writes the store (the embedded one, under its lock): then memory answers reads.
    /// </summary>
    public bool SoleOwner { get; init; }

    /// <summary>Octets a new account may hold; 0 for no limit.</summary>
    public long Quota { get; init; }

    /// <summary>Accounts kept in memory beside those in use, some 10 KiB each; 1 to 1,000,000.</summary>
    public int AccountsInMemory { get; init; } = 2000;

    /// <summary>Octets of messages' headers kept in memory for lists, searches and sorting; 0 to 1 GiB.</summary>
    public long OverviewMemory { get; init; } = 32 * 1024 * 1024;

    /// <summary>Octets of mailboxes' entries kept in memory (56 a message), shared by the sessions that open them; 0 to 1 GiB.</summary>
    public long EntryMemory { get; init; } = 32 * 1024 * 1024;

    /// <summary>How long the directory's rows are believed where others may change them, 0 to 5 minutes.</summary>
    public TimeSpan DirectoryAge { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Names this process where sessions wait for others' changes and are to be told by a queue (16 hexadecimal digits);
    /// null looks at each watched account instead, every <see cref="WatchInterval"/>.
    /// </summary>
    /// <remarks>
    /// The queue is read once a second: dearer than a few accounts' looks, cheaper than many.
    /// </remarks>
    public string? Listener { get; init; }

    /// <summary>How often a watched account is looked at for others' changes, from 100 ms.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(2);
}
