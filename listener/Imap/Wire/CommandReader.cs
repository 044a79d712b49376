using System.Buffers;
using System.Text;
using Cloud.Listener.Hosting;

namespace Cloud.Listener.Imap.Wire;

enum ReadStatus
{
    /// <summary>A whole command (or line) is in <see cref="CommandReader.Text"/>.</summary>
    Command,

    /// <summary>Not one; <see cref="CommandReader.Fault"/> says why, and what there was of it is skipped.</summary>
    Refused,

    /// <summary>The client has closed its side.</summary>
    Closed,

    /// <summary>Nothing came in time, or part of a command and then nothing.</summary>
    Timeout,

    /// <summary>The server is stopping.</summary>
    Drain,

    /// <summary><see cref="Connection.Wake"/> was called; only a read that asked for it answers so.</summary>
    Wake,

    /// <summary>A literal too long to be skipped: the session cannot go on.</summary>
    Lost,
}

/// <summary>Gathers commands from the pipe: a line, its literals, the lines between them; asks for literals that wait.</summary>
/// <remarks>
/// The messages of an APPEND are not gathered: its command ends at the first one's header, and the command reads on by
/// itself. The buffer is rented while a command is in it, so an idle session holds none.
/// </remarks>
sealed class CommandReader(Connection connection, ImapWriter writer)
{
    /// <summary>Octets kept of a line that is thrown away: as much as a literal header at its end needs.</summary>
    const int Tail = 32;

    byte[] buffer = [];
    int length;
    int lineStart;
    bool overlong;
    bool hasNul;

    /// <summary>The command gathered, without its last CRLF; valid until <see cref="Release"/>.</summary>
    public ReadOnlySpan<byte> Text => buffer.AsSpan(0, length);

    /// <summary>Why the command was refused.</summary>
    public Reply Fault { get; private set; }

    /// <summary>The tag of a refused command; null when it has none that could be used.</summary>
    public string? FaultTag { get; private set; }

    /// <summary>The literal at the command's end that nobody has read yet: it must be, or it is taken for commands.</summary>
    public LiteralHeader? Announced { get; private set; }

    /// <summary>Octets behind this command have come already.</summary>
    public bool HasUnread { get; private set; }

    /// <summary>At least another whole line has come already: the answer to this one can wait for its company.</summary>
    public bool HasLine { get; private set; }

    /// <summary>That line is a UID FETCH and nothing but that: short, of ASCII, without literals.</summary>
    public bool HasUidFetch { get; private set; }

    /// <summary>How long the session may wait now; asked at each read, so that octets that drip in win no time.</summary>
    public Func<TimeSpan>? Patience { get; init; }

    TimeSpan Left(TimeSpan timeout) => Patience?.Invoke() is { } left && left < timeout ? left : timeout;

    /// <summary>Reads the next command.</summary>
    /// <param name="wakeable">Return at <see cref="Connection.Wake"/>, unless part of a command has come.</param>
    public async ValueTask<ReadStatus> ReadCommandAsync(TimeSpan timeout, bool wakeable = false)
    {
        Release();
        var literals = 0;
        while (true)
        {
            var status = await ReadLineAsync(timeout, wakeable && length == 0);
            if (status == ReadStatus.Wake && length > 0)
                continue;
            if (status != ReadStatus.Command)
                return status;
            var more = LiteralHeader.TryParse(Text[lineStart..], out var literal);
            if (Check() is { } fault)
                return await RefuseAsync(fault, more ? literal : null, timeout);
            if (!more)
                return ReadStatus.Command;
            if (CommandTable.StreamsLiteral(Text[..(lineStart + literal.Start)]))
            {
                Announced = literal;
                return ReadStatus.Command;
            }
            if (literal.Size > ImapLimits.Literal || length + literal.Size > ImapLimits.Command)
                return await RefuseAsync(CommandTable.TooLong(Text), literal, timeout);
            if (++literals > ImapLimits.Literals)
                return await RefuseAsync(Reply.TooManyLiterals, literal, timeout);

            var header = lineStart + literal.Start;
            var isLiteral8 = header > 0 && Text[header - 1] == '~';
            Append("\r\n"u8);
            if (literal.Waits)
                await GoAheadAsync();
            if (await GatherAsync((int)literal.Size, timeout) is not ReadStatus.Command and var broken)
                return broken;
            // Only a literal8 may have them (RFC 3516 §4.4).
            hasNul |= Text[lineStart..].Contains((byte)0) && !isLiteral8;
            lineStart = length;
        }
    }

