using System.Text;
using System.Xml.Linq;
using Cloud.Mail;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Outside;

/// <summary>Whole messages with the tree and the bodies, raw and decoded, that the mime4j library reads.</summary>
public sealed class MimeGoldenTests
{
    [Theory]
    [InlineData("mimetools-testmsgs")]
    [InlineData("testmsgs")]
    public void Messages_are_read_as_mime4j_reads_them(string set)
    {
        var differences = Differences.Load($"mime4j.{set}");
        var folder = Path.Combine(Differences.Folder(), "mime4j", set);
        var files = Directory.GetFiles(folder, "*.msg").Order(StringComparer.Ordinal).ToArray();
        foreach (var file in files)
        {
            var message = File.ReadAllBytes(file);
            var body = Messages.Scan(message).Body;
            var key = Path.GetFileNameWithoutExtension(file);
            var raw = Load(Path.ChangeExtension(file, ".xml"));
            var comparison = new Comparison(differences, key, message, folder);
            comparison.Part(raw, body, "");
            comparison.Surroundings(raw, body);
            var decoded = Load(Path.Combine(folder, key + "_decoded.xml"));
            new Comparison(differences, key + " decoded", message, folder).Part(decoded, body, "");
        }

        Assert.NotEmpty(files);
        differences.AssertAsListed();
    }

    /// <summary>They say no encoding and mean the message's octets.</summary>
    static XElement Load(string file) =>
        XDocument.Parse(Encoding.Latin1.GetString(File.ReadAllBytes(file)), LoadOptions.PreserveWhitespace).Root!;

    sealed class Comparison(Differences differences, string file, byte[] message, string folder)
    {
        public void Part(XElement expected, BodyPart actual, string path)
        {
            var key = $"{file} [{path}]";
            if (!file.EndsWith("decoded", StringComparison.Ordinal))
                differences.Compare($"{key} header", Header(expected), Header(actual));
            var multipart = expected.Element("multipart");
            var inner = expected.Element("message");
            var isSame = differences.Compare(
                $"{key} kind",
                multipart is not null ? $"{multipart.Elements("body-part").Count()} parts"
                    : inner is not null ? "message"
                    : "leaf",
                actual.IsMultipart ? $"{actual.Parts.Count} parts"
                    : actual.Message is null ? "leaf"
                    : "message"
            );
            if (!isSame)
                return;
            if (multipart is not null)
                foreach (
                    var (child, part, i) in multipart.Elements("body-part").Zip(actual.Parts, Enumerable.Range(1, 9999))
                )
                    Part(child, part, $"{path}{i}.");
            else if (inner is not null)
                Part(inner, actual.Message!.Body, path + "m.");
            else
                Leaf(expected, actual, key);
        }

        void Leaf(XElement expected, BodyPart actual, string key)
        {
            var raw = message.AsSpan((int)actual.BodyStart, (int)actual.BodyLength);
            if (expected.Element("body") is { } body)
                differences.Compare(
                    $"{key} body",
                    Lines(body.Value) is ['\n', .. var text] ? text : Lines(body.Value), // the first line end is the XML's
                    Lines(Encoding.Latin1.GetString(raw))
                );
            else if ((expected.Element("text-body") ?? expected.Element("binary-body"))?.Attribute("name") is { } name)
                differences.Compare(
                    $"{key} body",
                    Lines(Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(folder, name.Value)))),
                    Lines(Encoding.Latin1.GetString(TransferCoder.Decoder(actual.Encoding).Convert(raw)))
                );
        }

        /// <summary>What stands before the first part and behind the last one, of every multipart in their order.</summary>
        public void Surroundings(XElement expected, BodyPart body)
        {
            var pieces = Partition.AssertWhole(message, Messages.Scan(message));
            foreach (
                var (name, kind) in new[]
                {
                    ("preamble", Partition.Kind.Preamble),
                    ("epilogue", Partition.Kind.Epilogue),
                }
            )
                differences.Compare(
                    $"{file} {name}",
                    string.Join(
                        '|',
                        Told(expected.Descendants(name).Select(text => Lines(text.Value).TrimStart('\n')))
                    ),
                    string.Join('|', Told(pieces.Where(piece => piece.Kind == kind).Select(Text)))
                );
        }

        /// <summary>They do not tell an empty one from none.</summary>
        static IEnumerable<string> Told(IEnumerable<string> texts) => texts.Where(text => text.Length > 0);

        string Text(Partition.Piece piece)
        {
            var text = Lines(Encoding.Latin1.GetString(message[piece.Start..piece.End]));
            if (piece.Kind == Partition.Kind.Epilogue)
                text = string.Concat(text.TrimStart('\n').SkipWhile(c => c != '\n').Skip(1));
            return text.TrimStart('\n');
        }

        static string Header(XElement expected) =>
            string.Join(
                '\n',
                expected.Element("header")?.Elements("field").Select(f => Lines(f.Value).Trim('\n')) ?? []
            );

        string Header(BodyPart actual)
        {
            var fields = new List<string>();
            foreach (var field in new HeaderReader(message.AsSpan((int)actual.HeaderStart, (int)actual.HeaderLength)))
                fields.Add(Lines(Encoding.Latin1.GetString(field.Raw)).Trim('\n'));
            return string.Join('\n', fields);
        }

        /// <summary>XML knows one line end only.</summary>
        static string Lines(string text) => text.Replace("\r\n", "\n").Replace('\r', '\n');
    }
}
