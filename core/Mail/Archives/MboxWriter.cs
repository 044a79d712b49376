using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Cloud.Mail.Compose;

namespace Cloud.Mail.Archives;

/// <summary>Appends messages to an mbox file. Each is read twice in the families that count.</summary>
/// <remarks>
/// What <see cref="MboxReader"/> reads of the same family is the message as it was, to the byte where newlines are kept,
/// but for what the format cannot say: mboxo and mboxcl lose one <c>&gt;</c> of lines that begin with <c>&gt;From </c>;
/// a message without a line end at its end gets one (in mboxcl2 only if it has no body); and its own Status, X-Status
/// and (where the file counts) Content-Length give way to the file's.
/// </remarks>
/// <param name="family">Of new files: mboxrd.</param>
/// <param name="newlines">LF is what other programs expect; kept is exact.</param>
public sealed class MboxWriter(MboxFamily family, NewlineForm newlines = NewlineForm.Lf)
{
    const int FlushAt = 64 * 1024;
    const int Piece = 16 * 1024;

    static readonly DateTimeOffset Epoch = DateTimeOffset.UnixEpoch;

    /// <param name="envelope">Its date is 1970 where it is missing, for the format demands one.</param>
    /// <param name="message">The message.</param>
    /// <param name="target">At the file's beginning, or behind a message; flushed, not completed.</param>
    /// <param name="cancel">Leaves a part of the message behind.</param>
    public async ValueTask WriteAsync(
        MboxEnvelope envelope,
        OctetSource message,
        PipeWriter target,
        CancellationToken cancel
    )
    {
        var fields = MboxStatus.Format(envelope.Flags);
        if (family is MboxFamily.Mboxcl or MboxFamily.Mboxcl2)
        {
            var count = new MboxEncoder(family, newlines, "");
            await EncodeAsync(count, message, PipeWriter.Create(Stream.Null), cancel);
            fields += string.Create(CultureInfo.InvariantCulture, $"Content-Length: {count.BodyLength}\n");
        }

        target.Write(MboxSeparator.Format(envelope, Epoch));
        target.Write(newlines == NewlineForm.CrLf ? "\r\n"u8 : "\n"u8);
        await EncodeAsync(new MboxEncoder(family, newlines, fields), message, target, cancel);
        await target.FlushAsync(cancel);
    }

    static async ValueTask EncodeAsync(
        MboxEncoder encoder,
        OctetSource message,
        PipeWriter target,
        CancellationToken cancel
    )
    {
        await foreach (var octets in message.ReadAsync(cancel))
        {
            for (var rest = octets; !rest.IsEmpty; rest = rest[Math.Min(Piece, rest.Length)..])
            {
                encoder.Write(rest[..Math.Min(Piece, rest.Length)].Span, target);
                if (target.UnflushedBytes >= FlushAt)
                    await target.FlushAsync(cancel);
            }
        }

        encoder.Complete(target);
        await target.FlushAsync(cancel);
    }
}
