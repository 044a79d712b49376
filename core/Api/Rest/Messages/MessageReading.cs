using System.Globalization;
using Cloud.Mail;
using Cloud.Mail.Bodies;
using Cloud.Mail.Headers;
using Cloud.Store.Accounts;

namespace Cloud.Api.Rest.Messages;

/// <summary>Takes a message apart for people who do not want to read MIME.</summary>
static class MessageReading
{
    /// <summary>Octets of a text, as they stand in the message, that are shown.</summary>
    const int MaxText = 1024 * 1024;

    /// <summary>Octets of a header that are shown: as many as an index is made of.</summary>
    const int MaxHeader = 256 * 1024;

    /// <summary>Attachments shown.</summary>
    const int MaxAttachments = 200;

    public static async ValueTask<MessageInfo> InfoAsync(ApiCall call, FoundMessage found, CancellationToken cancel)
    {
        var (index, envelope) = (found.Index, found.Index.Envelope);
        var selection = BodySelection.Of(index.Body);
        var numbers = PartNumbers.Of(index.Body);
        var texts = selection.Text.Where(part => part.IsText).ToList();
        var htmls = selection.Html.Where(part => part.Is("text"u8, "html"u8)).ToList();
        var text = await TextAsync(call, found, texts, (part, octets) => PartText.Of(part, octets), cancel);
        var html = await TextAsync(call, found, htmls, (part, octets) => PartText.Decode(part, octets), cancel);
        var header = await OctetsAsync(call, found, 0, Math.Min(index.HeaderLength, MaxHeader), cancel);
        return new(
            found.Summary(),
            FoundMessage.Mailers(envelope.Cc),
            FoundMessage.Mailers(envelope.Bcc),
            FoundMessage.Mailers(envelope.ReplyTo),
            index.MessageId.IsNil ? null : index.MessageId.ToString(),
            [.. index.InReplyTo.Select(id => id.ToString())],
            [.. index.References.Select(id => id.ToString())],
            text,
            htmls.Count == 0 ? null : html,
            ReplyText.Of(text).Own,
            texts.Concat(htmls).Any(part => part.BodyLength > MaxText),
            [.. selection.Attachments.Take(MaxAttachments).Select(part => Attachment(part, numbers))],
            Headers(header),
            Convert.ToHexStringLower(found.Email.Sha256.Span)
        );
    }

    delegate string Show(BodyPart part, ReadOnlySpan<byte> octets);

    static async ValueTask<string> TextAsync(
        ApiCall call,
        FoundMessage found,
        List<BodyPart> parts,
        Show show,
        CancellationToken cancel
    )
    {
        var texts = new List<string>();
        foreach (var part in parts)
        {
            var octets = await OctetsAsync(call, found, part.BodyStart, Math.Min(part.BodyLength, MaxText), cancel);
            texts.Add(show(part, octets));
        }
        return string.Join("\n", texts);
    }

    static async ValueTask<byte[]> OctetsAsync(
        ApiCall call,
        FoundMessage found,
        long start,
        long length,
        CancellationToken cancel
    )
    {
        if (length == 0)
            return [];
        await using var stream =
            await call.Rooms.Gateway.ReadAsync(found.Account, found.Email, start, length, ReadBy.Api, cancel)
            ?? throw new ApiException(ApiProblem.NotFound("message"));
        var octets = new byte[length];
        var read = await stream.ReadAtLeastAsync(octets, octets.Length, throwOnEndOfStream: false, cancel);
        return octets[..read];
    }

    static AttachmentInfo Attachment(BodyPart part, PartNumbers numbers) =>
        new(
            numbers[part],
            ParameterText.FileName(part),
            MediaTypeOf(part),
            part.DecodedLength,
            part.Id.IsNilOrEmpty ? null : part.Id.ToString().Trim('<', '>')
        );

    /// <summary>Only what a header of HTTP can hold.</summary>
    public static string MediaTypeOf(BodyPart part)
    {
        var type = string.Create(CultureInfo.InvariantCulture, $"{part.Type}/{part.Subtype}").ToLowerInvariant();
        return type.Length < 100 && type.All(c => char.IsAsciiLetterOrDigit(c) || "/!#$&^_.+-".Contains(c))
            ? type
            : "application/octet-stream";
    }

    static List<HeaderInfo> Headers(ReadOnlySpan<byte> octets)
    {
        var headers = new List<HeaderInfo>();
        foreach (var field in new HeaderReader(octets))
            headers.Add(new(System.Text.Encoding.Latin1.GetString(field.Name), HeaderText.Decode(field.Value)));
        return headers;
    }
}
