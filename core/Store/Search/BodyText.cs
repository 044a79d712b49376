using System.Text;
using Cloud.Mail;
using Cloud.Mail.Bodies;

namespace Cloud.Store.Search;

/// <summary>The text parts of a message, decoded, as far as a search reads.</summary>
static class BodyText
{
    public static async ValueTask<string> ReadAsync(
        BodyPart body,
        Func<long, long, CancellationToken, ValueTask<byte[]>> read,
        CancellationToken cancel
    )
    {
        var text = new StringBuilder();
        var left = (long)SearchText.MaxOctets;
        foreach (var part in SearchText.PartsOf(body))
        {
            if (left == 0)
                break;
            var length = Math.Min(part.BodyLength, left);
            if (length == 0)
                continue; // an empty text beside the HTML
            left -= length;
            text.Append(SearchText.Of(part, await read(part.BodyStart, length, cancel))).Append('\n');
        }
        return text.ToString();
    }
}
