using Cloud.Mail;

namespace Cloud.Store.Messages;

/// <summary>Row keys of the Message-IDs that decide a message's thread.</summary>
/// <param name="Own">Its Message-ID; null when it has none.</param>
/// <param name="Parent">The message it answers: In-Reply-To, else the last of References (RFC 5322 §3.6.4).</param>
readonly record struct ThreadNames(string? Own, string? Parent)
{
    /// <param name="packed">A packed <see cref="MessageIndex"/>; empty for none.</param>
    public static ThreadNames Of(ReadOnlySpan<byte> packed)
    {
        if (packed.IsEmpty)
            return default;
        var index = MessageIndex.Unpack(packed);
        var parent = index.InReplyTo is [var answered, ..] ? answered : default;
        if (parent.IsNilOrEmpty && index.References is [.., var last])
            parent = last;
        return new(KeyOf(index.MessageId), KeyOf(parent));
    }

    static string? KeyOf(Octets messageId) => messageId.IsNilOrEmpty ? null : ThreadRows.Key(messageId.Span);
}
