using System.Text;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Appending;

/// <summary>Reads <c>1*append-message</c> (RFC 3502 §7, RFC 4469 §5, RFC 6855 §4), a line at a time: literals stand between.</summary>
/// <param name="messages">How many there may be.</param>
sealed class AppendGrammar(int messages)
{
    enum Inside
    {
        Nothing,
        Utf8,
        Catenate,
    }

    Inside inside;
    int begun;
    int parts;

    /// <summary>The command has all it needs.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Reads on to the header of a literal, or to the command's end.</summary>
    public IReadOnlyList<AppendStep> Read(ref ImapReader reader)
    {
        var steps = new List<AppendStep>();
        if (inside == Inside.Utf8)
            reader.ExpectChar(')');
        else if (inside == Inside.Catenate && More(ref reader) && Parts(ref reader, steps))
            return steps;
        inside = Inside.Nothing;
        while (begun == 0 || !reader.AtEnd)
        {
            if (begun == messages)
                throw reader.Expected("the end of the command");
            reader.ExpectSP();
            if (ReadMessage(ref reader, steps))
                return steps;
        }
        IsComplete = true;
        return steps;
    }

    /// <returns>True when the line ends with a literal.</returns>
    bool ReadMessage(ref ImapReader reader, List<AppendStep> steps)
    {
        begun++;
        steps.Add(ExpectOptions(ref reader));
        if (reader.Label("CATENATE"u8))
        {
            reader.ExpectSP();
            reader.ExpectChar('(');
            inside = Inside.Catenate;
            return Parts(ref reader, steps);
        }
        if (reader.Label("UTF8"u8))
        {
            reader.ExpectSP();
            reader.ExpectChar('(');
            reader.ExpectChar('~');
            inside = Inside.Utf8;
        }
        else
        {
            reader.Char('~'); // literal8, which may have NULs (RFC 3516 §4.4): octets are kept as they come anyway.
        }
        steps.Add(new AppendStep.Literal(ExpectLiteral(ref reader), IsWhole: true));
        return true;
    }

    static AppendStep.Message ExpectOptions(ref ImapReader reader)
    {
        var flags = FlagList.None;
        if (reader.Peek('('))
        {
            flags = reader.ExpectFlagList();
            reader.ExpectSP();
        }
        DateTimeOffset? received = null;
        if (reader.Peek('"'))
        {
            received = reader.ExpectDateTime();
            reader.ExpectSP();
        }
        return new(flags, received);
    }

    /// <summary><c>cat-part *(SP cat-part) ")"</c>.</summary>
    /// <returns>True when the line ends with a literal, before the parenthesis.</returns>
    bool Parts(ref ImapReader reader, List<AppendStep> steps)
    {
        do
        {
            if (++parts > ImapLimits.CatenatedParts)
                throw new SyntaxException($"At most {ImapLimits.CatenatedParts} parts");
            var step = ExpectPart(ref reader);
            steps.Add(step);
            if (step is not AppendStep.Url)
                return true;
        } while (More(ref reader));
        inside = Inside.Nothing;
        return false;
    }

    static AppendStep ExpectPart(ref ImapReader reader)
    {
        if (reader.Label("TEXT"u8))
        {
            reader.ExpectSP();
            reader.Char('~');
            return new AppendStep.Literal(ExpectLiteral(ref reader), IsWhole: false);
        }
        if (!reader.Label("URL"u8))
            throw reader.Expected("TEXT or URL");
        reader.ExpectSP();
        return reader.Peek('{')
            ? new AppendStep.UrlLiteral(ExpectLiteral(ref reader))
            : new AppendStep.Url(Encoding.Latin1.GetString(reader.ExpectAString("a URL")));
    }

    /// <returns>False at the parenthesis that ends the parts.</returns>
    static bool More(ref ImapReader reader)
    {
        if (reader.SP())
            return true;
        reader.ExpectChar(')');
        return false;
    }

    static LiteralHeader ExpectLiteral(ref ImapReader reader)
    {
        var literal = reader.ExpectLiteralHeader();
        reader.ExpectEnd();
        return literal;
    }
}
