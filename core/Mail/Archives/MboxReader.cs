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
}

/// <summary>Takes the messages out of an mbox file as it streams by. Never throws, and holds under 4 KiB.</summary>
/// <remarks>
/// A line is a separator if it begins with <c>From </c> and has a date, in whatever form, or is one address; a blank
/// line before it is not asked for. What stands before the first one is passed over. Content-Length (in the families
/// that have it), Status and X-Status belong to the file and are taken out of the messages.
/// </remarks>
/// <param name="family">Of mboxcl2, Content-Length is believed, since nothing else tells where a message ends.</param>
/// <param name="newlines">How lines of the messages shall end.</param>
public sealed class MboxReader(MboxFamily family, NewlineForm newlines = NewlineForm.Kept)
{
    readonly LinePieces lines = new();
    readonly NewlineCoder coder = new(newlines);
    readonly bool isReversible = MboxQuoting.IsReversible(family);
    State state = State.Before;
    MboxEnvelope? next;
    long counted; // octets of the body still to come
    long? contentLength;
    int blanks; // blank lines that may be the file's
    bool blankHasCr;
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

            if (!lines.Next(ref input, out var piece, out var isStart))
                continue;
            if (!isStart)
                TakeRest(piece, message);
            else if (TakeLine(piece, isWhole: piece[^1] == '\n', message))
                return state == State.Before ? Begin() : End(message);
        }

        if (!isLast)
            return MboxEvent.More;
        if (lines.Last(out var last) && TakeLine(last, isWhole: true, message))
            return state == State.Before ? Begin() : End(message);
        return state == State.Before ? MboxEvent.More : End(message);
    }

    MboxEvent Begin()
    {
        Envelope = next!;
        next = null;
        state = State.Header;
        (contentLength, blanks, isDropped) = (null, 0, false);
        return MboxEvent.Begin;
    }

    MboxEvent End(IBufferWriter<byte> message)
    {
        coder.Complete(message);
        state = State.Before;
        return MboxEvent.End;
    }

    /// <returns>True at a separator.</returns>
    bool TakeLine(ReadOnlySpan<byte> line, bool isWhole, IBufferWriter<byte> message)
    {
        var text = line.TrimEnd("\r\n"u8);
        next = isWhole ? MboxSeparator.Parse(state == State.Before ? WithoutMark(text) : text) : null;
        if (next is not null)
            return true;
        if (state == State.Before)
            return false;

        if (text.IsEmpty && line[^1] == '\n')
            TakeBlank(line, message);
        else if (state == State.Header)
            TakeField(line, message);
        else
            TakeText(line, message);
        return false;
    }

    void TakeRest(ReadOnlySpan<byte> piece, IBufferWriter<byte> message)
    {
        if (state != State.Before && !isDropped)
            coder.Write(piece, message);
    }

    void TakeBlank(ReadOnlySpan<byte> line, IBufferWriter<byte> message)
    {
        if (state == State.Header)
        {
            coder.Write(line, message);
            counted = contentLength ?? 0;
            state =
                family != MboxFamily.Mboxcl2 || contentLength is null ? State.Body
                : counted > 0 ? State.Counted
                : State.AfterCounted;
            return;
        }

        if (state == State.Body)
            WriteBlanks(message);
        blanks++;
        blankHasCr = line.Length > 1;
    }

    void TakeField(ReadOnlySpan<byte> line, IBufferWriter<byte> message)
    {
        var isContinued = line[0] is (byte)' ' or (byte)'\t';
        if (!isContinued)
            isDropped = IsOfFile(line);
        if (!isDropped)
            coder.Write(MboxQuoting.Unquote(line, isReversible), message);
    }

    bool IsOfFile(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon < 0)
            return false;
        var value = line[(colon + 1)..].Trim(" \t\r\n"u8);
        if (MboxStatus.Parse(line[..colon], value) is { } flags)
        {
            Envelope = Envelope with { Flags = Envelope.Flags | flags };
            return true;
        }

        var isLength =
            family is MboxFamily.Mboxcl or MboxFamily.Mboxcl2
            && System.Text.Ascii.EqualsIgnoreCase(line[..colon], "Content-Length"u8);
        if (
            isLength
            && Utf8Parser.TryParse(value, out long length, out var read)
            && read == value.Length
            && length >= 0
        )
            contentLength = length;
        return isLength;
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
        for (; blanks > 0; blanks--)
            coder.Write(blankHasCr ? "\r\n"u8 : "\n"u8, message);
    }

    void Count(ref ReadOnlySpan<byte> input, IBufferWriter<byte> message)
    {
        var count = (int)Math.Min(counted, input.Length);
        coder.Write(input[..count], message);
        input = input[count..];
        counted -= count;
        if (counted == 0)
            state = State.AfterCounted;
    }

    static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> text) =>
        text.StartsWith("\uFEFF"u8) ? text["\uFEFF"u8.Length..] : text;
}
