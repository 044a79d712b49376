using System.Buffers;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Wire;
using Cloud.Mail;
using Cloud.Mail.Headers;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Listener.Imap.Fetch;

/// <summary>One section of one message, opened: so many octets from a stream or from memory, a number, or nothing at all.</summary>
sealed class SectionContent : IAsyncDisposable
{
    /// <summary>Octets copied at a time.</summary>
    const int Piece = 16 * 1024;

    /// <summary>The message has no such part.</summary>
    public static readonly SectionContent Nil = new(null, default, -1);

    /// <summary>It was asked for decoded, and nobody here knows how to.</summary>
    public static readonly SectionContent UnknownEncoding = new(null, default, -1);

    readonly Stream? stream;
    readonly ReadOnlyMemory<byte> memory;
    readonly long length;
    bool isNumber;
    bool isBinary;

    SectionContent(Stream? stream, ReadOnlyMemory<byte> memory, long length) =>
        (this.stream, this.memory, this.length) = (stream, memory, length);

    /// <summary>Octets at hand, which may have NULs among them.</summary>
    public static SectionContent Of(ReadOnlyMemory<byte> octets) =>
        new(null, octets, octets.Length) { isBinary = octets.Span.Contains((byte)0) };

    /// <summary>Octets that may have NULs among them.</summary>
    public static SectionContent Binary(Stream octets, long length) => new(octets, default, length) { isBinary = true };

    public static SectionContent Number(long number) => new(null, default, number) { isNumber = true };

    /// <summary>Opens a section.</summary>
    /// <param name="index">The message's structure; may be null for a section that is the whole message.</param>
    /// <returns>Null when the message is gone.</returns>
    public static async ValueTask<SectionContent?> OpenAsync(
        IGateway gateway,
        Access account,
        Email email,
        MessageIndex? index,
        BodySection section,
        CancellationToken cancel
    )
    {
        if (section.IsDecoded)
            return await new BinarySection(gateway, account, email, index!, section, cancel).OpenAsync();
        if (Place(email, index, section) is not var (start, size))
            return Nil;
        if (section.Text is SectionText.HeaderFields or SectionText.HeaderFieldsNot)
        {
            var header = await ReadAsync(gateway, account, email, start, size, cancel);
            if (header is null)
                return null;
            var fields = Pick(header, section);
            var (from, count) = section.Within(0, fields.Length);
            return new SectionContent(null, fields.Slice((int)from, (int)count), count);
        }

        var (offset, length) = section.Within(start, size);
        if (length == 0)
            return new SectionContent(null, default, 0);
        var octets = await gateway.ReadAsync(account, email, offset, length, ReadBy.Imap, cancel);
        return octets is null ? null : new SectionContent(octets, default, length);
    }

    /// <summary>The envelope of a message whose index holds only a part of it.</summary>
    /// <returns>Null when the message is gone.</returns>
    public static async ValueTask<Envelope?> ReadEnvelopeAsync(
        IGateway gateway,
        Access account,
        Email email,
        MessageIndex index,
        CancellationToken cancel
    )
    {
        var length = Math.Min(index.HeaderLength, MessageScanner.MaxHeaderBlock);
        var header = await ReadAsync(gateway, account, email, 0, length, cancel);
        return header is null ? null : Envelope.Parse(header);
    }

    /// <summary>Octets of it.</summary>
    public long Length => length;

    /// <summary>Puts its octets behind those of a message that comes in.</summary>
    public async ValueTask CopyToAsync(MessageUpload upload, CancellationToken cancel)
    {
        if (stream is null)
        {
            await upload.WriteAsync(memory, cancel);
            return;
        }
        var piece = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, Piece));
        try
        {
            for (var left = length; left > 0; )
            {
                var read = await stream.ReadAsync(piece.AsMemory(0, (int)Math.Min(left, piece.Length)), cancel);
                if (read == 0)
                    throw new EndOfStreamException("A blob is shorter than its index says");
                await upload.WriteAsync(piece.AsMemory(0, read), cancel);
                left -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <exception cref="BrokenResponseException">The store failed after the literal was begun.</exception>
    public async ValueTask WriteAsync(ImapWriter writer, CancellationToken cancel)
    {
        if (length < 0)
        {
            writer.Put("NIL"u8);
            return;
        }

        if (isNumber)
        {
            writer.Put((ulong)length);
            return;
        }
        if (isBinary)
            writer.Put("~"u8); // literal8, RFC 9051 §4.3.1
        writer.LiteralHeader(length);
        if (stream is null)
        {
            writer.Put(memory.Span);
            return;
        }
        try
        {
            await writer.CopyAsync(stream, length, cancel);
        }
        catch (Exception e) when (e is StoreException or EndOfStreamException)
        {
            throw new BrokenResponseException(e);
        }
    }

    public ValueTask DisposeAsync() => stream?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Where the section's octets are in the message; null when it has no such part.</summary>
    static (long Start, long Length)? Place(Email email, MessageIndex? index, BodySection section)
    {
        if (section.IsWhole || index is null)
            return (0, email.Size);
        if (section.Path.Count == 0)
            return section.Text == SectionText.Text
                ? (index.HeaderLength, email.Size - index.HeaderLength)
                : (0, index.HeaderLength);
        if (index.Part([.. section.Path]) is not { } part)
            return null;
        if (section.Text == SectionText.All)
            return (part.BodyStart, part.BodyLength);
        if (section.Text == SectionText.Mime)
            return (part.HeaderStart, part.HeaderLength);
        // The others belong to a message (RFC 9051 §6.4.5.1).
        if (part.Message is not { Body: var inner })
            return null;
        return section.Text == SectionText.Text
            ? (inner.BodyStart, inner.BodyLength)
            : (inner.HeaderStart, inner.HeaderLength);
    }

    /// <summary>The fields asked for, and the blank line that ends them (RFC 9051 §6.4.5.1).</summary>
    static ReadOnlyMemory<byte> Pick(byte[] header, BodySection section)
    {
        var wanted = section.Text == SectionText.HeaderFields;
        var picked = new ArrayBufferWriter<byte>(1024);
        foreach (var field in new HeaderReader(header))
        {
            if (IsNamed(section.Fields, field.Name) != wanted)
                continue;
            picked.Write(field.Raw);
            if (!field.Raw.EndsWith("\n"u8))
                picked.Write("\r\n"u8);
        }
        picked.Write("\r\n"u8);
        return picked.WrittenMemory;
    }

    static bool IsNamed(IReadOnlyList<byte[]> fields, ReadOnlySpan<byte> name)
    {
        foreach (var field in fields)
        {
            if (Ascii.EqualsIgnoreCase(field, name))
                return true;
        }
        return false;
    }

    static async ValueTask<byte[]?> ReadAsync(
        IGateway gateway,
        Access account,
        Email email,
        long start,
        long length,
        CancellationToken cancel
    )
    {
        var header = new byte[Math.Min(length, ImapLimits.HeaderBlock)];
        if (header.Length == 0)
            return header;
        await using var octets = await gateway.ReadAsync(account, email, start, header.Length, ReadBy.Imap, cancel);
        if (octets is null)
            return null;
        await octets.ReadExactlyAsync(header, cancel);
        return header;
    }
}
