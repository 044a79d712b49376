using System.Buffers;
using System.Globalization;
using System.Text.Unicode;
using Cloud.Listener.Hosting.Abuse;

namespace Cloud.Listener.Smtp;

/// <summary>A reply: code, enhanced status code and text (RFC 5321 §4.2, RFC 2034 §4).</summary>
/// <param name="Detail">Subject and detail of the enhanced status code, whose class is the code's own first digit, so
/// that 4xx with 5.x.x cannot be written; empty for the replies that carry none.</param>
/// <param name="Text">ASCII; a newline begins the reply's next line.</param>
readonly record struct Reply(int Code, string Detail, string Text)
{
    /// <summary>Nothing to say: the peer is gone.</summary>
    public static readonly Reply Silence = new(0, "", "") { Closes = true };

    /// <summary>Nothing to say: the answer is out already.</summary>
    public static readonly Reply Nothing = new(0, "", "");

    /// <summary>The connection ends after it.</summary>
    public bool Closes { get; init; } = Code is 221 or 421;

    /// <summary>What a stranger has done who hears this; null where it is nobody's fault.</summary>
    public Offence? Offence { get; init; } = Code >= 500 ? Hosting.Abuse.Offence.Error : null;

    public bool IsError => Code >= 500;

    public override string ToString() => Detail.Length == 0 ? $"{Code} {Text}" : $"{Code} {Code / 100}.{Detail} {Text}";

    public void WriteTo(IBufferWriter<byte> output)
    {
        if (Code == 0)
            return;
        var rest = Text.AsSpan();
        while (rest.IndexOf('\n') is >= 0 and var end)
        {
            WriteLine(output, '-', rest[..end]);
            rest = rest[(end + 1)..];
        }
        WriteLine(output, ' ', rest);
    }

    void WriteLine(IBufferWriter<byte> output, char separator, ReadOnlySpan<char> text)
    {
        var invariant = CultureInfo.InvariantCulture;
        var span = output.GetSpan((3 * text.Length) + 32);
        int written;
        if (Detail.Length == 0)
            Utf8.TryWrite(span, invariant, $"{Code}{separator}{text}\r\n", out written);
        else
            Utf8.TryWrite(span, invariant, $"{Code}{separator}{Code / 100}.{Detail} {text}\r\n", out written);
        output.Advance(written);
    }
}

/// <summary>A peer's mistake that ends its command, with what it is told.</summary>
sealed class ProtocolException(Reply reply) : Exception(reply.ToString())
{
    public Reply Reply => reply;
}
