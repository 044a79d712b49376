using System.Text;
using Cloud.Mail.Encodings;

namespace Cloud.Tests.Mail.Differential;

/// <summary>Parts that hold no others: their Content-* fields, a blank line, and the body in its encoding.</summary>
sealed class LeafGenerator(Random random, HashSet<string> traits)
{
    static readonly string[] Texts =
    [
        "plain\n",
        "",
        "two\nlines\n",
        "no line end",
        "Grüße\n",
        "Žluťoučký kůň\n",
        "日本語のテキスト\n",
        "trailing space \nx\n",
        "--not a boundary\n",
        "From here\n",
        "\n\nblank lines\n\n",
        "<p>html &amp; text</p>\n",
        "a=b=c\n",
        "dot\n.\nend\n",
    ];

    public string Leaf()
    {
        var type = Pick("text/plain", "text/plain", "text/html", "application/octet-stream", "image/png", "TEXT/Plain");
        var header = new StringBuilder();
        var (charset, encoding) = Charset();
        var isText = type.StartsWith("text", StringComparison.OrdinalIgnoreCase);
        var body = isText ? encoding.GetBytes(Pick(Texts)) : Bytes();
        if (!isText || random.Next(6) > 0)
            header.Append(
                $"Content-Type: {type}{(isText && charset.Length > 0 ? $"{Pick("; ", ";\n ")}charset={Quoted(charset)}" : "")}{Name("name")}\n"
            );
        else if (charset.Length > 0)
            body = Encoding.ASCII.GetBytes("undeclared\n");
        if (random.Next(3) == 0)
            header.Append($"Content-Disposition: {Pick("attachment", "inline", "Attachment")}{Name("filename")}\n");
        var (name, text) = Encoded(body, isText);
        if (name.Length > 0)
            header.Append($"Content-Transfer-Encoding: {name}\n");
        return $"{header}\n{text}";
    }

    byte[] Bytes()
    {
        var octets = new byte[random.Next(120)];
        random.NextBytes(octets);
        return octets;
    }

    (string Name, Encoding Encoding) Charset() =>
        random.Next(7) switch
        {
            0 => ("us-ascii", Encoding.UTF8),
            1 => ("", Encoding.UTF8),
            2 => ("iso-8859-1", Encoding.Latin1),
            3 => (Note("unknown charset", "x-unheard-of"), Encoding.ASCII),
            _ => (Pick("utf-8", "UTF-8"), Encoding.UTF8),
        };

    (string Name, string Text) Encoded(byte[] body, bool isText)
    {
        var raw = Encoding.Latin1.GetString(body);
        return (isText ? random.Next(9) : 4) switch
        {
            0 => ("7bit", raw),
            1 => ("8bit", raw),
            2 or 3 => ("quoted-printable", Text(new QuotedPrintableEncoder(), body)),
            4 or 5 => (Pick("base64", "Base64"), Text(new Base64Encoder(), body) + Pick("", "\n")),
            6 => Broken(body),
            7 when raw.Length > 0 && random.Next(3) == 0 => (Note("unknown encoding", "x-unheard-of"), raw),
            _ => ("", raw),
        };
    }

    (string Name, string Text) Broken(byte[] body)
    {
        var base64 = Convert.ToBase64String(body);
        return random.Next(7) switch
        {
            0 => ("base64", Note("base64 without padding", base64.TrimEnd('=') + "\n")),
            1 => ("base64", Note("base64 with junk", $"{base64.Insert(base64.Length / 2, " !\n*")}\n")),
            2 => ("base64", Note("text after base64", base64 + "\n\n-- \nlist footer\n")),
            3 => ("quoted-printable", Note("bad escapes", "a=ZZb=\nc=4\nd= \ne=\tf\n=41=4a\n")),
            4 => ("quoted-printable", Note("white space at line ends", "a \nb\t \nc=20\n")),
            5 => ("quoted-printable", Note("raw octets in quoted-printable", "gr\u00fc\u00df=C3=BC\n")),
            _ => ("x-uuencode", Note("uuencode", "begin 644 cat.txt\n#0V%T\n`\nend\n")),
        };
    }

    string Name(string parameter) =>
        random.Next(18) switch
        {
            0 => $"; {parameter}=file.txt",
            1 => $"; {parameter}=\"a file.txt\"",
            2 => $"; {parameter}=\"q\\\"uote.txt\"",
            3 => $";\n {parameter}*=utf-8''gr%C3%BC%C3%9F.txt",
            4 => $";\n {parameter}*=iso-8859-1'de'gr%FC.txt",
            5 => $";\n {parameter}*0=\"long \";\n {parameter}*1=\"name.txt\"",
            6 => $";\n {parameter}*0*=utf-8''gr%C3%BC;\n {parameter}*1=ss.txt",
            7 => $"; {parameter}=\"{Note("encoded word as parameter", "=?utf-8?q?gr=C3=BC=C3=9F?=")}\"",
            8 => $"; {parameter}={Note("name with spaces", "my file.txt")}",
            9 => $"; {parameter}=\"{Note("raw parameter", "gr\u00c3\u00bc.txt")}\"",
            10 => $"; {parameter}={Note("empty parameter", "")}",
            11 => $"; {Note("two semicolons", ";")} {parameter}=x.txt",
            _ => "",
        };

    string Quoted(string charset) => random.Next(2) == 0 ? charset : $"\"{charset}\"";

    static string Text(TransferCoder coder, byte[] body) =>
        Encoding.Latin1.GetString(coder.Convert(body)).Replace("\r\n", "\n", StringComparison.Ordinal);

    string Note(string trait, string text)
    {
        traits.Add(trait);
        return text;
    }

    string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}
