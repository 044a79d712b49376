using System.Text;
using Cloud.Mail;
using Cloud.Mail.Encodings;

namespace Cloud.Tests.Mail.Differential;

/// <summary>The tree of a message by rules that are not ours, made of our index.</summary>
static class TheirTree
{
    /// <summary>An encoded message inside is looked into as it stands: what is no field is its text.</summary>
    public static string LookingIntoEncoded(byte[] message) =>
        Shown(Messages.Scan(message).Body, new Open(message, false, []));

    /// <summary>Beside that, a delimiter is that of the outermost multipart that has its boundary.</summary>
    public static string WithOuterDelimiters(byte[] message) =>
        Shown(Messages.Scan(message).Body, new Open(message, true, []));

    /// <param name="Message">Its octets.</param>
    /// <param name="Hoists">Delimiters are the outermost multipart's.</param>
    /// <param name="Levels">The multiparts around a part, outermost first.</param>
    sealed record Open(byte[] Message, bool Hoists, List<Level> Levels);

    sealed class Level(BodyPart multipart)
    {
        public Octets Boundary { get; } = multipart.Parameter("boundary"u8);

        /// <summary>What a part is that does not say: RFC 2046 §5.1.5.</summary>
        public string Default { get; } =
            multipart.Subtype.EqualsIgnoreCase("digest"u8) ? "message/rfc822(text/plain)" : "text/plain";
        public List<string> Children { get; } = [];
        public bool IsClosed { get; set; }
    }

    static string Shown(BodyPart part, Open open)
    {
        var kind = Kind(part);
        if (part.Message is { } inside)
            return $"{kind}({Shown(inside.Body, open)})";
        if (part.IsMessage && TransferCoder.IsCoded(part.Encoding))
            return $"{kind}(text/plain)";
        if (part.Parts.Count == 0)
            return kind;
        var mine = new Level(part);
        if (open.Hoists && open.Levels.Exists(level => level.Boundary == mine.Boundary))
            return kind; // its children are put behind it
        open.Levels.Add(mine);
        AddAll(part, open, open.Levels.Count - 1);
        open.Levels.RemoveAt(open.Levels.Count - 1);
        return $"{kind}({string.Join(',', mine.Children)})";
    }

    /// <summary>Adds the children of a multipart to that level, and behind each the children it does not keep.</summary>
    static void AddAll(BodyPart part, Open open, int level)
    {
        foreach (var child in part.Parts)
        {
            if (open.Levels[level].IsClosed)
                return;
            var place = open.Levels[level].Children.Count;
            open.Levels[level].Children.Add("");
            open.Levels[level].Children[place] = IsUndeclared(child, open.Message)
                ? open.Levels[level].Default
                : Shown(child, open);
            if (!open.Hoists || Inside(child) is not { Parts.Count: > 0 } whole)
                continue;
            var outer = open.Levels.FindIndex(one => one.Boundary == whole.Parameter("boundary"u8));
            if (outer < 0)
                continue;
            foreach (var between in open.Levels.Skip(outer + 1))
                between.IsClosed = true;
            AddAll(whole, open, outer);
            open.Levels[outer].IsClosed |= IsClosed(whole);
        }
    }

    static BodyPart Inside(BodyPart part) => part.Message is { } message ? Inside(message.Body) : part;

    static bool IsUndeclared(BodyPart part, byte[] message) =>
        !Encoding
            .Latin1.GetString(message[(int)part.HeaderStart..(int)part.BodyStart])
            .Contains("Content-Type:", StringComparison.OrdinalIgnoreCase);

    static bool IsClosed(BodyPart part) => part.Parts[^1].BodyEnd < part.BodyEnd;

    static string Kind(BodyPart part) => $"{part.Type}/{part.Subtype}".ToLowerInvariant();
}
