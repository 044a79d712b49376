using System.Globalization;
using Cloud.Mail;

namespace Cloud.Api.Rest.Messages;

/// <summary>What IMAP calls a message's parts: <c>1.2</c> (RFC 9051 §6.4.5.1).</summary>
/// <remarks>Parts are told apart by where their bodies begin, since a multipart that has none is read as a text.</remarks>
sealed class PartNumbers
{
    readonly Dictionary<long, string> numbers = [];

    public static PartNumbers Of(BodyPart body)
    {
        var all = new PartNumbers();
        if (body.IsMultipart)
            all.AddAll(body, "");
        else
            all.numbers[body.BodyStart] = "1";
        return all;
    }

    public string this[BodyPart part] => numbers.GetValueOrDefault(part.BodyStart, "1");

    /// <returns>Null where it is none.</returns>
    public static int[]? Parse(string text)
    {
        const int maxDepth = 100;
        var path = text.Split('.');
        var numbers = new int[path.Length];
        for (var i = 0; i < path.Length; i++)
        {
            if (!int.TryParse(path[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        }
        return path.Length <= maxDepth ? numbers : null;
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
                numbers[part.BodyStart] = number;
        }
    }
}
