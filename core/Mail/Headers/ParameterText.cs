using Cloud.Mail.Charsets;
using Cloud.Mail.Encodings;

namespace Cloud.Mail.Headers;

/// <summary>A parameter's value as text. RFC 2231 §4.</summary>
/// <param name="Text">Decoded.</param>
/// <param name="Language">As RFC 2231 gives it (<c>en-us</c>); empty if none.</param>
public readonly record struct ParameterText(string Text, string Language)
{
    /// <summary>The file name of a part: Content-Disposition's filename, else Content-Type's name (RFC 2183 §2.3).</summary>
    /// <returns>Null if it has none. The sender chose it: it may hold slashes, and more.</returns>
    public static string? FileName(BodyPart part) =>
        Filled(Find(part.Disposition?.Parameters ?? [], "filename")) ?? Filled(Find(part.Parameters, "name"));

    static string? Filled(ParameterText? name) => name is { Text.Length: > 0 } ? name.Value.Text : null;

    /// <summary>The parameter of that name, in any case; its RFC 2231 form goes before a plain one.</summary>
    /// <param name="parameters">Continuations joined, as an index has them.</param>
    /// <param name="name">ASCII, without <c>*</c>.</param>
    /// <param name="hint">The charset to guess for undeclared text that is not UTF-8.</param>
    public static ParameterText? Find(IReadOnlyList<Parameter> parameters, string name, string? hint = null)
    {
        Parameter? plain = null;
        for (var i = 0; i < parameters.Count; i++)
        {
            var candidate = parameters[i].Name.Span;
            if (!candidate.IsEmpty && candidate[^1] == '*' && System.Text.Ascii.EqualsIgnoreCase(candidate[..^1], name))
                return Decode(parameters[i], hint);
            if (plain is null && System.Text.Ascii.EqualsIgnoreCase(candidate, name))
                plain = parameters[i];
        }

        return plain is { } found ? Decode(found, hint) : null;
    }

    /// <remarks>
    /// A plain value may hold encoded words, which RFC 2047 §5 forbids and many senders write, or raw octets. Escapes
    /// that are none stay as they stand.
    /// </remarks>
    public static ParameterText Decode(Parameter parameter, string? hint = null)
    {
        var value = parameter.Value.Span;
        if (parameter.Name.IsNilOrEmpty || parameter.Name.Span[^1] != '*')
            return new ParameterText(EncodedWords.Decode(value, hint), "");

        var first = value.IndexOf((byte)'\'');
        var second = first < 0 ? -1 : value[(first + 1)..].IndexOf((byte)'\'');
        if (second < 0) // charset and language are missing
            return new ParameterText(Charset.Guess(Unescape(value), hint), "");

        var charset = new Octets(value[..first].ToArray()).ToString();
        var language = new Octets(value.Slice(first + 1, second).ToArray()).ToString();
        return new ParameterText(Charset.Decode(charset, Unescape(value[(first + second + 2)..]), hint), language);
    }

    static byte[] Unescape(ReadOnlySpan<byte> value)
    {
        var octets = new byte[value.Length];
        var length = 0;
        for (var i = 0; i < value.Length; i++)
        {
            var octet = value[i];
            if (octet == '%' && i + 2 < value.Length && Hex.TryOctet(value[i + 1], value[i + 2], out var escaped))
            {
                octet = escaped;
                i += 2;
            }

            octets[length++] = octet;
        }

        return octets.AsSpan(0, length).ToArray();
    }
}
