using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Cloud.Mail;

namespace Cloud.Listener.Smtp;

/// <summary>Reads a command line by RFC 5321's grammar: a bare name tries, <c>Expect</c> insists.</summary>
ref struct SmtpReader(ReadOnlySpan<byte> line)
{
    static readonly Dictionary<string, string> NoParameters = [];
    static readonly SearchValues<byte> HeloOctets = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:"u8
    );

    ReadOnlySpan<byte> rest = line;

    /// <summary>The octets up to the next space or the end, and the spaces after them.</summary>
    public ReadOnlySpan<byte> Word()
    {
        var end = rest.IndexOf((byte)' ');
        var word = end < 0 ? rest : rest[..end];
        rest = rest[word.Length..].TrimStart((byte)' ');
        return word;
    }

    public bool Literal(ReadOnlySpan<byte> text)
    {
        if (rest.Length < text.Length || !Ascii.EqualsIgnoreCase(rest[..text.Length], text))
            return false;
        rest = rest[text.Length..];
        return true;
    }

    public void ExpectLiteral(ReadOnlySpan<byte> text) => Expect(Literal(text), Replies.BadArguments);

    /// <summary>Spaces before the end are passed over, as everybody does.</summary>
    public void ExpectEnd() => Expect(rest.Trim((byte)' ').IsEmpty, Replies.BadArguments);

    /// <summary>EHLO's and HELO's argument: a domain or an address literal (RFC 5321 §4.1.1.1), underscores forgiven.</summary>
    public string ExpectHelo()
    {
        var word = Word();
        Expect(IsHelo(word), Replies.BadArguments);
        ExpectEnd();
        return Encoding.ASCII.GetString(word);
    }

    /// <summary>The rest of the line.</summary>
    public ReadOnlySpan<byte> Rest()
    {
        var taken = rest;
        rest = default;
        return taken;
    }

    /// <summary>Reverse-path: <c>&lt;&gt;</c> or a path (RFC 5321 §4.1.2).</summary>
    public EmailAddress? ExpectReversePath()
    {
        rest = rest.TrimStart((byte)' ');
        if (Literal("<>"u8))
        {
            Expect(rest.IsEmpty || rest[0] == ' ', Replies.BadSender);
            return null;
        }
        return EmailAddress.TryParse(ExpectPath(Replies.BadSender)) ?? throw new ProtocolException(Replies.BadSender);
    }

    /// <summary>Forward-path: a path, or Postmaster without a domain (RFC 5321 §4.1.1.3, §4.5.1).</summary>
    /// <returns>Null for the bare Postmaster.</returns>
    public EmailAddress? ExpectForwardPath()
    {
        var mailbox = ExpectPath(Replies.BadRecipient);
        return mailbox.Equals("postmaster", StringComparison.OrdinalIgnoreCase)
            ? null
            : EmailAddress.TryParse(mailbox) ?? throw new ProtocolException(Replies.BadRecipient);
    }

    /// <summary>Mail-parameters or Rcpt-parameters to the end of the line (RFC 5321 §4.1.2), by name in any case.</summary>
    /// <returns>Values; empty where there was no equals sign.</returns>
    public Dictionary<string, string> ExpectParameters()
    {
        rest = rest.Trim((byte)' ');
        if (rest.IsEmpty)
            return NoParameters;

        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (!rest.IsEmpty)
        {
            var word = Word();
            var equals = word.IndexOf((byte)'=');
            var name = equals < 0 ? word : word[..equals];
            var value = equals < 0 ? default : word[(equals + 1)..];
            Expect(IsKeyword(name) && IsValue(value) && equals != word.Length - 1, Replies.BadParameter);
            Expect(
                parameters.TryAdd(Encoding.ASCII.GetString(name), Encoding.UTF8.GetString(value)),
                Replies.BadParameter
            );
        }
        return parameters;
    }

    public static bool IsHelo(string text) => IsHelo(Encoding.UTF8.GetBytes(text));

    /// <returns>Null for anything but up to 20 digits.</returns>
    public static long? TrySize(ReadOnlySpan<byte> digits)
    {
        if (digits.Length is 0 or > SmtpLimits.SizeDigits || digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
            return null;
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : long.MaxValue;
    }

    /// <summary><c>"&lt;" [ A-d-l ":" ] Mailbox "&gt;"</c>; the source route is ignored (RFC 5321 §4.1.2, appendix C).</summary>
    string ExpectPath(Reply otherwise)
    {
        rest = rest.TrimStart((byte)' ');
        Expect(Literal("<"u8), otherwise);
        if (!rest.IsEmpty && rest[0] == '@')
        {
            var colon = rest.IndexOfAny((byte)':', (byte)'>', (byte)' ');
            Expect(colon > 0 && rest[colon] == ':', otherwise);
            rest = rest[(colon + 1)..];
        }

        var end = PathEnd(rest);
        Expect(end > 0 && (end + 1 == rest.Length || rest[end + 1] == ' '), otherwise);
        var mailbox = rest[..end];
        Expect(Utf8.IsValid(mailbox) && mailbox.IndexOfAnyInRange((byte)0, (byte)31) < 0, otherwise);
        rest = rest[(end + 1)..];
        return Encoding.UTF8.GetString(mailbox);
    }

    /// <summary>The first closing bracket outside a quoted string; -1 when there is none.</summary>
    static int PathEnd(ReadOnlySpan<byte> path)
    {
        var quoted = false;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '"')
                quoted = !quoted;
            else if (path[i] == '\\' && quoted)
                i++;
            else if (path[i] == '>' && !quoted)
                return i;
        }
        return -1;
    }

    static bool IsHelo(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > SmtpLimits.Domain)
            return false;
        return text[0] == '['
            ? text.Length > 2 && text[^1] == ']' && !text[1..^1].ContainsAnyExcept(HeloOctets)
            : !text.ContainsAnyExcept(HeloOctets);
    }

    /// <summary>esmtp-keyword: letters, digits and hyphens.</summary>
    static bool IsKeyword(ReadOnlySpan<byte> name)
    {
        foreach (var octet in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)octet) && octet != '-')
                return false;
        }
        return name.Length > 0 && name[0] != '-';
    }

    /// <summary>esmtp-value: anything but controls, space and <c>=</c>; UTF-8 beyond ASCII (RFC 6531 §3.3).</summary>
    static bool IsValue(ReadOnlySpan<byte> value) =>
        value.IndexOfAnyInRange((byte)0, (byte)' ') < 0
        && value.IndexOfAny((byte)'=', (byte)127) < 0
        && Utf8.IsValid(value);

    static void Expect(bool held, Reply otherwise)
    {
        if (!held)
            throw new ProtocolException(otherwise);
    }
}
