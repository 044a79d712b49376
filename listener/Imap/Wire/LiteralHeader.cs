namespace Cloud.Listener.Imap.Wire;

/// <summary>The <c>{size}</c> or <c>{size+}</c> at the end of a line that says so many octets follow.</summary>
/// <param name="Start">Where its brace stands in the text.</param>
/// <param name="Waits">A synchronising literal: the client waits for our go-ahead (RFC 7888 §3).</param>
readonly record struct LiteralHeader(int Start, long Size, bool Waits)
{
    /// <summary>Looks for a literal header at the end of <paramref name="text"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out LiteralHeader literal)
    {
        literal = default;
        if (text.Length < 3 || text[^1] != '}')
            return false;
        var digits = text[..^1];
        var waits = digits[^1] != '+';
        if (!waits)
            digits = digits[..^1];
        var brace = digits.LastIndexOf((byte)'{');
        if (brace < 0 || !TryNumber(digits[(brace + 1)..], out var size))
            return false;
        literal = new LiteralHeader(brace, size, waits);
        return true;
    }

    /// <summary>At most 18 digits: every such number fits, and none so large is ever accepted.</summary>
    static bool TryNumber(ReadOnlySpan<byte> digits, out long number)
    {
        number = 0;
        if (digits.IsEmpty || digits.Length > 18)
            return false;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
                return false;
            number = number * 10 + (digit - '0');
        }
        return true;
    }
}
