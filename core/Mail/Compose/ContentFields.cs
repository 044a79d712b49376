using System.Buffers;
using System.Text;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;

namespace Cloud.Mail.Compose;

/// <summary>Writes the Content-* fields of a part. RFC 2045, RFC 2183, RFC 2231.</summary>
public static class ContentFields
{
    /// <summary>Characters of a file name: what file systems take.</summary>
    public const int MaxFileName = 255;

    /// <summary>Octets of a parameter with its name on a line of its own: fits before <see cref="FieldWriter.FoldAt"/>.</summary>
    const int MaxParameter = 74;

    static readonly SearchValues<char> TokenChars = SearchValues.Create(
        "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~"
    );

    /// <summary>attribute-char of RFC 2231 §7: stands for itself in an extended value.</summary>
    static readonly SearchValues<char> AttributeChars = SearchValues.Create(
        "!#$&+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~"
    );

    static readonly string[] Reserved =
    [
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Content-Disposition",
        "Content-ID",
        "Content-Description",
        "Content-Language",
        "Content-Location",
    ];

    /// <summary>The composer writes it, so that a caller must not.</summary>
    internal static bool IsReserved(string name) => Reserved.Contains(name, StringComparer.OrdinalIgnoreCase);

    internal static void Write(
        FieldWriter writer,
        MimePart part,
        string type,
        IEnumerable<KeyValuePair<string, string>> parameters,
        string encoding
    )
    {
        var fileName = FileName(part);
        WriteType(writer, type, parameters, fileName);
        if (!encoding.Equals("7bit", StringComparison.Ordinal))
            WriteToken(writer, "Content-Transfer-Encoding", encoding);
        if ((part.Disposition ?? (fileName is null ? null : "attachment")) is { } disposition)
        {
            writer.Begin("Content-Disposition");
            writer.Add(" " + Token(disposition));
            if (fileName is not null)
                AddParameter(writer, "filename", fileName);
            writer.End();
        }

        if (part.ContentId is { } id)
            new MessageIdField("Content-ID", [id]).WriteTo(writer);
        if (part.Description is { } description)
            new TextField("Content-Description", description).WriteTo(writer);
        if (part.Languages.Count > 0)
            WriteToken(writer, "Content-Language", string.Join(", ", part.Languages.Select(Token)));
        if (part.Location is { } location)
            new RawField("Content-Location", location).WriteTo(writer);
        foreach (var field in part.Fields)
        {
            if (IsReserved(field.Name))
                throw new ComposeException($"{field.Name} is written by itself");
            field.WriteTo(writer);
        }
    }

    static void WriteType(
        FieldWriter writer,
        string type,
        IEnumerable<KeyValuePair<string, string>> parameters,
        string? fileName
    )
    {
        var slash = type.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            throw new ComposeException("A media type has a slash");
        writer.Begin("Content-Type");
        writer.Add($" {Token(type[..slash])}/{Token(type[(slash + 1)..])}");
        foreach (var (name, value) in parameters)
        {
            if (fileName is null || !name.Equals("name", StringComparison.OrdinalIgnoreCase))
                AddParameter(writer, Attribute(name), HeaderWords.Clean(value));
        }

        if (fileName is not null)
            AddName(writer, fileName);
        writer.End();
    }

    /// <summary>Content-Type's name: for readers that do not know RFC 2231, in the way they expect.</summary>
    /// <remarks>
    /// Encoded words in a quoted string are against RFC 2047 §5, and what Outlook, Gmail and their like have always
    /// written and read there. All others take Content-Disposition's file name, which follows the standard.
    /// </remarks>
    static void AddName(FieldWriter writer, string fileName)
    {
        if (IsRaw(fileName, writer.Form))
        {
            writer.AddAfter(";", $" name={HeaderWords.Quote(fileName)}");
            return;
        }

        var words = EncodedWordEncoder.EncodeWhole(fileName, column: " name=\"".Length).Split(' ');
        for (var i = 0; i < words.Length; i++)
        {
            var word = i == 0 ? $" name=\"{words[i]}" : $" {words[i]}";
            writer.AddAfter(i == 0 ? ";" : "", i == words.Length - 1 ? word + "\"" : word);
        }
    }

    static void AddParameter(FieldWriter writer, string name, string value)
    {
        if (IsRaw(value, writer.Form))
        {
            var isToken = value.Length > 0 && !value.AsSpan().ContainsAnyExcept(TokenChars);
            var plain = $" {name}={(isToken ? value : HeaderWords.Quote(value))}";
            if (Encoding.UTF8.GetByteCount(plain) <= MaxParameter)
            {
                writer.AddAfter(";", plain);
                return;
            }
        }

        AddExtended(writer, name, value);
    }

    /// <summary>RFC 2231 §4, in pieces (§3) where one line is not enough. No piece splits a character.</summary>
    static void AddExtended(FieldWriter writer, string name, string value)
    {
        var pieces = new List<string>();
        var piece = new StringBuilder("utf-8''");
        var room = MaxParameter - name.Length - "  *99*=".Length;
        foreach (var rune in value.EnumerateRunes())
        {
            var escaped = Escape(rune);
            if (piece.Length + escaped.Length > room)
            {
                pieces.Add(piece.ToString());
                piece.Clear();
            }

            piece.Append(escaped);
        }

        pieces.Add(piece.ToString());
        for (var i = 0; i < pieces.Count; i++)
            writer.AddAfter(";", pieces.Count == 1 ? $" {name}*={pieces[i]}" : $" {name}*{i}*={pieces[i]}");
    }

    static string Escape(Rune rune)
    {
        if (rune.IsBmp && AttributeChars.Contains((char)rune.Value))
            return ((char)rune.Value).ToString();
        Span<byte> octets = stackalloc byte[4];
        var escaped = new StringBuilder(12);
        foreach (var octet in octets[..rune.EncodeToUtf8(octets)])
            escaped.Append('%').AppendOctet(octet);
        return escaped.ToString();
    }

    /// <summary>It may stand in a quoted string. What looks like an encoded word would be decoded by too many.</summary>
    static bool IsRaw(string value, HeaderForm form) =>
        (Ascii.IsValid(value) || form == HeaderForm.Utf8 && HeaderWords.IsWellFormed(value))
        && !value.Contains("=?", StringComparison.Ordinal);

    static void WriteToken(FieldWriter writer, string name, string value) => new RawField(name, value).WriteTo(writer);

    static string Token(string text) =>
        text.Length > 0 && text.Length <= 127 && !text.AsSpan().ContainsAnyExcept(TokenChars)
            ? text
            : throw new ComposeException("A media type, disposition, language or parameter name is no token");

    /// <summary>RFC 2231 §7: an asterisk in a parameter's name would say something of its value.</summary>
    static string Attribute(string name) =>
        !name.AsSpan().ContainsAny("*'%")
            ? Token(name)
            : throw new ComposeException("A parameter's name holds characters that RFC 2231 gives a meaning");

    static string? FileName(MimePart part)
    {
        if (part.FileName is null || HeaderWords.Clean(part.FileName).Trim() is not { Length: > 0 } name)
            return null;
        return name.Length <= MaxFileName
            ? name
            : throw new ComposeException($"A file name is longer than {MaxFileName} characters");
    }
}
