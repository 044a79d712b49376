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
    public static BaseSubject Of(string subject) => At(subject, Find(subject));

    /// <summary>Where the base is in a subject.</summary>
    /// <param name="subject">Decoded.</param>
    internal static SubjectCut Find(ReadOnlySpan<char> subject)
    {
        if (IsSingleSpaced(subject))
            return FindIn(subject);
        var room = ArrayPool<char>.Shared.Rent(subject.Length);
        var cut = FindIn(room.AsSpan(0, WithSingleSpaces(subject, room))); // (1)
        ArrayPool<char>.Shared.Return(room);
        return cut;
    }

    /// <summary>The base of a subject in which it was found before.</summary>
    /// <param name="subject">Decoded.</param>
    /// <param name="cut">What <see cref="Find"/> said; where it cannot be about this subject, it is found anew.</param>
    internal static BaseSubject At(string subject, SubjectCut cut)
    {
        if ((long)cut.Before + cut.After > subject.Length)
            cut = Find(subject);
        if (IsSingleSpaced(subject))
            return new BaseSubject(
                cut.Before + cut.After == 0 ? subject : subject[cut.Before..^cut.After],
                cut.IsReplyOrForward
            );
        var room = ArrayPool<char>.Shared.Rent(subject.Length);
        var length = WithSingleSpaces(subject, room);
        var isWithin = cut.Before + cut.After <= length;
        var text = isWithin ? new string(room, cut.Before, length - cut.Before - cut.After) : "";
        ArrayPool<char>.Shared.Return(room);
        return isWithin ? new BaseSubject(text, cut.IsReplyOrForward) : Of(subject);
    }

    static bool IsSingleSpaced(ReadOnlySpan<char> subject) =>
        subject.IndexOfAny(Folds) < 0 && subject.IndexOf("  ") < 0;

    static SubjectCut FindIn(ReadOnlySpan<char> text)
    {
        var rest = Strip(text, out var isReply);
        return text.Overlaps(rest, out var before)
            ? new SubjectCut(before, text.Length - before - rest.Length, isReply)
            : new SubjectCut(text.Length, 0, isReply);
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

/// <summary>What <see cref="BaseSubject"/> takes away of a subject in which white space is single spaces.</summary>
/// <param name="Before">Characters before the base.</param>
/// <param name="After">Characters behind it.</param>
/// <param name="IsReplyOrForward">As in <see cref="BaseSubject"/>.</param>
readonly record struct SubjectCut(int Before, int After, bool IsReplyOrForward);
