using System.Buffers;
using System.Text;
using Cloud.Mail.Encodings;

namespace Cloud.Mail.Archives;

/// <summary>A message as it stands in an mbox file, with the blank line after it.</summary>
/// <param name="family">Decides about quotes and Content-Length.</param>
/// <param name="newlines">How lines shall end.</param>
/// <param name="fields">Added at the end of the header, with LF.</param>
sealed class MboxEncoder(MboxFamily family, NewlineForm newlines, string fields) : TransferCoder
{
    readonly LinePieces lines = new();
    readonly NewlineCoder coder = new(newlines);
    readonly ArrayBufferWriter<byte> converted = new();
    readonly bool isReversible = MboxQuoting.IsReversible(family);
    bool inHeader = true;
    bool atFirstLine = true;
    bool hasCr;
    bool isDropped;
    byte last = (byte)'\n';

    /// <summary>Octets written behind the header's blank line, the file's own blank line aside.</summary>
    public long BodyLength { get; private set; }

    public override void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        while (!octets.IsEmpty)
        {
            if (!inHeader && lines.IsAtStart && MboxQuoting.Plain(octets) is { IsEmpty: false } plain)
            {
                isDropped = false;
                Put(plain, target);
                octets = octets[plain.Length..];
                continue;
            }

            if (!lines.Next(ref octets, out var piece, out var isStart))
                continue;
            if (isStart)
                TakeLine(piece, target);
            else if (!isDropped)
                Put(piece, target);
        }
    }

    public override void Complete(IBufferWriter<byte> target)
    {
        if (lines.Last(out var piece))
            TakeLine(piece, target);
        coder.Complete(converted);
        Flush(target);
        var end = newlines == NewlineForm.CrLf || newlines == NewlineForm.Kept && hasCr ? "\r\n"u8 : "\n"u8;
        var isOpen = last != '\n';
        if (isOpen)
            target.Write(end);
        if (isOpen && !inHeader && family == MboxFamily.Mboxcl)
            BodyLength += end.Length; // mboxcl2's octets end where the message's do
        if (inHeader)
        {
            BodyLength = 0;
            WriteFields(target); // the file's blank line ends the header as well
        }

        target.Write(end);
    }

    void TakeLine(ReadOnlySpan<byte> line, IBufferWriter<byte> target)
    {
        if (!inHeader)
        {
            isDropped = false;
            if (family != MboxFamily.Mboxcl2)
                Quote(line, target);
            Put(line, target);
            return;
        }

        hasCr |= line.EndsWith("\r\n"u8);
        var isBlank = MboxFields.IsBlank(line) || line.SequenceEqual("\r"u8); // to which the writer adds LF
        var kind = isBlank ? MboxLine.Body : MboxFields.Kind(line, atFirstLine, family);
        if (kind != MboxLine.Continuation)
            isDropped = kind is MboxLine.Status or MboxLine.Length;
        if (isDropped)
            return; // the next one is the first that a reader sees
        atFirstLine = false;
        if (kind != MboxLine.Body)
        {
            Quote(line, target);
            Put(line, target);
            return;
        }

        inHeader = false;
        WriteFields(target);
        if (isBlank)
            Put(line, target);
        BodyLength = 0;
        if (isBlank)
            return;
        Quote(line, target); // in mboxcl2 too: no reader knows yet that it is in the body
        Put(line, target);
    }

    void Quote(ReadOnlySpan<byte> line, IBufferWriter<byte> target)
    {
        if (MboxQuoting.MustQuote(line, isReversible))
            Put(">"u8, target);
    }

    void WriteFields(IBufferWriter<byte> target)
    {
        var isCrLf = newlines == NewlineForm.CrLf || newlines == NewlineForm.Kept && hasCr;
        target.Write(Encoding.ASCII.GetBytes(isCrLf ? fields.ReplaceLineEndings("\r\n") : fields));
    }

    void Put(ReadOnlySpan<byte> octets, IBufferWriter<byte> target)
    {
        coder.Write(octets, converted);
        Flush(target);
    }

    void Flush(IBufferWriter<byte> target)
    {
        var octets = converted.WrittenSpan;
        if (octets.IsEmpty)
            return;
        last = octets[^1];
        BodyLength += octets.Length;
        target.Write(octets);
        converted.ResetWrittenCount();
    }
}
