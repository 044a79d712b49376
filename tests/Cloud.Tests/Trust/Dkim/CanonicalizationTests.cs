using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Cloud.Mail.Headers;
using Cloud.Trust.Dkim;

namespace Cloud.Tests.Trust.Dkim;

public sealed class CanonicalizationTests
{
    /// <summary>RFC 6376 §3.4.5.</summary>
    const string Header = "A: X\r\nB : Y\t\r\n\tZ  \r\n";
    const string Body = " C \r\nD \t E\r\n\r\n\r\n";

    [Theory]
    [InlineData(Canonicalization.Relaxed, "a:X\r\nb:Y Z\r\n")]
    [InlineData(Canonicalization.Simple, Header)]
    public void The_header_of_the_standard_comes_out(Canonicalization form, string expected) =>
        Assert.Equal(expected, HeaderIn(form, Header));

    [Theory]
    [InlineData(Canonicalization.Relaxed, "Subject:\r\n", "subject:\r\n")]
    [InlineData(Canonicalization.Relaxed, "SUBJect \t:  \t a\r\n \r\n\t b\t\r\n", "subject:a b\r\n")]
    [InlineData(Canonicalization.Relaxed, "X: a\n b\n", "x:a b\r\n")]
    [InlineData(Canonicalization.Relaxed, "X: a\rb", "x:a\rb\r\n")]
    [InlineData(Canonicalization.Simple, "X: a", "X: a\r\n")]
    public void Odd_fields_have_a_canonical_form(Canonicalization form, string field, string expected) =>
        Assert.Equal(expected, HeaderIn(form, field));

    [Theory]
    [InlineData(Canonicalization.Relaxed, Body, " C\r\nD E\r\n")]
    [InlineData(Canonicalization.Simple, Body, " C \r\nD \t E\r\n")]
    [InlineData(Canonicalization.Relaxed, "", "")]
    [InlineData(Canonicalization.Simple, "", "\r\n")]
    [InlineData(Canonicalization.Relaxed, "\r\n\r\n \t\r\n", "")]
    [InlineData(Canonicalization.Simple, "\r\n\r\n", "\r\n")]
    [InlineData(Canonicalization.Relaxed, "a", "a\r\n")]
    [InlineData(Canonicalization.Simple, "a", "a\r\n")]
    [InlineData(Canonicalization.Relaxed, "a \t", "a\r\n")]
    [InlineData(Canonicalization.Simple, "a \t", "a \t\r\n")]
    [InlineData(Canonicalization.Relaxed, "\r\n \r\na\t\tb", "\r\n\r\na b\r\n")]
    [InlineData(Canonicalization.Relaxed, "a\rb \r\r\nc\nd \n", "a\rb \r\r\nc\nd \n\r\n")]
    [InlineData(Canonicalization.Simple, "a\r\r\n\n\r\n\r", "a\r\r\n\n\r\n\r\r\n")]
    public void A_body_has_its_canonical_form_however_it_is_cut(Canonicalization form, string body, string expected)
    {
        for (var piece = 1; piece <= body.Length + 1; piece++)
            AssertBody(form, Encoding.Latin1.GetBytes(body), piece, Encoding.Latin1.GetBytes(expected));
    }

    [Fact]
    public void Random_bodies_come_to_what_a_plain_reading_of_the_standard_says()
    {
        var random = new Random(6376);
        for (var round = 0; round < 3000; round++)
        {
            var body = random.GetItems(" \t\r\n\n\rab"u8.ToArray(), random.Next(60));
            if (round % 2 == 0)
                body = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(body).Replace("a", "\r\n"));
            var text = Encoding.Latin1.GetString(body);
            AssertBody(Canonicalization.Relaxed, body, random.Next(1, 9), Encoding.Latin1.GetBytes(PlainRelaxed(text)));
            AssertBody(Canonicalization.Simple, body, random.Next(1, 9), Encoding.Latin1.GetBytes(PlainSimple(text)));
        }
    }

    [Fact]
    public void Many_empty_lines_are_counted_not_kept()
    {
        var lines = new byte[200_000];
        for (var i = 0; i < lines.Length; i += 2)
            (lines[i], lines[i + 1]) = ((byte)'\r', (byte)'\n');
        AssertBody(Canonicalization.Simple, lines, 4096, "\r\n"u8.ToArray());
        AssertBody(Canonicalization.Relaxed, [.. lines, (byte)'a'], 4096, [.. lines, .. "a\r\n"u8]);
    }

    [Fact]
    public void Hashing_a_body_allocates_nothing_for_its_octets()
    {
        var chunk = DkimHarness.Message(
            string.Concat(Enumerable.Repeat("Some  words \t of a line \r\n\r\n=3D abc\r\n", 1000))
        );
        foreach (var form in (Canonicalization[])[Canonicalization.Relaxed, Canonicalization.Simple])
        {
            using var body = new CanonicalBody(form);
            body.Hash(null);
            body.Hash(1000);
            body.Write(chunk);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 50; i++)
                body.Write(chunk);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    static string PlainSimple(string body)
    {
        while (body.EndsWith("\r\n", StringComparison.Ordinal))
            body = body[..^2];
        return body + "\r\n";
    }

    static string PlainRelaxed(string body)
    {
        var lines = body.Split("\r\n").Select(line => string.Join(' ', Words(line)).TrimEnd(' '));
        var text = string.Join("\r\n", lines);
        while (text.EndsWith("\r\n", StringComparison.Ordinal))
            text = text[..^2];
        return text.Length > 0 ? text + "\r\n" : "";
    }

    /// <summary>What is between runs of white space; empty before one at the start and after one at the end.</summary>
    static string[] Words(string line) => System.Text.RegularExpressions.Regex.Split(line, "[ \t]+");

    static string HeaderIn(Canonicalization form, string header)
    {
        var text = new ArrayBufferWriter<byte>();
        foreach (var field in new HeaderReader(Encoding.Latin1.GetBytes(header)))
            CanonicalHeader.Write(field, form, text);
        return Encoding.Latin1.GetString(text.WrittenSpan);
    }

    static void AssertBody(Canonicalization form, byte[] body, int piece, byte[] expected)
    {
        using var canonical = new CanonicalBody(form);
        var whole = canonical.Hash(null);
        var first = canonical.Hash(5);
        foreach (var some in body.Chunk(piece))
            canonical.Write(some);
        canonical.Complete();
        var told = $"{form} of {Convert.ToHexString(body.AsSpan(0, Math.Min(80, body.Length)))} by {piece}";
        Assert.True(expected.Length == canonical.Length, told);
        Assert.True(SHA256.HashData(expected).AsSpan().SequenceEqual(whole.Value), told);
        Assert.Equal(SHA256.HashData(expected.AsSpan(0, Math.Min(5, expected.Length))), first.Value);
    }
}
