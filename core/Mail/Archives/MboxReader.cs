using System.Buffers;
using System.Buffers.Text;

namespace Cloud.Mail.Archives;

/// <summary>What an mbox reader came to.</summary>
public enum MboxEvent
{
    /// <summary>All input is taken: give more, or none at the end.</summary>
    More,

    /// <summary>A message begins: its octets follow.</summary>
    Begin,

    /// <summary>The message is complete.</summary>
    End,

    /// <summary>
    /// Content-Length was wrong (mboxcl2 alone): what was written since <see cref="Begin"/> is void. Give the file
    /// again, from <see cref="MboxReader.Position"/>; the message follows anew.
    /// </summary>
    Rewind,
}

/// <summary>Takes the messages out of an mbox file as it streams by. Never throws, and holds under 4 KiB.</summary>
/// <remarks>
/// A line is a separator if it begins with <c>From </c> and has a date, in whatever form, or is one address; a blank
/// line before it is not asked for. What stands before the first one is passed over. Content-Length (in the families
/// that have it), Status and X-Status belong to the file and are taken out of the messages.
///
/// Of mboxcl2, Content-Length is believed, as mutt does, where a separator or the file's end follows what it counts. If
/// not, and a separator stood within, the message is read anew up to that one. A file with many wrong counts has been
/// edited by something that knows none: the rest of it is read without.
/// </remarks>
/// <param name="family">Of the file; as the family is named nowhere in it, mboxrd is a fair guess for most.</param>
/// <param name="newlines">How lines of the messages shall end.</param>
public sealed class MboxReader(MboxFamily family, NewlineForm newlines = NewlineForm.Kept)
{
    /// <summary>Wrong counts of a file after which none is believed: each costs reading a part of it again.</summary>
    const int MaxRewinds = 8;

    readonly LinePieces lines = new();
    readonly NewlineCoder coder = new(newlines);
    readonly bool isReversible = MboxQuoting.IsReversible(family);

    /// <summary>Blank lines that may be the file's, as they stand. With more, they are the message's.</summary>
    readonly byte[] blanks = new byte[128];
    int blanksLength;
    bool isHeaderBlank; // the one held ends the header, if anything comes after it
    State state = State.Before;
    MboxEnvelope? next;
    MboxEnvelope first = new("", null); // of the message at hand, before its fields are read
    long headerStart;
    int rewinds;
    bool isRereading;
    long counted; // octets of the body still to come
    long? contentLength;
    bool sawSeparator; // within the counted octets
    bool isMidLine; // the counted octets ended within a line
    bool atFirstLine;
    bool isDropped; // the field, or the line, at hand

    enum State
    {
        Before,
        Header,
        Body,

        /// <summary>Within the octets that Content-Length counted.</summary>
        Counted,

        /// <summary>After them, where only blank lines should be.</summary>
        AfterCounted,
    }

    /// <summary>Of the message at hand; its flags are complete at <see cref="MboxEvent.End"/>.</summary>
    public MboxEnvelope Envelope { get; private set; } = new("", null);

    /// <summary>Octets of the file taken so far; after <see cref="MboxEvent.Rewind"/>, where to go on.</summary>
    public long Position { get; private set; }

    /// <param name="input">The next octets; moved past those that are taken.</param>
    /// <param name="isLast">No more will come: call until <see cref="MboxEvent.More"/>.</param>
    /// <param name="message">Gets octets of the message at hand.</param>
    public MboxEvent Read(ref ReadOnlySpan<byte> input, bool isLast, IBufferWriter<byte> message)
    {
        if (next is not null)
            return Begin();
        while (!input.IsEmpty)
        {
            if (state == State.Counted)
            {
                Count(ref input, message);
                continue;
            }

            var length = input.Length;
            var isPiece = lines.Next(ref input, out var piece, out var isStart);
            Position += length - input.Length;
            if (!isPiece)
                continue;
            if (!isStart)
                TakeRest(piece, message);
            else if (TakeLine(piece, isWhole: piece[^1] == '\n', message) is { } met)
                return met;
        }

        if (!isLast)
            return MboxEvent.More;
        if (state == State.Counted)
            return sawSeparator ? Rewind() : End(message);
        if (lines.Last(out var last) && TakeLine(last, isWhole: true, message) is { } end)
            return end;
        return state == State.Before ? MboxEvent.More : End(message);
    }

    MboxEvent Begin()
    {
        (first, Envelope, next) = (next!.Value, next.Value, null);
        headerStart = Position;
        isRereading = false;
        BeginHeader();
        return MboxEvent.Begin;
    }

    void BeginHeader()
    {
        state = State.Header;
        (contentLength, blanksLength, isHeaderBlank, isMidLine, isDropped, atFirstLine) = (
            null,
            0,
            false,
            false,
            false,
            true
        );
    }

    MboxEvent End(IBufferWriter<byte> message)
    {
        coder.Complete(message);
        if (state == State.Counted)
            lines.Restart();
        state = State.Before;
        return MboxEvent.End;
    }

