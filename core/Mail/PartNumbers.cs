using System.Globalization;

namespace Cloud.Mail;

/// <summary>What IMAP calls a message's parts: <c>1.2</c> (RFC 9051 §6.4.5.1).</summary>
/// <remarks>Parts are told apart by where their bodies begin, since a multipart that has none is read as a text.</remarks>
sealed class PartNumbers
{
    /// <summary>Levels of a number: more than any message has that is taken apart.</summary>
    const int MaxDepth = 100;

    readonly Dictionary<long, string> numbers = [];
    readonly List<(BodyPart Part, string Number)> leaves = [];

    public static PartNumbers Of(BodyPart body)
    {
        var all = new PartNumbers();
        if (body.IsMultipart)
            all.AddAll(body, "");
        else
            all.Add(body, "1");
        return all;
    }

    /// <summary>In their order; a message within the message counts as one.</summary>
    public IReadOnlyList<(BodyPart Part, string Number)> Leaves => leaves;

    public string this[BodyPart part] => numbers.GetValueOrDefault(part.BodyStart, "1");

    /// <returns>Null where the text names none.</returns>
    public static BodyPart? Find(MessageIndex index, string number)
    {
        var texts = number.Split('.');
        var path = new int[texts.Length];
        for (var i = 0; i < path.Length; i++)
        {
            if (!int.TryParse(texts[i], NumberStyles.None, CultureInfo.InvariantCulture, out path[i]) || path[i] < 1)
                return null;
        }
        return path.Length <= MaxDepth ? index.Part(path) : null;
    }

    void AddAll(BodyPart multipart, string prefix)
    {
        if (multipart.Parts.Count == 0)
            numbers[multipart.BodyStart] = $"{prefix}1";
        for (var i = 0; i < multipart.Parts.Count; i++)
        {
            var (part, number) = (multipart.Parts[i], string.Create(CultureInfo.InvariantCulture, $"{prefix}{i + 1}"));
            if (part.IsMultipart)
                AddAll(part, number + ".");
            else
                Add(part, number);
        }
    }

    void Add(BodyPart leaf, string number)
    {
        numbers[leaf.BodyStart] = number;
        leaves.Add((leaf, number));
    }
}
