using System.Buffers;

namespace Cloud.Mail.Headers;

/// <summary>A subject without what replies, forwards and mailing lists put around it: RFC 5256 §2.1.</summary>
/// <param name="Text">What SORT and THREAD compare; its case is kept.</param>
/// <param name="IsReplyOrForward">Something that says so was taken away, which THREAD=REFERENCES asks for (§3).</param>
public readonly record struct BaseSubject(string Text, bool IsReplyOrForward)
{
    static readonly SearchValues<char> Folds = SearchValues.Create("\t\r\n");

    const StringComparison AnyCase = StringComparison.OrdinalIgnoreCase;

    /// <param name="subject">Decoded. Steps are numbered as in the RFC.</param>
    public static BaseSubject Of(string subject)
    {
        if (subject.AsSpan().IndexOfAny(Folds) < 0 && !subject.Contains("  ", StringComparison.Ordinal))
        {
            var whole = Strip(subject, out var isWholeReply);
            return new BaseSubject(whole.Length == subject.Length ? subject : whole.ToString(), isWholeReply);
        }

        var room = ArrayPool<char>.Shared.Rent(subject.Length);
        var text = Strip(room.AsSpan(0, WithSingleSpaces(subject, room)), out var isReply).ToString(); // (1)
        ArrayPool<char>.Shared.Return(room);
        return new BaseSubject(text, isReply);
    }

    static ReadOnlySpan<char> Strip(ReadOnlySpan<char> rest, out bool isReply)
    {
        isReply = false;
        while (true)
        {
            rest = WithoutTrailers(rest, ref isReply); // (2)
            rest = WithoutLeaders(rest, ref isReply); // (3) to (5)
            if (!rest.StartsWith("[fwd:", AnyCase) || !rest.EndsWith("]"))
                return rest; // (7)
            rest = rest[5..^1]; // (6)
            isReply = true;
        }
    }

    /// <returns>How many characters of <paramref name="room"/> it takes.</returns>
    static int WithSingleSpaces(ReadOnlySpan<char> subject, Span<char> room)
    {
        var length = 0;
        foreach (var c in subject)
        {
            if (c is not (' ' or '\t' or '\r' or '\n'))
                room[length++] = c;
            else if (length == 0 || room[length - 1] != ' ')
                room[length++] = ' ';
        }

        return length;
    }

    /// <summary>subj-trailer: "(fwd)" or white space.</summary>
    static ReadOnlySpan<char> WithoutTrailers(ReadOnlySpan<char> text, scoped ref bool isReply)
    {
        while (true)
        {
            text = text.TrimEnd(' ');
            if (!text.EndsWith("(fwd)", AnyCase))
                return text;
            text = text[..^5];
            isReply = true;
        }
    }

    static ReadOnlySpan<char> WithoutLeaders(ReadOnlySpan<char> text, scoped ref bool isReply)
    {
        while (true)
        {
            text = text.TrimStart(' ');
            var after = AfterBlobs(text);
            if (!TryReplyOrForward(ref after))
                break;
            text = after;
            isReply = true;
        }

        // (4) Behind these blobs stands no "re:", so none comes to light as they go.
        for (var next = text; TryBlob(ref next) && !next.IsEmpty; )
            text = next;
        return text;
    }

    static ReadOnlySpan<char> AfterBlobs(ReadOnlySpan<char> text)
    {
        while (TryBlob(ref text)) { }
        return text;
    }

    /// <summary>subj-refwd: ("re" / "fw" / "fwd") *WSP [subj-blob] ":".</summary>
    static bool TryReplyOrForward(ref ReadOnlySpan<char> text)
    {
        var length =
            text.StartsWith("fwd", AnyCase) ? 3
            : text.StartsWith("re", AnyCase) || text.StartsWith("fw", AnyCase) ? 2
            : 0;
        if (length == 0)
            return false;
        var after = text[length..].TrimStart(' ');
        TryBlob(ref after);
        if (after is not [':', ..])
            return false;
        text = after[1..];
        return true;
    }

    /// <summary>subj-blob: "[" *BLOBCHAR "]" *WSP.</summary>
    static bool TryBlob(ref ReadOnlySpan<char> text)
    {
        if (text is not ['[', ..])
            return false;
        var end = text[1..].IndexOfAny('[', ']') + 1;
        if (end == 0 || text[end] == '[')
            return false;
        text = text[(end + 1)..].TrimStart(' ');
        return true;
    }
}
