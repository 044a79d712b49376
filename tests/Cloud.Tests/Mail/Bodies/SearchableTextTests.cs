using System.Text;
using Cloud.Mail;
using Cloud.Mail.Bodies;

namespace Cloud.Tests.Mail.Bodies;

/// <summary>A search index gets the same text from delivery's one pass as a search of the stored message.</summary>
public sealed class SearchableTextTests
{
    const string Html = "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";

    public static TheoryData<string> Names => [.. Messages.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void One_pass_tells_what_a_search_of_the_message_would(string name)
    {
        foreach (var message in new[] { Messages.Read(name), Messages.WithoutCr(Messages.Read(name)) })
        {
            AssertSame(message, int.MaxValue);
            AssertSame(message, 1);
        }
    }

    [Fact]
    public void Plain_text_and_html_and_names_are_told()
    {
        var (text, _) = Scan(
            Encoding.UTF8.GetBytes(
                "Content-Type: multipart/mixed; boundary=m\r\n\r\nnobody's\r\n--m\r\n\r\nplain\r\nwords\r\n"
                    + $"--m\r\n{Html}<p>Gr=C3=BC=C3=9Fe<br>all\r\n--m\r\nContent-Type: image/png; name=a.png\r\n\r\n---\r\n"
                    + "--m\r\nContent-Type: message/rfc822\r\n\r\nSubject: within\r\n\r\ninner\r\n--m--\r\nthe end\r\n"
            ),
            int.MaxValue
        );

        Assert.Equal("plain words\nGrüße all\ninner\n", text.Body);
        Assert.Equal(["a.png", "within"], text.Names);
    }

    [Fact]
    public void Text_of_the_parts_beyond_the_limit_is_left_out()
    {
        var half = string.Concat(Enumerable.Repeat("half of what is read ", SearchText.MaxOctets / 42 + 100));
        var message = Encoding.ASCII.GetBytes(
            $"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\n{half}\r\n--m\r\n\r\n{half}\r\n--m\r\n\r\nlast\r\n--m--"
        );

        AssertSame(message, 64 * 1024);
        Assert.DoesNotContain("last", Scan(message, 4096).Text.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_beyond_the_limit_are_left_out()
    {
        var parts = Enumerable.Range(1, SearchText.MaxParts + 1).Select(i => $"--m\r\n\r\nw{i}.\r\n");
        var message = Encoding.ASCII.GetBytes(
            $"Content-Type: multipart/mixed; boundary=m\r\n\r\n{string.Concat(parts)}--m--\r\n"
        );

        AssertSame(message, 4096);
        Assert.EndsWith($"w{SearchText.MaxParts}.\n", Scan(message, 4096).Text.Body, StringComparison.Ordinal);
    }

    static void AssertSame(byte[] message, int chunk)
    {
        var (text, index) = Scan(message, chunk);

        Assert.Equal(IndexText.Of(Messages.Scan(message)), IndexText.Of(index));
        Assert.Equal(OfStored(index, message), text.Body);
        Assert.Equal(
            SearchText.Known(index),
            string.Concat(text.Names.Prepend($"{index.Preview}").Select(n => n + '\n'))
        );
    }

    /// <summary>As a search reads a stored message: by the ranges that its index tells.</summary>
    static string OfStored(MessageIndex index, byte[] message)
    {
        var text = new StringBuilder();
        var left = (long)SearchText.MaxOctets;
        foreach (var part in SearchText.PartsOf(index.Body))
        {
            var length = (int)Math.Min(part.BodyLength, left);
            left -= length;
            if (length > 0)
                text.Append(SearchText.Of(part, message.AsSpan((int)part.BodyStart, length))).Append('\n');
        }

        return text.ToString();
    }

    static (SearchableText Text, MessageIndex Index) Scan(byte[] message, int chunk)
    {
        var text = new SearchableText();
        var scanner = new MessageScanner(text);
        for (var at = 0; at < message.Length; at += Math.Min(chunk, message.Length - at))
            scanner.Write(message.AsSpan(at, Math.Min(chunk, message.Length - at)));
        return (text, scanner.Complete());
    }
}
