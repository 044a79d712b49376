using Cloud.Mail.Charsets;

namespace Cloud.Mail.Bodies;

/// <summary>text/plain with format=flowed, its paragraphs on one line each again. RFC 3676.</summary>
public static class FlowedText
{
    /// <param name="text">Lines end in CRLF or LF.</param>
    /// <param name="delSp">delsp=yes: the space that marks a soft line break is no part of the text (§4.1).</param>
    /// <returns>Lines end in LF; quoted ones begin with as many <c>&gt;</c> as they were quoted times, and a space
    /// unless they are empty.</returns>
    public static string Unflow(string text, bool delSp)
    {
        var unflowed = new PooledText(text.Length);
        Append(text, delSp, ref unflowed);
        return unflowed.Take();
    }

    /// <summary>As <see cref="Unflow"/>, into <paramref name="unflowed"/>.</summary>
    internal static void Append(ReadOnlySpan<char> text, bool delSp, ref PooledText unflowed)
    {
        var open = -1; // quote depth of a paragraph that goes on
        var rest = text;
        while (!rest.IsEmpty)
        {
            var line = NextLine(ref rest, out var isEnded);
            var depth = line is ['>', ..] ? Depth(line) : 0;
            line = line[depth..];
            if (line is [' ', ..])
                line = line[1..]; // space-stuffed: §4.4

            var isSignature = line is "-- "; // never flows: §4.3
            var joins = open == depth && !isSignature;
            if (open >= 0 && !joins)
                unflowed.Append("\n"); // §4.5: a paragraph cannot change its depth
            if (!joins && depth > 0)
            {
                unflowed.Room(depth)[..depth].Fill('>');
                unflowed.Advance(depth);
                if (!line.IsEmpty)
                    unflowed.Append(" ");
            }

            var isFlowed = line is [.., ' '] && !isSignature;
            unflowed.Append(isFlowed && delSp ? line[..^1] : line);
            open = isFlowed ? depth : -1;
            if (!isFlowed && isEnded)
                unflowed.Append("\n");
        }
    }

    static int Depth(ReadOnlySpan<char> line) => line.IndexOfAnyExcept('>') is >= 0 and var depth ? depth : line.Length;

    static ReadOnlySpan<char> NextLine(ref ReadOnlySpan<char> rest, out bool isEnded)
    {
        var lf = rest.IndexOf('\n');
        isEnded = lf >= 0;
        var line = isEnded ? rest[..lf] : rest;
        rest = isEnded ? rest[(lf + 1)..] : [];
        return line is [.., '\r'] ? line[..^1] : line;
    }
}
