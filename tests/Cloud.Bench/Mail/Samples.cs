using System.Text;

namespace Cloud.Bench.Mail;

/// <summary>Messages of the shapes that arrive all day, of about the size asked for.</summary>
static class Samples
{
    const string Header =
        "Received: from mail.there.example (mail.there.example [192.0.2.7])\r\n"
        + "\tby mx.here.example with ESMTPS id 4F1x\r\n\tfor <jane@here.example>; Sun, 22 Nov 2026 08:00:00 +0000\r\n"
        + "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=there.example; s=2026;\r\n"
        + "\th=from:to:subject:date:message-id; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n"
        + "\tb=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSbav+yuU4zGeeruD00lszZVoG4ZHRNiYzR\r\n"
        + "From: =?utf-8?Q?Bj=C3=B6rn?= <bjorn@there.example>\r\n"
        + "To: \"Doe, Jane\" <jane@here.example>, Bob <bob@here.example>\r\n"
        + "Cc: carl@here.example\r\n"
        + "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= from the mountains\r\n"
        + "Date: Sun, 22 Nov 2026 07:59:58 +0100\r\n"
        + "Message-ID: <20261122075958.1234@there.example>\r\n"
        + "In-Reply-To: <zero@here.example>\r\n"
        + "References: <root@here.example> <zero@here.example>\r\n"
        + "MIME-Version: 1.0\r\n";

    const string Line = "Some words that a person may write, in lines that end before column eighty.\r\n";
    const string Html =
        "<tr><td style=\"padding:4px\"><a href=\"https://there.example/a?b=c&amp;d\">A link</a> and words &ndash; more.</td></tr>\r\n";

    public static byte[] Plain(int size) =>
        Bytes(Header + "Content-Type: text/plain; charset=utf-8\r\n\r\n", Line, size, "");

    public static byte[] QuotedPrintable(int size) =>
        Bytes(
            Header + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
            "Viele Gr=C3=BC=C3=9Fe aus den Bergen, und was man sonst noch schreibt, wenn man=\r\n Zeit hat.\r\n",
            size,
            ""
        );

    public static byte[] Alternative(int size) => Bytes(AlternativeStart("a"), Html, size, "\r\n--a--\r\n");

    public static byte[] WithAttachment(int size) =>
        Bytes(
            Header
                + "Content-Type: multipart/mixed; boundary=\"m\"\r\n\r\n--m\r\n"
                + AlternativeStart("a")[Header.Length..]
                + string.Concat(Enumerable.Repeat(Html, 20))
                + "\r\n--a--\r\n--m\r\nContent-Type: application/pdf; name=\"rates.pdf\"\r\n"
                + "Content-Disposition: attachment; filename=\"rates.pdf\"\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\n",
            "JVBERi0xLjQKJcfsj6IKNSAwIG9iago8PC9MZW5ndGggNiAwIFIvRmlsdGVyIC9GbGF0ZURlY29k\r\n",
            size,
            "JVBERg==\r\n--m--\r\n"
        );

    public static byte[] Newsletter(int size) =>
        Bytes(
            Header
                + "Content-Type: text/html; charset=utf-8\r\n\r\n<html><head><style>"
                + string.Concat(Enumerable.Repeat(".a { color: #fff; margin: 0 }\r\n", 150))
                + "</style></head><body><table>\r\n",
            Html,
            size,
            "</table></body></html>\r\n"
        );

    public static byte[] Base64(int size) =>
        Bytes("", "JVBERi0xLjQKJcfsj6IKNSAwIG9iago8PC9MZW5ndGggNiAwIFIvRmlsdGVyIC9GbGF0ZURlY29k\r\n", size, "");

    static string AlternativeStart(string boundary) =>
        Header
        + $"Content-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n"
        + "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        + string.Concat(Enumerable.Repeat(Line, 10))
        + $"\r\n--{boundary}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";

    static byte[] Bytes(string start, string line, int size, string end)
    {
        var text = new StringBuilder(start, size + 200);
        while (text.Length + line.Length + end.Length < size)
            text.Append(line);
        return Encoding.UTF8.GetBytes(text.Append(end).ToString());
    }
}
