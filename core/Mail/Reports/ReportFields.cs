using System.Text;
using Cloud.Mail.Compose;
using Cloud.Mail.Headers;

namespace Cloud.Mail.Reports;

/// <summary>One field of a report, in the order of the report.</summary>
/// <param name="Group">From 0; a blank line begins the next group.</param>
/// <param name="Name">As the reporter wrote it.</param>
/// <param name="Value">Unfolded and decoded.</param>
readonly record struct ReportField(int Group, string Name, string Value)
{
    public ReadOnlySpan<byte> Octets => Encoding.UTF8.GetBytes(Value);

    public bool IsRecipient => Is("Final-Recipient") || Is("Original-Recipient");

    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The fields of message/delivery-status and message/disposition-notification. RFC 3464 §2.1, RFC 8098 §3.1.</summary>
static class ReportFields
{
    /// <summary>Octets looked at of a report: some thousand recipients.</summary>
    public const int MaxOctets = 256 * 1024;

    /// <summary>Fields taken of a report.</summary>
    public const int MaxFields = 10_000;

    /// <summary>Fields before one whose names it may share: what a reporter writes of each recipient.</summary>
    const int Near = 8;

    /// <summary>Characters written of a remote server's words; SMTP replies have few lines of 512.</summary>
    const int MaxText = 2_000;

    /// <summary>Octets of a word, so that lines can be folded; the longest address has 889 (<see cref="Utf8Address"/>).</summary>
    const int MaxWord = 900;

    /// <remarks>
    /// Lines that are no field are passed over: some reporters mix text in. A line of white space is one of a folded
    /// field (RFC 5322 §4.2), unless what follows it, up to the next, names a recipient: then it was meant to be blank.
    /// </remarks>
    public static List<ReportField> Read(ReadOnlySpan<byte> octets)
    {
        var fields = new List<ReportField>();
        if (octets.Length > MaxOctets)
            octets = octets[..MaxOctets];
        for (var group = 0; !octets.IsEmpty && fields.Count < MaxFields; )
        {
            var reader = new HeaderReader(octets);
            var afterSpace = -1; // the first field after the last line of white space
            while (fields.Count < MaxFields && reader.MoveNext())
            {
                var field = reader.Current;
                fields.Add(new(group, Name(field.Name, fields), HeaderText.Decode(field.Value)));
                if (afterSpace >= 0 && fields[^1].IsRecipient)
                {
                    Regroup(fields, afterSpace, ++group);
                    afterSpace = -1;
                }

                if (EndsInSpace(field.Raw))
                    afterSpace = fields.Count;
            }

            octets = reader.Rest;
            var lf = octets.IndexOf((byte)'\n');
            var isBlank = lf >= 0 && octets[..lf].TrimEnd((byte)'\r').IsEmpty;
            if (isBlank && fields.Count > 0 && fields[^1].Group == group)
                group++;
            octets = lf < 0 ? [] : octets[(lf + 1)..];
        }

        return fields;
    }

    /// <summary>Those that no standard names.</summary>
    /// <param name="fields">Of a report.</param>
    /// <param name="known">Names of the standard's.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Extensions(List<ReportField> fields, string[] known)
    {
        List<KeyValuePair<string, string>>? extensions = null;
        foreach (var field in fields)
        {
            if (!IsKnown(field.Name, known))
                (extensions ??= []).Add(new(field.Name, field.Value));
        }

        return extensions ?? (IReadOnlyList<KeyValuePair<string, string>>)[];
    }

    /// <exception cref="ComposeException">One has the name of a field of the standard's.</exception>
    public static void WriteExtensions(
        FieldWriter writer,
        IEnumerable<KeyValuePair<string, string>> extensions,
        string[] known
    )
    {
        foreach (var (name, value) in extensions)
        {
            if (IsKnown(name, known))
                throw new ComposeException($"{name} is no extension field");
            Write(writer, name, value);
        }
    }

    public static void Write(FieldWriter writer, string name, string? value)
    {
        if (value is not null)
            Field(name, value, writer.Form).WriteTo(writer);
    }

    public static void Write(FieldWriter writer, string name, TypedText? value)
    {
        if (value is { } typed)
            Write(writer, name, $"{typed.Type}; {typed.In(writer.Form)}");
    }

    public static void Write(FieldWriter writer, string name, DateTimeOffset? date)
    {
        if (date is { } known)
            new DateField(name, known).WriteTo(writer);
    }

    /// <summary>Fields follow others of their name in reports of many recipients, at once or after a few.</summary>
    static string Name(ReadOnlySpan<byte> name, List<ReportField> before)
    {
        for (var i = before.Count - 1; i >= Math.Max(0, before.Count - Near); i--)
        {
            if (Ascii.Equals(name, before[i].Name))
                return before[i].Name;
        }
        return Encoding.ASCII.GetString(name);
    }

    static bool IsKnown(string name, string[] known) => known.Contains(name, StringComparer.OrdinalIgnoreCase);

    static void Regroup(List<ReportField> fields, int from, int group)
    {
        for (var i = from; i < fields.Count; i++)
            fields[i] = fields[i] with { Group = group };
    }

    static bool EndsInSpace(ReadOnlySpan<byte> field)
    {
        field = field.TrimEnd((byte)'\n');
        var last = field[(field.LastIndexOf((byte)'\n') + 1)..];
        return last.Length < field.Length && last.Trim(" \t\r"u8).IsEmpty;
    }

    /// <summary>A field for a report: text of others is cut, cleaned, and (without UTF-8) reduced to ASCII.</summary>
    static RawField Field(string name, string value, HeaderForm form)
    {
        var text = new StringBuilder(value.Length);
        var word = 0;
        foreach (var rune in HeaderWords.Clean(value).EnumerateRunes())
        {
            if (text.Length >= MaxText)
                break;
            word = rune.Value == ' ' ? 0 : word + rune.Utf8SequenceLength;
            if (word > MaxWord)
                text.Append(' ');
            if (word > MaxWord)
                word = 0;
            if (rune.Value == ' ' && text.Length > 0 && text[^1] == ' ')
                continue; // a line cannot be folded within white space, and that of others may be longer than one
            text.Append(rune.IsAscii || form == HeaderForm.Utf8 ? rune.ToString() : "?");
        }

        return new RawField(name, text.ToString());
    }
}
