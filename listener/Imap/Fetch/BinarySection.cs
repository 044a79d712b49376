using Cloud.Api.Gateway;
using Cloud.Mail;
using Cloud.Mail.Encodings;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Fetch;

/// <summary>BINARY and BINARY.SIZE: a part out of its transfer encoding (RFC 9051 §6.4.5, RFC 3516 §4).</summary>
/// <remarks>
/// A literal's size stands before it, so the length must be known first: the index has it, or else the part is decoded
/// twice. What holds other parts or a message is not encoded itself (RFC 2045 §6.4) and goes as it stands.
/// </remarks>
/// <param name="index">The message's structure.</param>
sealed class BinarySection(
    IGateway gateway,
    Access account,
    Email email,
    MessageIndex index,
    BodySection section,
    CancellationToken cancel
)
{
    /// <summary>Octets held to see whether they have a NUL; longer ones go as literal8, whatever is in them.</summary>
    const int Scanned = 16 * 1024;

    readonly BodyPart? part = index.Part([.. section.Path]);

    bool IsSize => section.Text == SectionText.BinarySize;

    bool IsLeaf => part is { IsMultipart: false, Message: null };

    bool IsCoded => IsLeaf && TransferCoder.IsCoded(part!.Encoding);

    long Start => part?.BodyStart ?? 0;

    long Encoded => part?.BodyLength ?? email.Size;

    /// <returns>Null when the message is gone.</returns>
    public async ValueTask<SectionContent?> OpenAsync()
    {
        if (section.Path.Count > 0 && part is null)
            return IsSize ? SectionContent.Number(0) : SectionContent.Nil;
        if (IsLeaf && !TransferCoder.IsKnown(part!.Encoding))
            return SectionContent.UnknownEncoding;
        if (await SizeAsync() is not { } size)
            return null;
        if (IsSize)
            return SectionContent.Number(size);

        var (from, length) = section.Within(0, size);
        if (length == 0)
            return SectionContent.Of(default);
        if (await OpenAsync(from, length) is not { } octets)
            return null;
        return length > Scanned
            ? SectionContent.Binary(octets, length)
            : SectionContent.Of(await GatherAsync(octets, (int)length));
    }

    /// <returns>Null when the message is gone.</returns>
    async ValueTask<long?> SizeAsync()
    {
        if (!IsCoded)
            return Encoded;
        if (part!.DecodedLength is { } known)
            return known;
        var octets = await OpenAsync(0, long.MaxValue);
        if (octets is null)
            return null;
        await using (octets)
        {
            var (piece, size) = (new byte[Scanned], 0L);
            while (await octets.ReadAsync(piece, cancel) is > 0 and var read)
                size += read;
            return size;
        }
    }

    /// <summary>Opens the part at a place of what it decodes to.</summary>
    async ValueTask<Stream?> OpenAsync(long from, long length)
    {
        if (!IsCoded)
            return await gateway.ReadAsync(account, email, Start + from, length, ReadBy.Imap, cancel);
        if (Encoded == 0)
            return Stream.Null;
        var encoded = await gateway.ReadAsync(account, email, Start, Encoded, ReadBy.Imap, cancel);
        if (encoded is null)
            return null;
        var decoded = new DecodedStream(encoded, TransferCoder.Decoder(part!.Encoding));
        try
        {
            if (from > 0)
                await decoded.SkipAsync(from, cancel);
            return decoded;
        }
        catch
        {
            await decoded.DisposeAsync();
            throw;
        }
    }

    async ValueTask<byte[]> GatherAsync(Stream octets, int length)
    {
        await using (octets)
        {
            var gathered = new byte[length];
            await octets.ReadExactlyAsync(gathered, cancel);
            return gathered;
        }
    }
}
