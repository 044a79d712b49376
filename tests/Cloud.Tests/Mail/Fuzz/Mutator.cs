using System.Text;

namespace Cloud.Tests.Mail.Fuzz;

/// <summary>Makes new inputs of known ones: cuts, repeats, splices, and puts in what means something to a parser.</summary>
sealed class Mutator(Random random, IReadOnlyList<byte[]> seeds)
{
    /// <summary>Octets of an input; long ones are what HostileInputs is for.</summary>
    const int MaxLength = 8 * 1024;

    static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "\r\n",
            "\n",
            "\r",
            "\r\n ",
            "\r\n\r\n",
            "\0",
            "=?utf-8?q?",
            "?=",
            "=?iso-2022-jp?b?",
            "=",
            "==",
            "=3D",
            "=\r\n",
            "\"",
            "\\",
            "(",
            ")",
            "<",
            ">",
            "@",
            ",",
            ";",
            ":",
            "[",
            "]",
            "*0*=",
            "*=",
            "''",
            "%41",
            "--",
            "--b",
            "--b--",
            "boundary=",
            "Content-Type: ",
            "multipart/mixed; boundary=b",
            "message/rfc822",
            "Content-Transfer-Encoding: base64\n",
            "charset=",
            "utf-7",
            "+A",
            "\u001b$B",
            "\u001b(B",
            "~{",
            "begin 644 x\n",
            "`\nend\n",
            "<!--",
            "-->",
            "<script>",
            "</",
            "&#x",
            "&amp;",
            "+0100",
            "Mon, ",
            "Jan",
            "24:60:61",
            "9999",
            "T",
            "IPv6:",
            "\u00ff",
            "\u00c3\u00bc",
            "\ud83d\ude00",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public byte[] Next()
    {
        var input = seeds[random.Next(seeds.Count)].ToList();
        if (input.Count > MaxLength)
            input = input.GetRange(random.Next(input.Count - MaxLength), MaxLength);
        for (var times = random.Next(1, 8); times > 0; times--)
            Mutate(input);
        return [.. input.Take(2 * MaxLength)];
    }

    void Mutate(List<byte> input)
    {
        var at = random.Next(input.Count + 1);
        var length = random.Next(Math.Min(input.Count - at, 64) + 1);
        switch (random.Next(8))
        {
            case 0:
                input.RemoveRange(at, length);
                break;
            case 1:
                input.RemoveRange(at, input.Count - at);
                break;
            case 2:
                var piece = input.GetRange(at, length);
                for (var times = random.Next(1, 20); times > 0; times--)
                    input.InsertRange(at, piece);
                break;
            case 3 when at < input.Count:
                input[at] = (byte)random.Next(256);
                break;
            case 4 when at < input.Count:
                input[at] ^= (byte)(1 << random.Next(8));
                break;
            case 5:
                var other = seeds[random.Next(seeds.Count)];
                var from = random.Next(other.Length + 1);
                input.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(256))]);
                break;
            default:
                input.InsertRange(at, Tokens[random.Next(Tokens.Length)]);
                break;
        }
    }
}
