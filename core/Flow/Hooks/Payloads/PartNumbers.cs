using Cloud.Mail;

namespace Cloud.Flow.Hooks.Payloads;

/// <summary>Parts by the numbers that IMAP gives them (RFC 9051 §6.4.5.1).</summary>
static class PartNumbers
{
    /// <returns>Of all leaves, messages among them as a whole.</returns>
    public static Dictionary<BodyPart, string> Of(BodyPart body)
    {
        var numbers = new Dictionary<BodyPart, string>(ReferenceEqualityComparer.Instance);
        if (body.IsMultipart)
            Add(body, "", numbers);
        else
            numbers[body] = "1";
        return numbers;
    }

    /// <returns>Null where the text names none.</returns>
    public static BodyPart? Find(MessageIndex index, string number)
    {
        var path = new List<int>();
        foreach (var text in number.Split('.'))
        {
            if (!int.TryParse(text, out var one) || one < 1)
                return null;
            path.Add(one);
        }
        return index.Part([.. path]);
    }

    static void Add(BodyPart multipart, string before, Dictionary<BodyPart, string> numbers)
    {
        for (var i = 0; i < multipart.Parts.Count; i++)
        {
            var (part, number) = (multipart.Parts[i], $"{before}{i + 1}");
            if (part.IsMultipart)
                Add(part, $"{number}.", numbers);
            else
                numbers[part] = number;
        }
    }
}
