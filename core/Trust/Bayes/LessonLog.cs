using System.Buffers.Binary;

namespace Cloud.Trust.Bayes;

/// <summary>The messages learned last, and as what: so that none is learned twice, and moving one back takes it back.</summary>
sealed class LessonLog
{
    /// <summary>Lessons remembered. Of our own: more moves than anybody takes back.</summary>
    public const int Max = 500;

    const int EntryLength = 8;

    /// <summary>Oldest first: a hash of the message whose lowest bit tells the class.</summary>
    readonly IReadOnlyList<ulong> entries;

    LessonLog(IReadOnlyList<ulong> entries) => this.entries = entries;

    public static readonly LessonLog Empty = new([]);

    /// <returns>What the message was learned as; null where that is not known.</returns>
    public JunkClass? Find(ulong message)
    {
        foreach (var entry in entries)
        {
            if ((entry | 1) == (message | 1))
                return (entry & 1) == 0 ? JunkClass.Spam : JunkClass.Ham;
        }

        return null;
    }

    /// <summary>With a message's class changed; null forgets the message.</summary>
    public LessonLog With(ulong message, JunkClass? mail)
    {
        var others = entries.Where(entry => (entry | 1) != (message | 1));
        return mail is { } known
            ? new([.. others.TakeLast(Max - 1), (message & ~1UL) | (known == JunkClass.Ham ? 1UL : 0)])
            : new([.. others]);
    }

    public byte[] Pack()
    {
        var packed = new byte[entries.Count * EntryLength];
        for (var i = 0; i < entries.Count; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(packed.AsSpan(i * EntryLength), entries[i]);
        return packed;
    }

    /// <returns>Null for octets that <see cref="Pack"/> did not write.</returns>
    public static LessonLog? Unpack(ReadOnlySpan<byte> packed)
    {
        if (packed.Length % EntryLength != 0 || packed.Length > Max * EntryLength)
            return null;
        var entries = new ulong[packed.Length / EntryLength];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = BinaryPrimitives.ReadUInt64LittleEndian(packed[(i * EntryLength)..]);
        return new(entries);
    }
}
