using System.Buffers;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Charsets;
using Cloud.Mail.Headers;

namespace Cloud.Trust.Content;

/// <summary>What the text is made of; not what it says, which is the classifier's business.</summary>
static class TextRules
{
    /// <summary>Letters and digits below which a text says nothing.</summary>
    const int TinyText = 20;

    /// <summary>Letters and digits below which a picture says it all.</summary>
    const int LittleText = 60;

    /// <summary>Invisible characters within words; one or two come from text programs.</summary>
    const int ManyInvisible = 5;

    static readonly SearchValues<byte> Base64 = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"u8
    );

    /// <summary>Zero-width space, word joiner, byte order mark, and the (non-)joiners that some scripts need.</summary>
    static readonly SearchValues<char> Invisible = SearchValues.Create("\u200B\u200C\u200D\u2060\uFEFF\u00AD");

    public static IEnumerable<ContentRule> All { get; } =
    [
        ContentRule.If(
            "EMPTY_MESSAGE",
            1.0m,
            "There is nothing to read and nothing to save",
            message => message.Letters == 0 && !HasImage(message) && !message.Message.Index.HasAttachment
        ),
        ContentRule.If("HTML_ONLY", 0.3m, "The text is in HTML alone", message => message.HasHtml && !message.HasPlain),
        ContentRule.If(
            "HTML_SHORT_TEXT",
            1.0m,
            "HTML with a link and next to no text",
            message => message.HasHtml && message.Links.Count > 0 && message.Letters < TinyText
        ),
        ContentRule.If(
            "IMAGE_ONLY",
            1.5m,
            "A picture with next to no text",
            message => HasImage(message) && message.Letters < LittleText
        ),
        ContentRule.Naming("HTML_ACTIVE", 1.0m, "The HTML acts by itself or asks for input", Active),
        ContentRule.If("INVISIBLE_CHARACTERS", 1.5m, "Words are split by characters nobody sees", HidesWords),
        ContentRule.If("INVALID_BASE64", 1.0m, "A text in base64 is damaged", message => Any(message, IsDamaged)),
        ContentRule.If(
            "BASE64_ASCII",
            0.7m,
            "A text in plain ASCII is hidden in base64",
            message => Any(message, text => IsBase64(text) && text.Source.Length > 0 && Ascii.IsValid(text.Source))
        ),
        ContentRule.Naming(
            "UNKNOWN_CHARSET",
            0.7m,
            "A text names a charset that nobody has",
            message => message.Message.Texts.Select(Unknown).FirstOrDefault(name => name is not null)
        ),
    ];

    static bool Any(ContentCase message, Func<SampleText, bool> test) => message.Message.Texts.Any(test);

    /// <summary>A part or an address of one.</summary>
    static bool HasImage(ContentCase message) =>
        message.Message.Texts.Any(text => text.IsHtml && text.Html.Images > 0)
        || Images(message.Message.Index.Body) == 1;

    static int Images(BodyPart part) =>
        part.Type.EqualsIgnoreCase("image"u8) && !part.IsAttachment ? 1 : part.Parts.Sum(Images);

    static string? Active(ContentCase message) =>
        message
            .Message.Texts.Where(text => text.IsHtml)
            .Select(text => text.Html.Active)
            .FirstOrDefault(name => name is not null);

    static bool HidesWords(ContentCase message)
    {
        var count = 0;
        foreach (var text in message.Message.Texts)
        {
            var words = text.Words.AsSpan();
            for (var at = 1; at < words.Length && words[at..].IndexOfAny(Invisible) is >= 0 and var found; at++)
            {
                at += found;
                if (at + 1 >= words.Length)
                    break;
                if (IsAlphabetic(words[at - 1]) && IsAlphabetic(words[at + 1]) && ++count == ManyInvisible)
                    return true;
            }
        }

        return false;
    }

    /// <summary>Latin, Greek or Cyrillic, which need no joiners.</summary>
    static bool IsAlphabetic(char c) => c < '\u0530' && char.IsLetter(c);

    static bool IsBase64(SampleText text) => text.Part.Encoding.EqualsIgnoreCase("base64"u8);

    /// <summary>Octets that base64 has not (RFC 2045 §6.8 would have them ignored, and no program writes them).</summary>
    static bool IsDamaged(SampleText text) => IsBase64(text) && text.Raw.Span.IndexOfAnyExcept(Base64) >= 0;

    static string? Unknown(SampleText text) =>
        ParameterText.Find(text.Part.Parameters, "charset") is { Text: { Length: > 0 } name }
        && CharsetNames.CodePage(name) == CharsetNames.Unknown
            ? name
            : null;
}
