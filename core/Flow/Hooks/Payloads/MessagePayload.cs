using System.Text.Json;
using Cloud.Mail;
using Cloud.Mail.Bodies;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;

namespace Cloud.Flow.Hooks.Payloads;

/// <summary>A message's content in a full payload: header, texts, attachments, what was found out of its origin.</summary>
sealed class MessagePayload(HookLinks links, HookOptions options, Func<Uri?> publicUrl)
{
    /// <summary>Fields of a header that are told; usual ones have under 80.</summary>
    const int MaxFields = 200;

    /// <summary>Characters of a field's value.</summary>
    const int MaxValue = 8 * 1024;

    /// <summary>Octets read of each text, and characters told of it.</summary>
    const int MaxText = 256 * 1024;

    /// <summary>Attachments that are named.</summary>
    const int MaxAttachments = 100;

    /// <exception cref="Store.Ports.StoreException">The message cannot be read now.</exception>
    public async ValueTask WriteAsync(
        Utf8JsonWriter json,
        KeptMessage message,
        int inline,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var header = await message.HeaderAsync(cancel);
        WriteHeader(json, message.Index, header);
        WriteAuthentication(json, message.Email.DeliveryFields.Span);
        var selection = BodySelection.Of(message.Index.Body);
        await WriteTextsAsync(json, message, selection, cancel);
        await WriteAttachmentsAsync(json, message, selection, inline, now, cancel);
        json.WriteStartObject("raw");
        json.WriteNumber("size", message.Email.Size);
        json.WriteString("sha256", Convert.ToHexStringLower(message.Email.Sha256.Span));
        await WriteLinkAsync(json, message, null, now, cancel);
        json.WriteEndObject();
    }

