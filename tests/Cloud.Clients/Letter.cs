using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Cloud.Clients;

/// <summary>A message as it is handed over. Its first line names it, so that it is found below the trace headers.</summary>
public sealed record Letter(string Name, byte[] Bytes)
{
    static readonly byte[] Mark = "X-Letter: "u8.ToArray();

    public string Sha256 => Hash(Bytes);

    /// <param name="rest">The header's other lines, the empty line and the body, with \n for CRLF.</param>
    public static Letter Of(string name, string rest) =>
        new(
            name,
            Encoding.Latin1.GetBytes($"X-Letter: {name}\n{rest}".Replace("\n", "\r\n", StringComparison.Ordinal))
        );

    /// <summary>A plain one.</summary>
    public static Letter Plain(string name) =>
        Of(
            name,
            $"""
            From: Bob <bob@example.test>
            To: alice@example.test
            Subject: letter {name}
            Date: Sun, 22 Nov 2026 08:00:00 +0000
            Message-ID: <{name}@example.test>

            This is letter {name}.

            """
        );

    /// <summary>One of many, of any size up to 100 KB, the same again for the same number.</summary>
    public static Letter Numbered(int number)
    {
        var random = new Random(number);
        var lines = Enumerable
            .Range(0, random.Next(random.Next(1, 1300)))
            .Select(_ => new string((char)random.Next('!', '~'), random.Next(76)));
        return Of($"{number}", $"Subject: letter {number}\n\n{string.Join('\n', lines)}\n");
    }

    /// <summary>The ugly ones, all of which SMTP's DATA can carry but <see cref="NoFinalNewline"/>.</summary>
    public static IReadOnlyList<Letter> Ugly { get; } =
    [
        Of("eight-bit", "Subject: Gr\u00fc\u00dfe \xff\xfe\nFrom: b\u00f6b@example.test\n\n\x80\x81 na\u00efve \xff\n"),
        Of("long-line", $"Subject: long\n\n{new string('x', 10_000)}\nafter\n"),
        Of("nuls", "Subject: nuls\n\na\0b\0\0\n\0\n"),
        Of("dots", "Subject: dots\n\n.\n..\n...\n.a\nb.\n. \n.\n"),
        Of("empty-body", "Subject: nothing\n\n"),
        Of("no-body", "Subject: not even the line\n"),
        Of("blank-lines", "Subject: blank\n\n\n\n\n\n"),
        Recipients(),
    ];

    /// <summary>Only BDAT can bring it (RFC 3030), or APPEND.</summary>
    public static Letter NoFinalNewline { get; } = Of("no-final-newline", "Subject: open end\n\nno end");

    /// <summary>Those that IMAP carries, but SMTP need not: with all octets there are, and with no end.</summary>
    public static IReadOnlyList<Letter> Odd { get; } =
    [
        .. Ugly,
        Of("utf-8", "Subject: Gr\u00c3\u00bc\u00c3\u009fe\nFrom: b\u00c3\u00b6b@example.test\n\nna\u00c3\u00afve\n"),
        Of("eight-bit-body", "Subject: eight bits\n\n\x80\x81 na\xefve \xff\n"),
        Of("binary", $"Subject: binary\nContent-Transfer-Encoding: binary\n\n{AllButLineEnds()}\n"),
        NoFinalNewline,
    ];

    static string AllButLineEnds() =>
        string.Concat(
            Enumerable.Range(1, 255).Where(octet => octet is not ('\r' or '\n')).Select(octet => (char)octet)
        );

    /// <summary>2,000 recipients' worth of To.</summary>
    static Letter Recipients()
    {
        var to = string.Join(
            ",\n ",
            Enumerable.Range(0, 2000).Select(i => $"Recipient {i} <recipient-{i}@example.test>")
        );
        return Of("2000-recipients", $"To: {to}\nSubject: to everybody\n\nHello.\n");
    }

    /// <summary>With 25 MB in base64.</summary>
    public static Letter Large()
    {
        var attachment = new byte[25_000_000];
        new Random(25).NextBytes(attachment);
        return Of(
            "large",
            $"""
            MIME-Version: 1.0
            Subject: large
            Content-Type: application/octet-stream; name=large.bin
            Content-Transfer-Encoding: base64

            {Convert.ToBase64String(attachment, Base64FormattingOptions.InsertLineBreaks).Replace(
                "\r",
                "",
                StringComparison.Ordinal
            )}

            """
        );
    }

    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    /// <summary>The letter in a stored message, below the headers of its way (RFC 5321 §4.4): Return-Path and Received.</summary>
    public static Letter In(byte[] stored)
    {
        var start = stored.AsSpan().IndexOf(Mark);
        Assert.True(
            start >= 0,
            $"no letter of ours: {Encoding.Latin1.GetString(stored.AsSpan(0, Math.Min(stored.Length, 500)))}"
        );
        foreach (
            var line in Encoding.Latin1.GetString(stored, 0, start).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        )
            Assert.Matches("^(Return-Path: |Received: |[ \t]).*", line);
        var letter = stored.AsSpan(start);
        var end = letter.IndexOfAny((byte)'\r', (byte)'\n');
        return new Letter(Encoding.ASCII.GetString(letter[Mark.Length..end]), letter.ToArray());
    }

    /// <summary>A message without lines of its header that a program has added.</summary>
    public static byte[] Without(byte[] message, params IReadOnlyList<string> headers) =>
        Encoding.Latin1.GetBytes(
            Regex.Replace(
                Encoding.Latin1.GetString(message),
                $"^({string.Join('|', headers)}): .*\n",
                "",
                RegexOptions.Multiline
            )
        );

    /// <summary>As programs of Unix keep messages: lines end in LF.</summary>
    public Letter WithUnixLines() =>
        this with
        {
            Bytes = Encoding.Latin1.GetBytes(
                Encoding.Latin1.GetString(Bytes).Replace("\r\n", "\n", StringComparison.Ordinal)
            ),
        };

    /// <summary>Compares by name and hash, in whatever order.</summary>
    public static void AssertSame(IEnumerable<Letter> expected, IEnumerable<Letter> actual) =>
        Assert.Equal(
            expected.Select(letter => $"{letter.Name} {letter.Bytes.Length} {letter.Sha256}").Order(),
            actual.Select(letter => $"{letter.Name} {letter.Bytes.Length} {letter.Sha256}").Order()
        );
}
