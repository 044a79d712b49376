using System.Text;
using Cloud.Mail.SevenBit;
using Cloud.Tests.Mail.Differential;

namespace Cloud.Tests.Mail.SevenBit;

public sealed class SevenBitConversionTests
{
    const string Head = "From: me@here.example\r\nMIME-Version: 1.0\r\n";

    [Fact]
    public void Text_becomes_quoted_printable_and_keeps_its_charset()
    {
        Assert.Equal(
            Head
                + "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n"
                + "Subject: x\r\n\r\nGr=FC=DFe =3D well=20\r\n",
            Converting.Convert(
                Head
                    + "Content-Type: text/plain; charset=iso-8859-1\r\nContent-transfer-encoding:\r\n 8bit\r\n"
                    + "Subject: x\r\n\r\nGr\u00fc\u00dfe = well \r\n"
            )
        );
    }

    [Fact]
    public void Text_of_other_scripts_and_data_become_base64()
    {
        var text = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("Привет\r\n"));
        var converted = Converting.Convert($"{Head}Content-Transfer-Encoding: 8bit\r\n\r\n{text}");
        Assert.EndsWith("\r\nContent-Transfer-Encoding: base64\r\n\r\n0J/RgNC40LLQtdGCDQo=", converted);
        converted = Converting.Convert($"{Head}Content-Type: image/x\r\n\r\n\u00ff\r\nabcdefgh");
        Assert.EndsWith("\r\nContent-Transfer-Encoding: base64\r\n\r\n/w0KYWJjZGVmZ2g=", converted);
    }

    [Fact]
    public void A_message_without_MIME_gets_what_a_reader_needs_to_know()
    {
        Assert.Equal(
            "Subject: x\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=FC\r\n",
            Converting.Convert("Subject: x\r\n\r\n\u00fc\r\n")
        );
        // The first line of the body would be taken for a field once it is ASCII.
        Assert.Equal(
            "Subject: x\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC: x\r\n",
            Converting.Convert("Subject: x\r\nGr\u00fc: x\r\n")
        );
        Assert.Equal(
            "MIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nno header =FC\r\n",
            Converting.Convert("no header \u00fc\r\n")
        );
    }

    [Theory]
    [InlineData("Content-Transfer-Encoding: binary\r\n")]
    [InlineData("")]
    public void A_message_within_that_begins_without_a_blank_line_does_not_become_the_outer_header(string encoding)
    {
        var message = $"Content-Type: message/rfc822\r\nMIME-Version: 1.0\r\n{encoding}Gr\u00fc: x\r\n";
        Converting.AssertSame(Encoding.Latin1.GetBytes(message), Encoding.Latin1.GetBytes(Converting.Convert(message)));
    }

    [Theory]
    [InlineData("\u00fc", "quoted-printable", "=FC")]
    [InlineData("x", "7bit", "x")]
    public void A_message_that_names_its_encoding_and_not_MIME_names_both_then(
        string body,
        string encoding,
        string coded
    )
    {
        Assert.Equal(
            $"Content-Transfer-Encoding: {encoding}\r\nSubject: x\r\nMIME-Version: 1.0\r\n\r\n{coded}\r\n",
            Converting.Convert($"Content-Transfer-Encoding: 8bit\r\nSubject: x\r\n\r\n{body}\r\n")
        );
        // Wherever the version stands, there is one.
        Assert.Equal(
            $"Content-Transfer-Encoding: {encoding}\r\nMIME-Version: 1.0\r\n\r\n{coded}\r\n",
            Converting.Convert($"Content-Transfer-Encoding: 8bit\r\nMIME-Version: 1.0\r\n\r\n{body}\r\n")
        );
    }

    [Fact]
    public void Only_the_parts_that_need_it_are_converted_and_boundaries_stay()
    {
        const string Before = """
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b
            Content-Transfer-Encoding: 8bit

            preamble ü
            --b
            Content-Transfer-Encoding: 8bit

            plain = as it is
            --b

            Grüße aus dem Norden
            --b
            Content-Type: message/rfc822
            Content-Transfer-Encoding: 8bit

            Subject: inside

            Köln, bei Regen
            --b
            Content-Type: text/x
            Content-Transfer-Encoding: binary

            a
            b
            --b--

            """;
        const string After = """
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b
            Content-Transfer-Encoding: 7bit

            preamble SUB
            --b
            Content-Transfer-Encoding: 7bit

            plain = as it is
            --b
            Content-Transfer-Encoding: quoted-printable

            Gr=FC=DFe aus dem Norden
            --b
            Content-Type: message/rfc822
            Content-Transfer-Encoding: 7bit

            Subject: inside
            MIME-Version: 1.0
            Content-Transfer-Encoding: quoted-printable

            K=F6ln, bei Regen
            --b
            Content-Type: text/x
            Content-Transfer-Encoding: 7bit

            a
            b
            --b--

            """;
        Assert.Equal(Lines(After.Replace("SUB", "\x1A")), Converting.Convert(Lines(Before)));
    }

    [Fact]
    public void Binary_data_come_through_octet_for_octet()
    {
        var message = Encoding.Latin1.GetBytes(
            $"{Head}Content-Type: application/x\r\nContent-Transfer-Encoding: binary\r\n\r\n\n\r\0\r\n\n\u00ff"
        );
        var converted = Converting.Convert(message, out _)!;
        Assert.Equal("Cg0ADQoK/w==", Encoding.ASCII.GetString(converted)[^12..]);
        Converting.AssertSame(message, converted);
    }

    [Fact]
    public void Long_lines_are_encoded()
    {
        var text = $"{Head}\r\n{new string('x', 999)}\r\n";
        var converted = Converting.Convert(text);
        Assert.Contains("Content-Transfer-Encoding: quoted-printable", converted);
        Converting.AssertSame(Encoding.Latin1.GetBytes(text), Encoding.Latin1.GetBytes(converted));
    }

    [Fact]
    public void Where_a_line_is_broken_no_delimiter_comes_about()
    {
        var line = $"\u00fc{new string('x', 72)}--b--";
        var text = $"{Head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{line}\r\n--b--\r\n";
        var converted = Converting.Convert(text);
        Assert.Contains("xx=\r\n=2D-b--\r\n", converted);
        Converting.AssertSame(Encoding.Latin1.GetBytes(text), Encoding.Latin1.GetBytes(converted));
    }

    [Fact]
    public void What_says_that_it_is_encoded_and_is_not_quite_is_encoded_anew()
    {
        var converted = Converting.Convert($"{Head}Content-Transfer-Encoding: quoted-printable\r\n\r\n=41\u00fc\r\n");
        Assert.EndsWith("Content-Transfer-Encoding: base64\r\n\r\nQfwNCg==", converted);
    }

    [Fact]
    public void What_is_signed_stays_as_it_is_while_its_neighbour_is_converted()
    {
        const string Signed =
            "Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Transfer-Encoding: 8bit\r\n\r\nhello \r\n"
            + "--s\r\nContent-Type: application/pgp-signature\r\n\r\nxxxx\r\n--s--\r\n";
        var converted = Converting.Convert(
            $"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{Signed}--b\r\n\r\nf\u00fcr dich\r\n--b--\r\n"
        );
        Assert.Contains(Signed, converted);
        Assert.Contains("=FC", converted);
    }

    [Theory]
    [InlineData("5.6.7", "Subject: \u00fc\r\n\r\nx\r\n")]
    [InlineData(
        "5.6.7",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX-Name: \u00fc\r\n\r\nx\r\n--b--\r\n"
    )]
    [InlineData("5.6.7", "Content-Type: message/rfc822\r\n\r\nSubject: \u00fc\r\n\r\nx\r\n")]
    [InlineData(
        "5.6.3",
        "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n\u00fc\r\n--b\r\n\r\nx\r\n--b--\r\n"
    )]
    [InlineData(
        "5.6.3",
        "Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n"
            + "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n\u00fc\r\n--c\r\n\r\nx\r\n--c--\r\n--b\r\n\r\nx\r\n--b--\r\n"
    )]
    [InlineData("5.6.3", "Content-Type: message/partial\r\n\r\n\u00fc\r\n")]
    [InlineData("5.6.3", "Content-Type: multipart/mixed\r\n\r\n\u00fc\r\n")]
    public void What_cannot_be_converted_is_refused_with_a_reason(string status, string message)
    {
        Assert.Null(Converting.Convert(Encoding.Latin1.GetBytes(message), out var refusal));
        Assert.Equal(status, refusal!.Status);
        Assert.NotEmpty(refusal.Reason);
    }

    [Fact]
    public void An_international_message_inside_may_be_encoded_whole()
    {
        var text = "Content-Type: message/global\r\n\r\nSubject: \u00c3\u00bc\r\n\r\nx\r\n";
        var converted = Converting.Convert(text);
        Assert.StartsWith(
            "Content-Type: message/global\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            converted
        );
        Converting.AssertSame(Encoding.Latin1.GetBytes(text), Encoding.Latin1.GetBytes(converted));
    }

    [Fact]
    public void Whatever_comes_decodes_to_the_same_parts_or_is_refused()
    {
        var generator = new MessageGenerator(31);
        var all = Messages
            .Names.Select(Messages.Read)
            .Concat(Messages.Outsiders())
            .Concat(Enumerable.Range(0, 2_000).Select(_ => generator.Next().Octets))
            .ToList();
        var (converted, changed) = (0, 0);
        foreach (var message in all)
        {
            if (Converting.Convert(message, out var refusal) is not { } octets)
            {
                Assert.Contains(refusal!.Status, new[] { "5.6.3", "5.6.7" });
                continue;
            }

            Converting.AssertSame(message, octets);
            Assert.Equal(octets, Converting.Convert(octets, out _)); // In 7 bit already, nothing is left to do.
            converted++;
            changed += octets.AsSpan().SequenceEqual(message) ? 0 : 1;
        }

        Assert.True(converted > all.Count / 2, $"{converted} of {all.Count} were converted");
        Assert.True(changed > all.Count / 20, $"{changed} of {all.Count} were changed");
    }

    [Fact]
    public void How_the_octets_are_cut_makes_no_difference()
    {
        var generator = new MessageGenerator(7);
        foreach (var message in Enumerable.Range(0, 100).Select(_ => generator.Next().Octets))
        {
            var whole = Converting.Convert(message, out _);
            foreach (var chunk in new[] { 1, 2, 7, 64 })
                Assert.Equal(whole, Converting.Convert(message, out _, chunk));
        }
    }

    [Fact]
    public async Task A_stream_gives_what_the_conversion_gives()
    {
        var message = Encoding.Latin1.GetBytes(
            $"{Head}\r\n{string.Concat(Enumerable.Repeat("Gr\u00fc\u00dfe\r\n", 9_000))}"
        );
        var plan = Converting.Plan(message, out _)!;
        await using var stream = new SevenBitStream(new MemoryStream(message), plan);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, 1_000);
        Assert.Equal(Converting.Convert(message, out _), read.ToArray());
    }

    static string Lines(string text) => text.Replace("\n", "\r\n", StringComparison.Ordinal);
}
