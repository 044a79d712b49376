using System.Text;

namespace Cloud.Tests.Mail.Differential;

/// <summary>Messages of every build that senders use or get wrong, the same for a seed.</summary>
/// <remarks>Text is octets as Latin-1, line ends LF until the message is done.</remarks>
sealed class MessageGenerator(int seed)
{
    readonly Random random = new(seed);
    readonly HashSet<string> traits = [];
    readonly List<string> boundaries = [];

    /// <param name="Octets">The message.</param>
    /// <param name="Traits">What is odd in it, by names that the list of reasons uses.</param>
    public sealed record Message(byte[] Octets, IReadOnlySet<string> Traits);

    public Message Next()
    {
        traits.Clear();
        boundaries.Clear();
        var text = Header() + Part(depth: 0);
        if (random.Next(2) == 0)
            text = text.Replace("\n", "\r\n", StringComparison.Ordinal);
        else
            traits.Add("bare LF");
        return new Message(Encoding.Latin1.GetBytes(text), traits.ToHashSet(StringComparer.Ordinal));
    }

    string Header()
    {
        var fields = new FieldGenerator(random, traits);
        List<string> header =
        [
            $"From: {fields.Addresses(1)}\n",
            $"To: {fields.Addresses(random.Next(1, 4))}\n",
            $"Subject: {fields.Unstructured()}\n",
            $"Date: {fields.Date()}\n",
            "MIME-Version: 1.0\n",
        ];
        if (random.Next(3) == 0)
            header.RemoveAt(random.Next(header.Count));
        if (random.Next(3) == 0)
            header.Add("Received: from a.example by b.example;\n\tMon, 1 Jan 2024 00:00:00 +0000\n");
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(header));
        return string.Concat(header);
    }

    /// <summary>The Content-* fields, a blank line, and the body.</summary>
    string Part(int depth)
    {
        var kind = random.Next(10);
        return depth < 4 && kind < 4 - depth ? Multipart(depth)
            : depth is > 0 and < 4 && kind == 8 ? Inner(depth)
            : new LeafGenerator(random, traits).Leaf();
    }

    string Inner(int depth) =>
        $"Content-Type: message/rfc822\n\n{(Chance(8) ? Note("inner without header", "") : Header())}{Part(depth + 1)}";

    string Multipart(int depth)
    {
        var boundary = Boundary();
        var text = new StringBuilder();
        text.Append(
            $"Content-Type: multipart/{Pick("mixed", "alternative", "related", "digest", "x-unheard-of", "Mixed")};"
        );
        text.Append(Pick(" ", "\n ", "\n\t", "")).Append(Pick("boundary", "Boundary", "BOUNDARY"));
        text.Append(
            boundary.All(c => char.IsAsciiLetterOrDigit(c)) && Chance(2) ? $"={boundary}\n" : $"=\"{boundary}\"\n"
        );
        text.Append('\n');
        if (Chance(3))
            text.Append(
                Pick(
                    "preamble\n",
                    "\n",
                    "pre\n\namble\n",
                    Chance(4) ? Note("nearly a delimiter", $"--{boundary}x\n") : ""
                )
            );
        var count = Chance(20) ? 0 : random.Next(1, 4);
        if (count == 0)
            Note("no parts", "");
        boundaries.Add(boundary);
        for (var i = 0; i < count; i++)
        {
            text.Append($"--{boundary}{(Chance(10) ? Note("padded delimiter", " \t") : "")}\n");
            text.Append(Chance(15) ? Note("part without header", "\nbody\n") : Part(depth + 1));
            if (text[^1] != '\n' || Chance(3))
                text.Append('\n');
        }

        boundaries.Remove(boundary);
        if (Chance(8))
            return Note("no final boundary", text.ToString());
        text.Append($"--{boundary}--");
        text.Append(Chance(10) && depth > 0 ? "" : "\n");
        if (Chance(4))
            text.Append(Pick("epilogue\n", "\n\n", "epi\n\nlogue"));
        return text.ToString();
    }

    string Boundary()
    {
        var boundary = NewBoundary();
        return boundaries.Contains(boundary) ? Note("equal boundaries", boundary) : boundary;
    }

    string NewBoundary() =>
        random.Next(12) switch
        {
            0 => "simple boundary",
            1 => "=_x'()+,-./:?=",
            2 => "----=_NextPart_000_0001",
            3 when boundaries.Count > 0 => Note("boundary begins with another", boundaries[^1] + "x"),
            4 when boundaries.Count > 0 => Note("boundary is another's beginning", boundaries[^1] + "1")[..^1] + "2",
            5 when boundaries.Count > 0 && Chance(3) => boundaries[^1],
            _ => $"b{random.Next(1_000_000)}",
        };

    string Note(string trait, string text)
    {
        traits.Add(trait);
        return text;
    }

    bool Chance(int oneIn) => random.Next(oneIn) == 0;

    string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}
