using System.Buffers;
using Cloud.Mail.Charsets;

namespace Cloud.Mail.Headers;

/// <summary>What a server found out about a message's origin, as it wrote it down. RFC 8601 §2.2.</summary>
/// <remarks>Anybody may have written it: only a field whose <see cref="Server"/> one trusts means anything (§5).</remarks>
/// <param name="Server">authserv-id: who says so.</param>
/// <param name="Version">Of the syntax; 1 unless it says otherwise.</param>
/// <param name="Results">Empty for <c>none</c>: nothing was checked.</param>
public sealed record AuthenticationResults(string Server, int Version, IReadOnlyList<AuthenticationResult> Results)
{
    /// <summary>Results, and properties of each, taken of one field; usual ones have under ten.</summary>
    const int MaxItems = 100;

    /// <summary>Octets looked at of a field; real ones have under 4 KiB.</summary>
    const int MaxLength = 64 * 1024;

    static readonly SearchValues<byte> WordEnd = SearchValues.Create(" \t();=/\""u8);

    /// <summary>A pvalue may hold <c>/</c> and <c>=</c> in the wild (header.b, smtp.mailfrom).</summary>
    static readonly SearchValues<byte> ValueEnd = SearchValues.Create(" \t(;\""u8);

    /// <param name="value">What follows the colon, folded or not.</param>
    /// <returns>Null if there is no authserv-id. A result that makes no sense is left out, the others stay.</returns>
    public static AuthenticationResults? Parse(ReadOnlySpan<byte> value)
    {
        var reader = new StructuredReader(HeaderText.Unfold(value[..Math.Min(value.Length, MaxLength)]));
        var server = Word(ref reader, ValueEnd);
        if (server.Length == 0)
            return null;
        reader.SkipSpace();
        var version = int.TryParse(Word(ref reader, WordEnd), out var number) ? number : 1;
        var results = new List<AuthenticationResult>();
        while (results.Count < MaxItems && NextStatement(ref reader))
        {
            if (ReadResult(ref reader) is { } result)
                results.Add(result);
        }

        return new AuthenticationResults(server, version, results);
    }

    /// <summary>method [/ version] = result [reason = value] *(ptype . property = pvalue).</summary>
    static AuthenticationResult? ReadResult(ref StructuredReader reader)
    {
        var method = Word(ref reader, WordEnd).ToLowerInvariant();
        reader.SkipSpace();
        if (reader.TrySkip((byte)'/'))
            Word(ref reader, WordEnd); // the method's version, of which there has only ever been 1
        if (method.Length == 0 || !TryEquals(ref reader))
            return null;
        var result = Word(ref reader, WordEnd).ToLowerInvariant();
        if (result.Length == 0)
            return null;

        string? reason = null;
        var properties = new List<AuthenticationProperty>();
        while (properties.Count < MaxItems && NextWord(ref reader))
        {
            var name = Word(ref reader, WordEnd);
            reader.SkipSpace();
            if (name.Length > 0 && reader.TrySkip((byte)'.')) // a comment may stand beside the dot
                name = $"{name}.{Word(ref reader, WordEnd)}";
            if (!TryEquals(ref reader))
                continue;
            var text = Word(ref reader, ValueEnd);
            if (name.Equals("reason", StringComparison.OrdinalIgnoreCase))
                reason ??= text;
            else
                properties.Add(new(name.ToLowerInvariant(), text));
        }

        return new AuthenticationResult(method, result, reason, properties);
    }

    static bool TryEquals(ref StructuredReader reader)
    {
        reader.SkipSpace();
        return reader.TrySkip((byte)'=');
    }

    /// <summary>Behind the next semicolon, quoted ones aside.</summary>
    static bool NextStatement(ref StructuredReader reader)
    {
        while (NextWord(ref reader))
        {
            if (!reader.TryQuoted(out _) && reader.Until(ValueEnd).IsEmpty)
                reader.SkipOne();
        }

        return reader.TrySkip((byte)';');
    }

    /// <summary>At something that is neither the end nor a semicolon.</summary>
    static bool NextWord(ref StructuredReader reader)
    {
        reader.SkipSpace();
        while (reader.Next is (byte)'=' or (byte)')' or (byte)'/')
        {
            reader.SkipOne();
            reader.SkipSpace();
        }

        return !reader.AtEnd && reader.Next != ';';
    }

    /// <summary>A token or a quoted string; a local part in quotes goes on behind them.</summary>
    static string Word(ref StructuredReader reader, SearchValues<byte> ends)
    {
        reader.SkipSpace();
        if (!reader.TryQuoted(out var quoted))
        {
            var word = Charset.Guess(reader.Until(ends));
            if (word.Length == 0 && reader.Next is (byte)'"' or (byte)'(')
                reader.SkipOne(); // never closed
            return word;
        }

        var text = Charset.Guess(AddressText.Unescape(Octets.Copy(quoted)).Span);
        return reader.Next == '@' ? $"{text}{Charset.Guess(reader.Until(ends))}" : text;
    }
}

/// <summary>One method's verdict. RFC 8601 §2.7.</summary>
/// <param name="Method">In lower case: <c>spf</c>, <c>dkim</c>, <c>dmarc</c>, <c>auth</c>, <c>arc</c>, ….</param>
/// <param name="Result">In lower case: <c>pass</c>, <c>fail</c>, <c>none</c>, ….</param>
/// <param name="Reason">In the writer's words; null if there is none.</param>
/// <param name="Properties">What was checked, in the order of the field.</param>
public sealed record AuthenticationResult(
    string Method,
    string Result,
    string? Reason,
    IReadOnlyList<AuthenticationProperty> Properties
)
{
    /// <summary>The value of a property (<c>header.d</c>); null if there is none.</summary>
    public string? Property(string name)
    {
        foreach (var property in Properties)
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        }

        return null;
    }
}

/// <param name="Name">ptype and property with their dot, in lower case: <c>smtp.mailfrom</c>.</param>
/// <param name="Value">Quotes removed.</param>
public readonly record struct AuthenticationProperty(string Name, string Value);
