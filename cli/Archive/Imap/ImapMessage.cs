using System.Globalization;

namespace Cloud.Cli.Archive.Imap;

/// <param name="Flags">With their backslash, and keywords without.</param>
/// <param name="Received">INTERNALDATE.</param>
/// <param name="Content">The taker's to dispose; <see cref="Spool.LeftOut"/> where it is too long.</param>
sealed record ImapMessage(uint Uid, IReadOnlyList<string> Flags, DateTimeOffset? Received, Spool Content)
{
    /// <returns>The pairs of a FETCH response; null where it is another.</returns>
    public static IReadOnlyList<ImapValue>? Fields(ImapResponse response) =>
        response.Values is [_, _, var kind, ImapValue.Items { Values: var fields }, ..] && kind.Is("FETCH")
            ? fields
            : null;

    public static uint? UidOf(IReadOnlyList<ImapValue> fields) =>
        Find(fields, "UID")?.Number is { } uid and > 0 and <= uint.MaxValue ? (uint)uid : null;

    /// <returns>Null where it is no message with its octets.</returns>
    public static async ValueTask<ImapMessage?> OfAsync(ImapResponse response, CancellationToken cancel)
    {
        if (Fields(response) is not { } fields || UidOf(fields) is not { } uid)
            return null;
        var flags = (Find(fields, "FLAGS") as ImapValue.Items)?.Values.OfType<ImapValue.Atom>() ?? [];
        var date = Find(fields, "INTERNALDATE") is { } value ? await value.TextAsync(cancel) : null;
        Spool content;
        switch (Find(fields, "BODY[]"))
        {
            case ImapValue.Literal literal:
                content = new() { LeftOut = literal.Content.LeftOut };
                await using (var source = literal.Content.Open())
                    await content.CopyFromAsync(source, cancel);
                break;
            case ImapValue.Quoted quoted:
                content = new();
                using (var text = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(quoted.Text)))
                    await content.CopyFromAsync(text, cancel);
                break;
            default:
                return null;
        }
        return new(uid, [.. flags.Select(atom => atom.Text)], DateOf(date), content);
    }

    static ImapValue? Find(IReadOnlyList<ImapValue> fields, string name)
    {
        for (var i = 0; i + 1 < fields.Count; i += 2)
        {
            if (fields[i].Is(name))
                return fields[i + 1];
        }
        return null;
    }

    /// <summary>RFC 9051 §9, date-time: <c> 1-Feb-2026 03:04:05 +0100</c>.</summary>
    static DateTimeOffset? DateOf(string? text) =>
        DateTimeOffset.TryParseExact(
            text?.Trim(),
            "d-MMM-yyyy HH:mm:ss zzz",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var date
        )
            ? date
            : null;
}
