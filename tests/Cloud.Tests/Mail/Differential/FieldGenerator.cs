using System.Text;

namespace Cloud.Tests.Mail.Differential;

/// <summary>Values of header fields, right and wrong.</summary>
sealed class FieldGenerator(Random random, HashSet<string> traits)
{
    static readonly string[] Words = ["Hello", "world", "Re:", "[list]", "a", "1", "x-y", "fwd:", "(no)", "end."];
    static readonly string[] Foreign =
    [
        "Grüße",
        "Žluťoučký",
        "Привет",
        "日本語",
        "naïve",
        "€uro",
        "emoji 😀 here",
        "עברית",
    ];

    public string Unstructured()
    {
        var text = new StringBuilder();
        for (var i = random.Next(1, 6); i > 0; i--)
            text.Append(random.Next(3) == 0 ? EncodedWord(Pick(Foreign)) : Pick(Words)).Append(i > 1 ? Space() : "");
        if (random.Next(15) == 0)
            text.Append(' ').Append(Note("raw utf-8", Utf8(Pick(Foreign))));
        else if (random.Next(20) == 0)
            text.Append(' ').Append(Note("raw latin-1", "gr\u00fc\u00df"));
        if (random.Next(20) == 0)
            text.Append(Note("word glued to text", "x=?utf-8?q?=C3=A9?=y"));
        if (random.Next(20) == 0)
            text.Append(Pick(" =?utf-8?q?open", " =?", " ?=", " =?x?y?z?=", " = ?"));
        return text.ToString();
    }

    public string Addresses(int count) =>
        string.Join(
            random.Next(3) == 0 ? ",\n " : ", ",
            Enumerable.Range(1, count).Select(i => Address(isLast: i == count))
        );

    public string Date() =>
        random.Next(12) switch
        {
            0 => "Tue, 5 Mar 2024 10:00:00 +0100 (CET)",
            1 => "5 Mar 2024 10:00 -0330",
            2 => "Tue,  5 Mar 24 10:00:00 GMT",
            3 => "Tue, 05 Mar 2024 10:00:00 EST",
            4 => "Tue Mar  5 10:00:00 2024",
            5 => "Tue, 5 Mar 2024\n 10:00:00 +0000",
            6 => Note("date in words", Pick("yesterday", "", "Tue")),
            7 => Note(
                "odd date",
                Pick("2024-03-05T10:00:00Z", "5 Mar 2024", "05-Mar-2024 10:00:00 +0000", "32 Mar 2024 10:00:00 +0000")
            ),
            _ =>
                $"Mon, {random.Next(1, 29)} Jan {random.Next(1971, 2049)} {random.Next(24):00}:{random.Next(60):00}:{random.Next(60):00} +0{random.Next(10)}00",
        };

    /// <param name="isLast">What is broken comes last, so that it stands for itself.</param>
    string Address(bool isLast)
    {
        var spec =
            $"{Pick("ada", "bob.c", "x+y", "o'hara", "\"a b\"", "a_b")}@{Pick("here.example", "THERE.example", "[192.0.2.1]", "xn--bcher-kva.example")}";
        return random.Next(16) switch
        {
            0 => spec,
            1 => $"<{spec}>",
            2 => $"\"Last, First\" <{spec}>",
            3 => $"{EncodedWord(Pick(Foreign))} <{spec}>",
            4 => $"{EncodedWord("Ada")} {EncodedWord(Pick(Foreign))} <{spec}>",
            5 => $"\"{Note("encoded word in quotes", EncodedWord(Pick(Foreign)))}\" <{spec}>",
            6 => $"{spec} (Comment Name)",
            7 => Note("group", $"Team: {spec}, Bob <bob@here.example>;"),
            8 => Note("group", "undisclosed-recipients:;"),
            9 => $"\"Q \\\"u\\\" ote\" <{spec}>",
            10 => $"Ada (comment) <{spec}>",
            11 => Note("raw name", $"{Utf8(Pick(Foreign))} <{spec}>"),
            12 when isLast => Note(
                "broken address",
                Pick(
                    "Ada ada@here.example",
                    "<ada@here.example",
                    "ada",
                    "ada@",
                    "@here.example",
                    "a@b@c.example",
                    "ada@here.example bob@here.example",
                    "Ada, Bob <b@here.example>"
                )
            ),
            13 => Note("dotted name", $"Ada B. Lovelace <{spec}>"),
            _ => $"Ada Lovelace <{spec}>",
        };
    }

    string EncodedWord(string text)
    {
        var (name, encoding) = random.Next(4) switch
        {
            0 => ("iso-8859-1", Encoding.Latin1),
            1 => ("UTF-8", Encoding.UTF8),
            _ => ("utf-8", (Encoding)new UTF8Encoding(false)),
        };
        if (name == "iso-8859-1" && text.Any(c => c > 0xFF))
            (name, encoding) = ("utf-8", Encoding.UTF8);
        var octets = encoding.GetBytes(text);
        if (random.Next(2) == 0)
            return $"=?{name}?{Pick("b", "B")}?{Convert.ToBase64String(octets)}?=";
        if (random.Next(4) == 0 && octets.Length > 2) // split, perhaps inside a character
        {
            var cut = random.Next(1, octets.Length);
            if (name != "iso-8859-1" && (octets[cut] & 0xC0) == 0x80)
                Note("character split between words", "");
            return $"=?{name}?q?{Q(octets.AsSpan(0, cut))}?={Space()}=?{name}?q?{Q(octets.AsSpan(cut))}?=";
        }

        return $"=?{name}?{Pick("q", "Q")}?{Q(octets)}?=";
    }

    static string Q(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder();
        foreach (var octet in octets)
            text.Append(
                char.IsAsciiLetterOrDigit((char)octet) ? $"{(char)octet}"
                : octet == ' ' ? "_"
                : $"={octet:X2}"
            );
        return text.ToString();
    }

    string Space() =>
        random.Next(8) switch
        {
            0 => "\n ",
            1 => "\n\t",
            2 => "  ",
            _ => " ",
        };

    static string Utf8(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    string Note(string trait, string text)
    {
        traits.Add(trait);
        return text;
    }

    string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}