    static void WriteHeader(Utf8JsonWriter json, MessageIndex index, byte[] header)
    {
        json.WriteStartArray("headers");
        var count = 0;
        foreach (var field in new HeaderReader(header))
        {
            if (++count > MaxFields)
                break;
            json.WriteStartObject();
            json.WriteString("name", System.Text.Encoding.Latin1.GetString(field.Name));
            json.WriteString("value", Cut(HeaderText.Decode(field.Value), MaxValue));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        var envelope = index.Envelope;
        WriteAddresses(json, "from", envelope.From);
        WriteAddresses(json, "to", envelope.To);
        WriteAddresses(json, "cc", envelope.Cc);
        WriteAddresses(json, "replyTo", envelope.ReplyTo);
        if (index.SentDate is { } date)
            json.WriteString("date", date);
        WriteIds(json, "inReplyTo", index.InReplyTo);
        WriteIds(json, "references", index.References);
    }

    static void WriteAddresses(Utf8JsonWriter json, string name, IReadOnlyList<Address> addresses)
    {
        json.WriteStartArray(name);
        foreach (var address in addresses.Where(one => one.IsMailbox).Take(MailEvent.MaxAddresses))
        {
            json.WriteStartObject();
            if (!address.Name.IsNilOrEmpty)
                json.WriteString("name", EncodedWords.Decode(address.Name.Span));
            json.WriteString("address", address.Spec);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteIds(Utf8JsonWriter json, string name, IReadOnlyList<Octets> ids)
    {
        json.WriteStartArray(name);
        foreach (var id in ids)
            json.WriteStringValue($"{id}");
        json.WriteEndArray();
    }

    /// <summary>Of our own field alone, which stands in front of the message: anybody may have written the others.</summary>
    static void WriteAuthentication(Utf8JsonWriter json, ReadOnlySpan<byte> fields)
    {
        json.WriteStartArray("authentication");
        foreach (var field in new HeaderReader(fields))
        {
            if (!field.Is("Authentication-Results"u8) || AuthenticationResults.Parse(field.Value) is not { } found)
                continue;
            foreach (var result in found.Results)
                WriteResult(json, result);
            break;
        }
        json.WriteEndArray();
    }

    static void WriteResult(Utf8JsonWriter json, AuthenticationResult result)
    {
        json.WriteStartObject();
        json.WriteString("method", result.Method);
        json.WriteString("result", result.Result);
        if (result.Reason is { } reason)
            json.WriteString("reason", reason);
        json.WriteStartObject("properties");
        foreach (var property in result.Properties.DistinctBy(one => one.Name))
            json.WriteString(property.Name, property.Value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static async ValueTask WriteTextsAsync(
        Utf8JsonWriter json,
        KeptMessage message,
        BodySelection selection,
        CancellationToken cancel
    )
    {
        var (text, isCut) = await TextAsync(message, selection.Text, PartText.Of, cancel);
        json.WriteString("text", text);
        json.WriteString("reply", ReplyText.Of(text).Own);
        var htmls = selection.Html.Where(part => part.Is("text"u8, "html"u8)).ToList();
        var (html, isHtmlCut) = await TextAsync(
            message,
            htmls,
            (part, octets, _) => PartText.Decode(part, octets),
            cancel
        );
        if (htmls.Count > 0)
            json.WriteString("html", html);
        json.WriteBoolean("truncated", isCut || isHtmlCut);
    }

    delegate string Reading(BodyPart part, ReadOnlySpan<byte> octets, int max);

    static async ValueTask<(string Text, bool IsCut)> TextAsync(
        KeptMessage message,
        IEnumerable<BodyPart> parts,
        Reading read,
        CancellationToken cancel
    )
    {
        var (text, isCut, left) = (new System.Text.StringBuilder(), false, (long)MaxText);
        foreach (var part in parts.Where(part => part.IsText))
        {
            var length = Math.Min(part.BodyLength, left);
            isCut |= length < part.BodyLength;
            if (length == 0)
                continue;
            left -= length;
            if (text.Length > 0)
                text.Append('\n');
            text.Append(read(part, await message.ReadAsync(part.BodyStart, length, cancel), MaxText));
        }
        isCut |= text.Length > MaxText;
        return (Cut($"{text}", MaxText), isCut);
    }

    async ValueTask WriteAttachmentsAsync(
        Utf8JsonWriter json,
        KeptMessage message,
        BodySelection selection,
        int inline,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var numbers = PartNumbers.Of(message.Index.Body);
        var left = (long)inline;
        json.WriteStartArray("attachments");
        // Pictures within the text are files, too, for who reads the text alone.
        var texts = selection.Text.Concat(selection.Html).Where(part => part.IsText);
        var shown = new HashSet<BodyPart>(texts, ReferenceEqualityComparer.Instance);
        foreach (var (part, number) in numbers.Leaves.Where(leaf => !shown.Contains(leaf.Part)).Take(MaxAttachments))
        {
            var size = part.DecodedLength ?? part.BodyLength;
            json.WriteStartObject();
            json.WriteString("part", number);
            if (ParameterText.FileName(part) is { } name)
                json.WriteString("name", Cut(name, MaxValue));
            json.WriteString("type", $"{part.Type}/{part.Subtype}".ToLowerInvariant());
            json.WriteNumber("size", size);
            if (!part.Id.IsNilOrEmpty)
                json.WriteString("contentId", $"{part.Id}".Trim('<', '>'));
            if (size <= left && part.BodyLength <= 2L * Hook.MaxInline)
            {
                var octets = await message.ReadAsync(part.BodyStart, part.BodyLength, cancel);
                var decoded = TransferCoder.Decoder(part.Encoding).Convert(octets);
                left -= decoded.Length;
                json.WriteBase64String("content", decoded);
            }
            else
                await WriteLinkAsync(json, message, number, now, cancel);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    async ValueTask WriteLinkAsync(
        Utf8JsonWriter json,
        KeptMessage message,
        string? part,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        if (publicUrl() is not { } address)
            return;
        var expires = now + options.LinkLife;
        var token = await links.TokenAsync(new(message.Account, message.Email.Id, part, expires), cancel);
        json.WriteString("url", new Uri(address, HookLinks.Path + token).AbsoluteUri);
        json.WriteString("expires", DateTimeOffset.FromUnixTimeSeconds(expires.ToUnixTimeSeconds()));
    }

    static string Cut(string text, int most) =>
        text.Length <= most ? text
        : char.IsHighSurrogate(text[most - 1]) ? text[..(most - 1)]
        : text[..most];
}
