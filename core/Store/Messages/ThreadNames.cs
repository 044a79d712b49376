namespace Cloud.Store.Messages;

/// <summary>Row keys of the Message-IDs that decide a message's thread.</summary>
/// <param name="Own">Its Message-ID; null when it has none.</param>
/// <param name="Parent">The message it answers: In-Reply-To, else the last of References (RFC 5322 §3.6.4).</param>
readonly record struct ThreadNames(string? Own, string? Parent)
{
    public static ThreadNames Of(ReadOnlySpan<byte> index) => default;
}
