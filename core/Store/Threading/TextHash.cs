namespace Cloud.Store.Threading;

/// <summary>Stands for a message-id or a subject while a mailbox is threaded: 64 bits instead of the text (FNV-1a).</summary>
/// <remarks>Who finds two texts of one hash can join two conversations: any References field could.</remarks>
public static class TextHash
{
    /// <returns>0 for an empty text alone.</returns>
    public static ulong Of(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return 0;
        var hash = 14695981039346656037UL;
        foreach (var octet in text)
            hash = (hash ^ octet) * 1099511628211UL;
        return hash == 0 ? 1 : hash;
    }

    public static ulong Of(string text) => Of(System.Runtime.InteropServices.MemoryMarshal.AsBytes(text.AsSpan()));
}
