using System.Text;
using System.Text.Json;
using Cloud.Mail;
using Cloud.Mail.Bodies;
using Cloud.Mail.Charsets;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Outside;

/// <summary>Whole messages with the tree, offsets, fields and decoded bodies that the mail-parser library reads.</summary>
public sealed class MessageGoldenTests
{
    [Theory]
    [InlineData("legacy")]
    [InlineData("malformed")]
    [InlineData("rfc")]
    [InlineData("thirdparty")]
    public void Messages_are_read_as_mail_parser_reads_them(string set)
    {
        var differences = Differences.Load($"mail-parser.{set}");
        var files = Directory.GetFiles(Path.Combine(Differences.Folder(), "mail-parser", set), "*.eml");
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            using var json = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(file, ".json")));
            var message = WithBareNewlines(file); // as its offsets have it
            var comparison = new Comparison(differences, Path.GetFileNameWithoutExtension(file), message);
            comparison.Message(json.RootElement, Messages.Scan(message).Body);
        }

        Assert.NotEmpty(files);
        differences.AssertAsListed();
    }

    [Theory]
    [InlineData("legacy")]
    [InlineData("malformed")]
    [InlineData("rfc")]
    [InlineData("thirdparty")]
    public void How_the_lines_end_makes_no_difference(string set)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Differences.Folder(), "mail-parser", set), "*.eml"))
        {
            var text = Encoding.Latin1.GetString(WithBareNewlines(file));
            var (lf, crlf) = (Messages.Scan(text), Messages.Scan(text.Replace("\n", "\r\n")));

            Assert.Equal(Shape(lf.Body), Shape(crlf.Body));
            Assert.Equal(IndexText.Of(lf.Envelope), IndexText.Of(crlf.Envelope));
        }
    }

    static byte[] WithBareNewlines(string file) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(File.ReadAllBytes(file)).Replace("\r\n", "\n"));

    static string Shape(BodyPart part) =>
        $"{part.Type}/{part.Subtype} {part.Lines} [{string.Join(' ', part.Parts.Select(Shape))}]"
        + (part.Message is { } message ? $"({Shape(message.Body)})" : "");

    sealed class Comparison(Differences differences, string file, byte[] message)
    {
        /// <summary>Where a part of theirs (by its number) and of ours (by its body's offset) is in the tree.</summary>
        readonly Dictionary<int, string> theirPlaces = [];
        readonly Dictionary<long, string> ourPlaces = [];

        readonly List<(JsonElement Message, BodyPart Body, string Path)> inside = [];

        bool isSameTree = true;

        public void Message(JsonElement expected, BodyPart actual, string path = "")
        {
            var parts = expected.GetProperty("parts");
            Part(parts, 0, actual, path);
            var selection = BodySelection.Of(actual);
            if (isSameTree) // else there is nothing in common to select from
            {
                Selection("text_body", selection.Text);
                Selection("html_body", selection.Html);
                Selection("attachments", selection.Attachments);
            }

            foreach (var (inner, nested, place) in inside)
                new Comparison(differences, file, message).Message(inner, nested, place);

            void Selection(string name, IEnumerable<BodyPart> ours) =>
                differences.Compare(
                    $"{file} [{path}] {name}",
                    string.Join(
                        ", ",
                        expected.GetProperty(name).EnumerateArray().Select(id => $"[{theirPlaces[id.GetInt32()]}]")
                    ),
                    string.Join(", ", ours.Select(part => $"[{ourPlaces[part.BodyStart]}]"))
                );
        }

        void Part(JsonElement parts, int number, BodyPart actual, string path)
        {
            var expected = parts[number];
            theirPlaces[number] = path;
            ourPlaces[actual.BodyStart] = path;
            var key = $"{file} [{path}]";
            differences.Compare($"{key} offsets", Offsets(expected), Offsets(actual));
            Fields(expected.GetProperty("headers"), actual, key);
            var body = expected.GetProperty("body");
            var isMultipart = body.TryGetProperty("Multipart", out var children);
            var isMessage = body.TryGetProperty("Message", out var inner);
            var isSame = differences.Compare(
                $"{key} kind",
                isMultipart ? $"{children.GetArrayLength()} parts"
                    : isMessage ? "message"
                    : "leaf",
                actual.IsMultipart ? $"{actual.Parts.Count} parts"
                    : actual.Message is null ? "leaf"
                    : "message"
            );
            isSameTree &= isSame;
            if (!isSame)
                return;
            if (isMultipart)
                for (var i = 0; i < actual.Parts.Count; i++)
                    Part(parts, children[i].GetInt32(), actual.Parts[i], $"{path}{i + 1}.");
            else if (actual.Message is { } nested)
                inside.Add((inner, nested.Body, path + "m."));
            else
                Leaf(body, actual, key);
            if (!isMultipart)
                differences.Compare($"{key} name", FileName(expected), ParameterText.FileName(actual));
        }

        /// <summary>As they choose it: that of Content-Disposition, else that of Content-Type.</summary>
        static string? FileName(JsonElement part) =>
            Attribute(part, "content_disposition", "filename") ?? Attribute(part, "content_type", "name");

        static string? Attribute(JsonElement part, string field, string name)
        {
            foreach (var header in part.GetProperty("headers").EnumerateArray())
            {
                var isField = header.GetProperty("name") is { ValueKind: JsonValueKind.String };
                if (!isField || header.GetProperty("name").GetString() != field || Kind(header) != "ContentType")
                    continue;
                var media = header.GetProperty("value").GetProperty("ContentType");
                if (!media.TryGetProperty("attributes", out var pairs) || pairs.ValueKind != JsonValueKind.Array)
                    continue;
                foreach (var pair in pairs.EnumerateArray())
                {
                    var isArray = pair.ValueKind == JsonValueKind.Array;
                    if ((isArray ? pair[0] : pair.GetProperty("name")).GetString() == name)
                        return (isArray ? pair[1] : pair.GetProperty("value")).GetString();
                }
            }

            return null;
        }

        void Leaf(JsonElement expected, BodyPart actual, string key)
        {
            var body = expected.EnumerateObject().Single();
            var decoded = Decoded(actual);
            if (body.Value.ValueKind == JsonValueKind.Array)
                differences.Compare(
                    $"{key} octets",
                    Encoding.Latin1.GetString([.. body.Value.EnumerateArray().Select(octet => octet.GetByte())]),
                    Encoding.Latin1.GetString(decoded)
                );
            else
                differences.Compare(
                    $"{key} text",
                    body.Value.GetString(),
                    Charset.Decode(actual.Parameter("charset"u8).ToString(), decoded)
                );
        }

        void Fields(JsonElement expected, BodyPart actual, string key)
        {
            var header = message.AsSpan((int)actual.HeaderStart, (int)actual.HeaderLength);
            var (theirs, ours) = (new List<string>(), new List<string>());
            foreach (var field in expected.EnumerateArray())
                theirs.Add($"{Name(field)}: {Spaced(Value(field.GetProperty("value")))}");
            var at = 0;
            foreach (var field in new HeaderReader(header))
            {
                var kind = at < theirs.Count ? Kind(expected[at]) : "";
                var name = Encoding.Latin1.GetString(field.Name).ToLowerInvariant();
                ours.Add($"{name}: {Spaced(Value(kind, name, field.Value) ?? "")}");
                if (kind == "Received")
                    ReceivedComparison.Compare(
                        differences,
                        $"{key} field {at}",
                        expected[at].GetProperty("value").GetProperty(kind),
                        Received.Parse(field.Value)
                    );
                at++;
            }

            for (var i = 0; i < Math.Max(theirs.Count, ours.Count); i++)
                differences.Compare($"{key} field {i}", theirs.ElementAtOrDefault(i), ours.ElementAtOrDefault(i));
        }

        byte[] Decoded(BodyPart part) =>
            TransferCoder.Decoder(part.Encoding).Convert(message.AsSpan((int)part.BodyStart, (int)part.BodyLength));

        static string Offsets(JsonElement part) =>
            $"{part.GetProperty("offset_header")} {part.GetProperty("offset_body")} {part.GetProperty("offset_end")}";

        static string Offsets(BodyPart part) => $"{part.HeaderStart} {part.BodyStart} {part.BodyEnd}";

        static string Name(JsonElement field) =>
            field.GetProperty("name") is { ValueKind: JsonValueKind.String } known
                ? known.GetString()!.Replace('_', '-')
                : field.GetProperty("name").GetProperty("other").GetString()!.ToLowerInvariant();

        static bool IsOfIds(string name) =>
            name.EndsWith("-id", StringComparison.Ordinal)
            || name is "references" or "in-reply-to" or "return-path" or "resent-message-id";

        static string Kind(JsonElement field) =>
            field.GetProperty("value") is { ValueKind: JsonValueKind.Object } value
                ? value.EnumerateObject().First().Name
                : "";

        static string Value(JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.String)
                return "";
            var kind = value.EnumerateObject().First();
            return kind.Name switch
            {
                "Text" => kind.Value.GetString()!,
                "TextList" => string.Join(" | ", kind.Value.EnumerateArray().Select(item => item.GetString())),
                "Address" => Goldens.Addresses(kind.Value),
                "DateTime" => Goldens.Date(kind.Value),
                "ContentType" => Goldens.Media(kind.Value),
                _ => "",
            };
        }

        /// <summary>Without the white space of folds, which they reduce to one space (HeaderGoldenTests has that).</summary>
        static string Spaced(string text) =>
            string.Join(' ', text.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));

        static string? Value(string kind, string name, ReadOnlySpan<byte> value) =>
            kind switch
            {
                "Text" when IsOfIds(name) => $"{MessageIds.First(new Octets(HeaderText.Unfold(value)))}",
                "TextList" when IsOfIds(name) => string.Join(
                    " | ",
                    MessageIds.Parse(new Octets(HeaderText.Unfold(value)), 100)
                ),
                "Text" => HeaderText.Decode(value),
                "TextList" => string.Join(" | ", Phrases.Parse(value)),
                "Address" => Goldens.Addresses(AddressList.Parse(value)),
                "DateTime" => Goldens.Date(MailDate.Parse(value)),
                "ContentType" when name == "content-disposition" => Goldens.Disposition(
                    new Octets(HeaderText.Unfold(value))
                ),
                "ContentType" => Goldens.Media(new Octets(HeaderText.Unfold(value))),
                _ => "", // nothing there, or Received, which is compared clause by clause
            };
    }
}
