using System.Buffers;

namespace Cloud.Mail.Headers;

/// <summary>A structured Content-* value: a token or two, then parameters. RFC 2045 §5.1, RFC 2183 §2, RFC 2231.</summary>
/// <remarks>Lenient: comments anywhere, values with spaces or unclosed quotes, missing semicolons' leftovers skipped.</remarks>
static class ContentValue
{
    /// <summary>Parameters taken of one field: generous, a normal one has three.</summary>
    const int MaxParameters = 1_000;

    static readonly SearchValues<byte> TokenEnd = SearchValues.Create(" \t();,\"=/<>@:\\"u8);
    static readonly SearchValues<byte> TypeEnd = SearchValues.Create(" \t();,\"=<>@:\\"u8);

    /// <summary>Content-Type. Nil type if the value is not type/subtype.</summary>
    public static (Octets Type, Octets Subtype, IReadOnlyList<Parameter> Parameters) Media(Octets value)
    {
        var reader = new Cursor(value);
        var type = reader.Token(TokenEnd);
        var subtype = reader.TrySlash() ? reader.Subtype() : default; // with spaces around the slash as in RFC 822 times
        return type.IsNilOrEmpty || subtype.IsNilOrEmpty
            ? (default, default, reader.Parameters())
            : (type, subtype, reader.Parameters());
    }

    public static Disposition? Disposition(Octets value)
    {
        var reader = new Cursor(value);
        var type = reader.Token(TokenEnd);
        return type.IsNilOrEmpty ? null : new Disposition(type, reader.Parameters());
    }

    /// <summary>A lone token, such as a transfer encoding; nil if there is none.</summary>
    public static Octets Token(Octets value)
    {
        if (value.IsNilOrEmpty)
            return default;
        var token = new Cursor(value).Token(TokenEnd);
        return token.IsNilOrEmpty ? default : token;
    }

    /// <summary>Content-Language: tokens with commas between. RFC 3282 §2.</summary>
    public static IReadOnlyList<Octets> Tokens(Octets value)
    {
        if (value.IsNilOrEmpty)
            return [];
        var tokens = new PooledList<Octets>();
        var reader = new Cursor(value);
        while (!reader.AtEnd && tokens.Count < MaxParameters)
        {
            var token = reader.Token(TokenEnd);
            if (!token.IsNilOrEmpty)
                tokens.Add(token);
            reader.SkipOne();
        }

        return tokens.Take();
    }

    ref struct Cursor(Octets text)
    {
        readonly ReadOnlySpan<byte> bytes = text.Span;
        int at;
        bool commentsEnd;

        public readonly bool AtEnd => at >= bytes.Length;

        public void SkipOne() => at++;

        public Octets Token(SearchValues<byte> ends)
        {
            SkipSpace();
            var start = at;
            var length = bytes[at..].IndexOfAny(ends);
            at = length < 0 ? bytes.Length : at + length;
            return text.Slice(start, at - start);
        }

        public IReadOnlyList<Parameter> Parameters()
        {
            var found = new PooledList<Parameter>();
            var pieces = false;
            while (found.Count < MaxParameters && NextParameter(out var parameter))
            {
                found.Add(parameter);
                pieces |= Continuations.IsPiece(parameter.Name.Span);
            }

            return pieces ? Continuations.Join(found.Take()) : found.Take();
        }

        public bool TrySlash()
        {
            SkipSpace();
            if (AtEnd || bytes[at] != '/')
                return false;
            at++;
            return true;
        }

        /// <summary>Nil if what follows is the name of a parameter.</summary>
        public Octets Subtype()
        {
            var start = at;
            var subtype = Token(TypeEnd);
            if (AtEnd || bytes[at] != '=')
                return subtype;
            at = start;
            return default;
        }

        /// <remarks>Semicolons may be missing, as they are in mail of some senders: what counts is name=.</remarks>
        bool NextParameter(out Parameter parameter)
        {
            parameter = default;
            while (true)
            {
                SkipSpace();
                if (AtEnd)
                    return false;
                var name = Token(TokenEnd);
                SkipSpace();
                if (!name.IsNilOrEmpty && !AtEnd && bytes[at] == '=')
                {
                    at++;
                    parameter = new Parameter(name, Value());
                    return true;
                }

                if (!AtEnd && bytes[at] == '"')
                    Quoted();
                else if (name.IsNilOrEmpty)
                    SkipToSemicolon();
            }
        }

        void SkipToSemicolon()
        {
            var semicolon = at < bytes.Length ? bytes[at..].IndexOf((byte)';') : -1;
            at = semicolon < 0 ? bytes.Length : at + semicolon + 1;
        }

        Octets Value()
        {
            SkipSpace();
            if (!AtEnd && bytes[at] == '"')
                return Quoted();

            // Not a token only, as the grammar has it: unquoted names of files with spaces are common.
            var start = at;
            var end = bytes[at..].IndexOf((byte)';');
            at = end < 0 ? bytes.Length : at + end;
            if (MissingSemicolon(bytes[start..at]) is var missing and >= 0)
                at = start + missing;
            var value = text.Slice(start, at - start);
            var comment = commentsEnd ? -1 : value.Span.IndexOf(" ("u8);
            if (comment >= 0)
                value = value.Slice(0, comment);
            return value.Slice(0, value.Span.TrimEnd(" \t"u8).Length);
        }

        /// <summary>Where white space is followed by <c>name=</c>; -1 if nowhere.</summary>
        static int MissingSemicolon(ReadOnlySpan<byte> value)
        {
            for (var i = 0; i < value.Length; )
            {
                var white = value[i..].IndexOfAny((byte)' ', (byte)'\t');
                if (white < 0)
                    return -1;
                var gap = i + white;
                i = gap + value[gap..].Length - value[gap..].TrimStart(" \t"u8).Length;
                var name = value[i..].IndexOfAny(TokenEnd);
                if (name > 0 && value[i + name] == '=')
                    return gap;
                i += Math.Max(name, 0);
                if (name < 0)
                    return -1;
                if (name == 0)
                    i++;
            }

            return -1;
        }

        Octets Quoted()
        {
            var start = ++at;
            while (at < bytes.Length && bytes[at] != '"')
                at += bytes[at] == '\\' ? 2 : 1;
            var end = Math.Min(at, bytes.Length);
            at = Math.Min(at + 1, bytes.Length);
            var inner = text.Slice(start, end - start);
            return inner.Span.Contains((byte)'\\') ? AddressText.WithoutBackslashes(inner) : inner;
        }

        void SkipSpace()
        {
            while (!AtEnd)
            {
                if (bytes[at] is (byte)' ' or (byte)'\t')
                    at++;
                else if (bytes[at] != '(' || !SkipComment())
                    return;
            }
        }

        bool SkipComment()
        {
            if (commentsEnd)
                return false;
            var depth = 0;
            for (var i = at; i < bytes.Length; i++)
            {
                if (bytes[i] == '\\')
                    i++;
                else if (bytes[i] == '(')
                    depth++;
                else if (bytes[i] == ')' && --depth == 0)
                {
                    at = i + 1;
                    return true;
                }
            }

            return !(commentsEnd = true);
        }
    }
}
