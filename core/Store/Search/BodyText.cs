using System.Text;
using Cloud.Mail;
using Cloud.Mail.Charsets;
using Cloud.Mail.Encodings;

namespace Cloud.Store.Search;

/// <summary>The text parts of a message, decoded, as far as a search reads.</summary>
static class BodyText
{
    /// <summary>Octets read of all text parts of a message; longer texts are logs and dumps.</summary>
    const int MaxBytes = 2 * 1024 * 1024;

    public static async ValueTask<string> ReadAsync(
        BodyPart body,
        Func<long, long, CancellationToken, ValueTask<byte[]>> read,
        CancellationToken cancel
    )
    {
        var text = new StringBuilder();
        var left = (long)MaxBytes;
        foreach (var part in TextParts(body))
        {
            var length = Math.Min(part.BodyLength, left);
            if (length <= 0)
                break;
            left -= length;
            var bytes = TransferCoder.Decoder(part.Encoding).Convert(await read(part.BodyStart, length, cancel));
            text.Append(Charset.Decode(part.Parameter("charset"u8).ToString(), bytes)).Append('\n');
        }
        return text.ToString();
    }

    static IEnumerable<BodyPart> TextParts(BodyPart part)
    {
        if (part.Message is { } message)
            return TextParts(message.Body);
        return part.IsText ? [part] : part.Parts.SelectMany(TextParts);
    }
}
