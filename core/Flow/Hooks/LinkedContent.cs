using Cloud.Flow.Hooks.Payloads;
using Cloud.Mail;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;

namespace Cloud.Flow.Hooks;

/// <summary>What a link gives.</summary>
/// <param name="Name">As the sender calls it, who may call it anything; null for no name.</param>
/// <param name="Length">Octets; null where they are not known before.</param>
public sealed record LinkedContent(Stream Content, string Type, string? Name, long? Length)
{
    /// <summary>Opens what a link names.</summary>
    /// <returns>Null where it is not there any more.</returns>
    /// <exception cref="Store.Ports.StoreException">It cannot be read now.</exception>
    internal static async ValueTask<LinkedContent?> OpenAsync(
        AccountStore accounts,
        LinkTarget target,
        CancellationToken cancel
    )
    {
        var rows = await EmailReader.ReadAsync(accounts.Rows, target.Account, [target.Email], cancel);
        if (rows is not [{ Email: var email }])
            return null;
        if (target.Part is null)
        {
            var whole = await accounts.Blobs.OpenAsync(email.Blob, email.DeliveryFields, 0, null, cancel);
            return whole is null ? null : new(whole, "message/rfc822", $"{email.Id}.eml", email.Size);
        }
        if (await new HookMessages(accounts).OpenAsync(target.Account, email, cancel) is not { } message)
            return null;
        if (PartNumbers.Find(message.Index, target.Part) is not { } part)
            return null;
        var body = await accounts.Blobs.OpenAsync(
            email.Blob,
            email.DeliveryFields,
            part.BodyStart,
            part.BodyLength,
            cancel
        );
        return body is null
            ? null
            : new(
                new DecodedStream(body, TransferCoder.Decoder(part.Encoding)),
                TypeOf(part),
                ParameterText.FileName(part),
                part.DecodedLength
            );
    }

    /// <summary>A sender may write anything there: what is no plain type is octets.</summary>
    static string TypeOf(BodyPart part)
    {
        var type = $"{part.Type}/{part.Subtype}".ToLowerInvariant();
        return type.All(c => char.IsAsciiLetterOrDigit(c) || "/.+-_".Contains(c, StringComparison.Ordinal))
            ? type
            : "application/octet-stream";
    }
}
