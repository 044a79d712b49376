namespace Cloud.Tests.Listener.Imap.Stress;

/// <summary>A message as it has to be: what commands that were answered OK have made of it.</summary>
sealed record ModelMessage(uint Uid, int Number)
{
    public HashSet<string> Flags { get; init; } = new(StringComparer.Ordinal);

    public bool Has(string flag) => Flags.Contains(flag);
}

/// <summary>A mailbox as it has to be.</summary>
sealed class ModelMailbox(string name)
{
    readonly SortedDictionary<uint, ModelMessage> messages = [];

    public string Name => name;

    public uint UidNext { get; private set; } = 1;

    /// <summary>By rising UID.</summary>
    public IReadOnlyCollection<ModelMessage> Messages => messages.Values;

    public ModelMessage? Find(uint uid) => messages.GetValueOrDefault(uid);

    public void Add(uint uid, int number, IEnumerable<string> flags)
    {
        Assert.True(uid >= UidNext, $"{name}: UID {uid} was given before");
        messages.Add(uid, new(uid, number) { Flags = new(flags, StringComparer.Ordinal) });
        UidNext = uid + 1;
    }

    public void Remove(uint uid) => messages.Remove(uid);
}
