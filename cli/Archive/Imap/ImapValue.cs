using System.Globalization;
using System.Text;

namespace Cloud.Cli.Archive.Imap;

/// <summary>A part of a response (RFC 9051 §4): an atom, a string, a literal or a list.</summary>
abstract record ImapValue
{
    public sealed record Atom(string Text) : ImapValue;

    /// <summary>A quoted string.</summary>
    public sealed record Quoted(string Text) : ImapValue;

    /// <summary>A literal; the response owns it.</summary>
    public sealed record Literal(Spool Content) : ImapValue;

    public sealed record Items(IReadOnlyList<ImapValue> Values) : ImapValue;

    /// <summary>An atom's or a string's text; null for what has none.</summary>
    public async ValueTask<string?> TextAsync(CancellationToken cancel)
    {
        switch (this)
        {
            case Atom atom:
                return atom.Text;
            case Quoted quoted:
                return quoted.Text;
            case Literal { Content: { Length: <= ImapReader.MaxText } content }:
                using (var reader = new StreamReader(content.Open(), Encoding.UTF8))
                    return await reader.ReadToEndAsync(cancel);
            default:
                return null;
        }
    }

    public ulong? Number =>
        this is Atom atom && ulong.TryParse(atom.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    public bool Is(string word) => this is Atom atom && atom.Text.Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A whole response: its lines with the literals between them.</summary>
sealed record ImapResponse(IReadOnlyList<ImapValue> Values, string Text) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        foreach (var literal in Literals(Values))
            await literal.Content.DisposeAsync();
    }

    static IEnumerable<ImapValue.Literal> Literals(IReadOnlyList<ImapValue> values) =>
        values.SelectMany(value =>
            value switch
            {
                ImapValue.Literal literal => [literal],
                ImapValue.Items items => Literals(items.Values),
                _ => Enumerable.Empty<ImapValue.Literal>(),
            }
        );
}

/// <summary>Takes a response apart. A server's slip is an <see cref="ImapException"/>.</summary>
sealed class ImapParser(IReadOnlyList<string> texts, IReadOnlyList<Spool> literals)
{
    /// <summary>Lists within lists: BODYSTRUCTURE is not asked for, so that few are needed.</summary>
    const int MaxDepth = 16;

    int text;
    int at;
    int literal;

    public List<ImapValue> Parse()
    {
        var values = Items(0, isTop: true);
        return values;
    }

    List<ImapValue> Items(int depth, bool isTop)
    {
        if (depth > MaxDepth)
            throw new ImapException("A response has lists within lists within lists");
        var values = new List<ImapValue>();
        while (true)
        {
            if (at == texts[text].Length)
            {
                if (text + 1 == texts.Count)
                    return isTop ? values : throw new ImapException("A response ends within a list");
                (text, at) = (text + 1, 0);
                values.Add(new ImapValue.Literal(literals[literal++]));
                continue;
            }
            switch (texts[text][at])
            {
                case ' ':
                    at++;
                    break;
                case '(':
                    at++;
                    values.Add(new ImapValue.Items(Items(depth + 1, isTop: false)));
                    break;
                case ')':
                    at++;
                    if (!isTop)
                        return values;
                    break;
                case '"':
                    values.Add(QuotedText());
                    break;
                default:
                    values.Add(AtomText());
                    break;
            }
        }
    }

    ImapValue.Quoted QuotedText()
    {
        var (line, quoted) = (texts[text], new StringBuilder());
        for (at++; at < line.Length && line[at] != '"'; at++)
        {
            if (line[at] == '\\' && at + 1 < line.Length)
                at++;
            quoted.Append(line[at]);
        }
        if (at == line.Length)
            throw new ImapException("A response ends within a string");
        at++;
        return new(quoted.ToString());
    }

    /// <summary>With brackets, a space may be within: <c>BODY[HEADER.FIELDS (DATE)]</c>.</summary>
    ImapValue.Atom AtomText()
    {
        var (line, start, inBrackets) = (texts[text], at, false);
        for (; at < line.Length; at++)
        {
            var c = line[at];
            if (c == '[')
                inBrackets = true;
            else if (c == ']')
                inBrackets = false;
            else if (!inBrackets && c is ' ' or '(' or ')')
                break;
        }
        return new(line[start..at]);
    }
}

/// <summary>The other server answers what it should not, or says no.</summary>
class ImapException(string message, Exception? cause = null) : IOException(message, cause);

/// <summary>It says no (RFC 9051 §7.1.2, §7.1.3): the connection goes on.</summary>
sealed class ImapRefusedException(string message) : ImapException(message);