    MboxEvent Rewind()
    {
        rewinds++;
        isRereading = true;
        (Position, Envelope) = (headerStart, first);
        lines.Restart();
        coder.Restart();
        BeginHeader();
        return MboxEvent.Rewind;
    }

    /// <returns>What was met; null to go on.</returns>
    MboxEvent? TakeLine(ReadOnlySpan<byte> line, bool isWhole, IBufferWriter<byte> message)
    {
        var text = line.TrimEnd("\r\n"u8);
        var isSeparator = isWhole && !isMidLine;
        isMidLine = false;
        next = isSeparator ? MboxSeparator.Parse(state == State.Before ? WithoutMark(text) : text) : null;
        if (next is not null)
            return state == State.Before ? Begin() : End(message);
        if (state == State.Before)
            return null;

        if (MboxFields.IsBlank(line))
            TakeBlank(line, message);
        else if (state == State.AfterCounted && sawSeparator)
            return Rewind();
        else if (state == State.Header)
            TakeField(line, message);
        else
            TakeText(line, message);
        return null;
    }

    void TakeRest(ReadOnlySpan<byte> piece, IBufferWriter<byte> message)
    {
        if (state != State.Before && !isDropped)
            coder.Write(piece, message);
    }

    void TakeBlank(ReadOnlySpan<byte> line, IBufferWriter<byte> message)
    {
        var isFull = blanksLength + line.Length > blanks.Length;
        if (state == State.Body || isHeaderBlank || isFull)
            WriteBlanks(message);
        isHeaderBlank = state == State.Header;
        if (isHeaderBlank)
            EndHeader(taken: 0);
        line.CopyTo(blanks.AsSpan(blanksLength));
        blanksLength += line.Length;
    }

    void TakeField(ReadOnlySpan<byte> line, IBufferWriter<byte> message)
    {
        var plain = MboxQuoting.Unquote(line, isReversible);
        var kind = MboxFields.Kind(plain, atFirstLine, family);
        atFirstLine = false;
        if (kind != MboxLine.Continuation)
            isDropped = kind is MboxLine.Status or MboxLine.Length;
        if (kind == MboxLine.Status)
            Envelope = Envelope with { Flags = Envelope.Flags | MboxStatus.Parse(MboxFields.Value(plain)) };
        if (kind == MboxLine.Length)
            contentLength = Length(MboxFields.Value(plain)) ?? contentLength;
        if (kind == MboxLine.Body)
        {
            // A message that is this one line and does not end it: the line end is the file's.
            var tail = contentLength < line.Length ? line[(int)contentLength..] : [];
            var own = family == MboxFamily.Mboxcl2 && MboxFields.IsBlank(tail) ? tail.Length : 0;
            plain = plain[..^own];
            EndHeader(line.Length - own);
        }

        if (!isDropped)
            coder.Write(plain, message);
    }

    static long? Length(ReadOnlySpan<byte> value) =>
        Utf8Parser.TryParse(value, out long length, out var read) && read == value.Length && length >= 0
            ? length
            : null;

    /// <param name="taken">Octets of the body that came already.</param>
    void EndHeader(int taken)
    {
        isDropped = false;
        var isBelieved = family == MboxFamily.Mboxcl2 && !isRereading && rewinds < MaxRewinds;
        if (!isBelieved || contentLength is not { } length || length < taken)
        {
            state = State.Body;
            return;
        }

        sawSeparator = false;
        counted = length - taken;
        state = counted > 0 ? State.Counted : State.AfterCounted;
    }

    void TakeText(ReadOnlySpan<byte> line, IBufferWriter<byte> message)
    {
        WriteBlanks(message); // after counted octets they were the message's after all: the count was wrong
        var isQuoted = family != MboxFamily.Mboxcl2;
        isDropped = false;
        state = State.Body;
        coder.Write(isQuoted ? MboxQuoting.Unquote(line, isReversible) : line, message);
    }

    void WriteBlanks(IBufferWriter<byte> message)
    {
        coder.Write(blanks.AsSpan(0, blanksLength), message);
        (blanksLength, isHeaderBlank) = (0, false);
    }

    void Count(ref ReadOnlySpan<byte> input, IBufferWriter<byte> message)
    {
        WriteBlanks(message);
        var octets = input[..(int)Math.Min(counted, input.Length)];
        coder.Write(octets, message);
        input = input[octets.Length..];
        counted -= octets.Length;
        Position += octets.Length;
        isMidLine = octets[^1] != '\n';
        while (!sawSeparator && lines.Next(ref octets, out var piece, out var isStart))
            sawSeparator = isStart && piece[^1] == '\n' && MboxSeparator.Parse(piece.TrimEnd("\r\n"u8)) is not null;
        if (counted > 0)
            return;
        lines.Restart();
        state = State.AfterCounted;
    }

    static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> text) =>
        text.StartsWith("\uFEFF"u8) ? text["\uFEFF"u8.Length..] : text;
}