    /// <summary>Reads one line, without literals: an answer to a continuation (AUTHENTICATE, IDLE).</summary>
    /// <param name="wakeable">Return at <see cref="Connection.Wake"/>; part of a line is kept and read on next time.</param>
    public async ValueTask<ReadStatus> ReadContinuationAsync(TimeSpan timeout, bool wakeable = false)
    {
        if (await ReadLineAsync(timeout, wakeable) is not ReadStatus.Command and var status)
            return status;
        return Check() is { } fault ? await RefuseAsync(fault, null, timeout) : ReadStatus.Command;
    }

    /// <summary>Reads the line behind a literal that was streamed; a literal at its end is announced again.</summary>
    public async ValueTask<ReadStatus> ReadOnAsync(TimeSpan timeout)
    {
        Release();
        if (await ReadLineAsync(timeout) is not ReadStatus.Command and var status)
            return status;
        LiteralHeader? more = LiteralHeader.TryParse(Text[lineStart..], out var literal) ? literal : null;
        if (Check() is { } fault)
            return await RefuseAsync(fault, more, timeout);
        Announced = more;
        return ReadStatus.Command;
    }

    /// <summary>Gives the buffer back; the next line starts afresh.</summary>
    public void Release()
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true); // It may have held a password.
        (buffer, length, lineStart, overlong, hasNul) = ([], 0, 0, false, false);
    }

    /// <summary>Tells the client to send what it announced (RFC 9051 §7.6).</summary>
    public async ValueTask GoAheadAsync()
    {
        writer.Put("+ OK\r\n"u8);
        await writer.FlushAsync();
    }

    /// <summary>Hands over the next octets as they come; the pipe holds the client back meanwhile.</summary>
    /// <returns>Octets that did not come; then the client is gone or silent.</returns>
    public async ValueTask<long> StreamAsync(long size, Func<ReadOnlyMemory<byte>, ValueTask> take, TimeSpan timeout)
    {
        Announced = null;
        while (size > 0)
        {
            var (result, interruption) = await connection.ReadAsync(Left(timeout), throughDrain: true);
            if ((interruption & (Interruption.Timeout | Interruption.Revoked)) != Interruption.None)
                return size;
            if (interruption != Interruption.None)
                continue;

            var octets = result.Buffer.Slice(0, Math.Min(size, result.Buffer.Length));
            foreach (var part in octets)
                await take(part);
            size -= octets.Length;
            Notice(result.Buffer.Slice(octets.End));
            connection.Input.AdvanceTo(octets.End);
            if (result.IsCompleted && size > 0)
                return size;
        }
        return 0;
    }

    /// <summary>Skips a refused literal, where it comes unasked, and the rest of its command.</summary>
    /// <returns><see cref="ReadStatus.Command"/> when the next command can be read.</returns>
    public async ValueTask<ReadStatus> SkipCommandAsync(LiteralHeader? refused, TimeSpan timeout)
    {
        Announced = null;
        while (refused is { Waits: false } literal)
        {
            if (literal.Size > ImapLimits.SkippedLiteral)
                return ReadStatus.Lost;
            if (await StreamAsync(literal.Size, static _ => ValueTask.CompletedTask, timeout) > 0)
                return ReadStatus.Closed;
            if (await SkipLineAsync(timeout) is not ReadStatus.Command and var status)
                return status;
            refused = LiteralHeader.TryParse(Text[lineStart..], out var next) ? next : null;
        }
        return ReadStatus.Command;
    }

    /// <summary>Skips a line however long it is, keeping its end.</summary>
    public ValueTask<ReadStatus> SkipLineAsync(TimeSpan timeout)
    {
        (length, lineStart, overlong) = (0, 0, true);
        return ReadLineAsync(timeout);
    }

    async ValueTask<ReadStatus> RefuseAsync(Reply fault, LiteralHeader? literal, TimeSpan timeout)
    {
        var tag = overlong ? FaultTag : CommandTable.TagOf(Text);
        var status = await SkipCommandAsync(literal, timeout);
        (Fault, FaultTag) = (fault, tag);
        return status == ReadStatus.Command ? ReadStatus.Refused : status;
    }

    /// <summary>What is wrong with the line just read, as octets go; null when nothing is.</summary>
    Reply? Check()
    {
        if (overlong)
            return Reply.Bad($"A line has at most {ImapLimits.Line} octets");
        if (hasNul || Text[lineStart..].Contains((byte)0))
            return Reply.Bad("NUL is not allowed"); // RFC 9051 §9 (3)
        return Text[lineStart..].IndexOfAny((byte)'\r', (byte)'\n') >= 0
            ? Reply.Bad("A line ends with CRLF, and has no CR or LF")
            : null;
    }

    /// <summary>Appends the next line without its CRLF. A bare LF ends a line too, but stays in it, to be refused.</summary>
    async ValueTask<ReadStatus> ReadLineAsync(TimeSpan timeout, bool wakeable = false)
    {
        FaultTag = null;
        while (true)
        {
            var (result, interruption) = await connection.ReadAsync(Left(timeout));
            if (interruption == Interruption.Wake && !wakeable)
                continue;
            if (interruption != Interruption.None)
                return Status(interruption);

            var unread = result.Buffer;
            var newline = unread.PositionOf((byte)'\n');
            var line = newline is { } at ? unread.Slice(0, unread.GetPosition(1, at)) : unread;
            foreach (var part in line)
                AppendLine(part.Span);
            Notice(unread.Slice(line.End));
            connection.Input.AdvanceTo(line.End);
            if (newline is not null)
            {
                if (Text[lineStart..].EndsWith("\r\n"u8))
                    length -= 2;
                return ReadStatus.Command;
            }
            if (result.IsCompleted)
                return ReadStatus.Closed;
        }
    }

    async ValueTask<ReadStatus> GatherAsync(int size, TimeSpan timeout)
    {
        var missing = await StreamAsync(
            size,
            part =>
            {
                Append(part.Span);
                return ValueTask.CompletedTask;
            },
            timeout
        );
        return missing == 0 ? ReadStatus.Command : ReadStatus.Closed;
    }

    void Notice(ReadOnlySequence<byte> unread)
    {
        HasUnread = !unread.IsEmpty;
        var end = HasUnread ? unread.PositionOf((byte)'\n') : null;
        HasLine = end is not null;
        HasUidFetch = end is { } newline && IsUidFetch(unread.Slice(0, newline));
    }

    static bool IsUidFetch(ReadOnlySequence<byte> line)
    {
        const int longest = 200;
        if (line.Length is > longest or < 2)
            return false;
        Span<byte> copy = stackalloc byte[longest];
        line.CopyTo(copy);
        var text = copy[..((int)line.Length - 1)];
        return copy[text.Length] == (byte)'\r'
            && !text.ContainsAnyExceptInRange((byte)' ', (byte)'~')
            && !text.EndsWith("}"u8)
            && text.IndexOf((byte)' ') is > 0 and var tag
            && text[tag..] is { Length: > 11 } rest
            && Ascii.EqualsIgnoreCase(rest[..11], " UID FETCH "u8);
    }

    void AppendLine(ReadOnlySpan<byte> part)
    {
        if (!overlong && length - lineStart + part.Length > ImapLimits.Line)
        {
            FaultTag = CommandTable.TagOf(length > 0 ? Text : part);
            overlong = true;
        }
        if (overlong)
        {
            // Only the end matters any more.
            lineStart = 0;
            if (part.Length >= Tail)
                length = 0;
            else if (length > Tail)
            {
                Text[^Tail..].CopyTo(buffer);
                length = Tail;
            }
            part = part[Math.Max(0, part.Length - Tail)..];
        }
        Append(part);
    }

    void Append(ReadOnlySpan<byte> octets)
    {
        if (length + octets.Length > buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(256, (length + octets.Length) * 2));
            Text.CopyTo(larger);
            if (buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            buffer = larger;
        }
        octets.CopyTo(buffer.AsSpan(length));
        length += octets.Length;
    }

    static ReadStatus Status(Interruption interruption) =>
        interruption.HasFlag(Interruption.Drain) ? ReadStatus.Drain
        : interruption.HasFlag(Interruption.Timeout) ? ReadStatus.Timeout
        : ReadStatus.Wake;
}
