using System.Text;
using Cloud.Mail.Compose;
using Cloud.Mail.Headers;

namespace Cloud.Mail.Reports;

/// <summary>One field of a report, in the order of the report.</summary>
/// <param name="Group">From 0; a blank line begins the next group.</param>
readonly record struct ReportField(int Group, string Name, string Value)
{
    public ReadOnlySpan<byte> Octets => Encoding.UTF8.GetBytes(Value);

    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The fields of message/delivery-status and message/disposition-notification. RFC 3464 §2.1, RFC 8098 §3.1.</summary>
static class ReportFields
{
    /// <summary>Octets looked at of a report: some thousand recipients.</summary>
    public const int MaxOctets = 256 * 1024;

    /// <summary>Fields taken of a report.</summary>
    public const int MaxFields = 10_000;

    /// <summary>Characters written of a remote server's words; SMTP replies have few lines of 512.</summary>
    const int MaxText = 2_000;

    /// <summary>Octets of a word, so that lines can be folded; the longest address has 889 (<see cref="Utf8Address"/>).</summary>
    const int MaxWord = 900;

    /// <remarks>Lines that are no field are passed over: some reporters mix text in.</remarks>
    public static List<ReportField> Read(ReadOnlySpan<byte> octets)
    {
        var fields = new List<ReportField>();
        if (octets.Length > MaxOctets)
            octets = octets[..MaxOctets];
        for (var group = 0; !octets.IsEmpty && fields.Count < MaxFields; )
        {
            var reader = new HeaderReader(octets);
            while (fields.Count < MaxFields && reader.MoveNext())
            {
                var field = reader.Current;
                fields.Add(new(group, Encoding.ASCII.GetString(field.Name), HeaderText.Decode(field.Value)));
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

    /// <summary>A field for a report: text of others is cut, cleaned, and (without UTF-8) reduced to ASCII.</summary>
    public static RawField Field(string name, string value, HeaderForm form)
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
            text.Append(rune.IsAscii || form == HeaderForm.Utf8 ? rune.ToString() : "?");
        }

        return new RawField(name, text.ToString());
    }

    public static RawField Field(string name, TypedText value, HeaderForm form)
    {
        var isAddress = value.Type.Equals(TypedText.Utf8, StringComparison.OrdinalIgnoreCase);
        var text = isAddress && form != HeaderForm.Utf8 ? Utf8Address.Encode(value.Text) : value.Text;
        return Field(name, $"{value.Type}; {text}", form);
    }
}
