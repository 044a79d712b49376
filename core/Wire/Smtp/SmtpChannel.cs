using System.Buffers;
using System.Diagnostics;
using System.Net.Security;
using System.Text;

namespace Cloud.Wire.Smtp;

/// <summary>Commands out, replies in, over one stream, each within its time.</summary>
/// <remarks>
/// One source of cancellation serves all: it is armed anew before each wait, and the caller's cancellation goes through it.
/// Whatever fires it ends the connection, so it is never used again.
/// </remarks>
#pragma warning disable CA1001 // Abort disposes of it, and every end of a connection goes through it.
sealed class SmtpChannel(SmtpOptions options)
#pragma warning restore CA1001
{
    const int InputSize = SmtpLimits.ReplyLine * 2;
    const int OutputSize = 64 * 1024;

    readonly CancellationTokenSource deadline = new(Timeout.InfiniteTimeSpan, options.Clock);
    readonly ReplyReader reader = new();
    byte[] input = ArrayPool<byte>.Shared.Rent(InputSize);
    byte[] output = [];
    Stream stream = Stream.Null;
    ValueTask<int>? ahead; // A read that was begun to see whether the server speaks unasked.
    CancellationToken caller;
    CancellationTokenRegistration registration;
    long begun;
    TimeSpan limit;
    int start;
    int end;
    int lineStart;
    bool isGroup;
    bool isBudget;

    public SmtpOptions Options => options;

    public TranscriptBuilder Transcript { get; } = new();

    /// <summary>For failures.</summary>
    public SmtpPhase Phase { get; set; } = SmtpPhase.Connect;

    public bool IsUsable { get; private set; } = true;

    /// <summary>Commands whose replies have not been read.</summary>
    public int Unanswered { get; private set; }

    /// <summary>The server may hold half a transaction.</summary>
    public bool NeedsReset { get; set; }

    /// <summary>Octets that wait to be flushed.</summary>
    public int Written { get; private set; }

    /// <summary>Texts that no transcript and no failure shows, though a server may repeat them.</summary>
    public IReadOnlyList<string> Secrets { get; set; } = [];

    /// <summary>The reply read last.</summary>
    public ReplyReader Reply => reader;

    /// <summary>For what else has to be done in its time.</summary>
    public CancellationToken Within(TimeSpan time)
    {
        Arm(time);
        return deadline.Token;
    }

    /// <summary>Begins a piece of work: its budget runs, and the caller can cancel it.</summary>
    public void Begin(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        caller = cancel;
        begun = options.Clock.GetTimestamp();
        registration = cancel.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline);
    }

    public void End()
    {
        registration.Dispose();
        if (IsUsable)
            deadline.CancelAfter(Timeout.InfiniteTimeSpan);
        ReturnOutput();
    }

    /// <exception cref="SmtpFaultException">Nobody is there.</exception>
    public async ValueTask ConnectAsync()
    {
        Phase = SmtpPhase.Connect;
        Arm(options.Timeouts.Connect);
        try
        {
            stream = await options.Connect(options.EndPoint, deadline.Token);
        }
        catch (Exception) when (deadline.IsCancellationRequested)
        {
            throw Expired();
        }
        catch (Exception e)
        {
            throw Fault(SmtpFault.Connect, "4.4.1", $"no connection to {options.EndPoint}: {e.Message}");
        }
    }

    /// <summary>Goes over to TLS. What was read before belongs to nobody: somebody may have put it there (RFC 3207 §6).</summary>
    /// <exception cref="SmtpFaultException">It failed.</exception>
    public async ValueTask<SmtpTlsFacts> EncryptAsync(TlsHandshake handshake)
    {
        if (end > start)
            Transcript.Add($"{end - start} octets before the handshake, thrown away");
        start = end = 0;
        Arm(options.Timeouts.Handshake);
        try
        {
            var (secured, facts) = await handshake.RunAsync(stream, deadline.Token);
            stream = secured;
            Transcript.Add($"{facts.Protocol} {facts.Cipher}, {facts.Certificate?.Subject}");
            return facts;
        }
        catch (Exception) when (deadline.IsCancellationRequested)
        {
            throw Expired();
        }
        catch (Exception) when (handshake.Refusal is { } refusal)
        {
            throw Fault(SmtpFault.Certificate, "4.7.5", $"the certificate is not accepted: {refusal.Reason}");
        }
        catch (Exception e)
        {
            throw Fault(SmtpFault.Handshake, "4.7.5", $"no TLS: {(e.InnerException ?? e).Message}");
        }
    }

    public void Write(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room(text.Length).Span);
        Advance(text.Length);
    }

    public void Write(string text)
    {
        var room = Room(Encoding.UTF8.GetMaxByteCount(text.Length));
        Advance(Encoding.UTF8.GetBytes(text, room.Span));
    }

    public void Write(long number)
    {
        var wrote = number.TryFormat(Room(20).Span, out var length, default, null);
        Debug.Assert(wrote);
        Advance(length);
    }

    /// <summary>Ends a command: a reply will come.</summary>
    public void EndLine()
    {
        Record(TranscriptBuilder.Client, output.AsSpan(lineStart, Written - lineStart));
        Write("\r\n"u8);
        lineStart = Written;
        isGroup = Unanswered++ > 0;
    }

    /// <summary>Room for octets of a message; <see cref="Advance"/> says how many it were.</summary>
    public Memory<byte> Room(int needed)
    {
        if (output.Length - Written < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(OutputSize, Written + needed));
            output.AsSpan(0, Written).CopyTo(larger);
            var (written, line) = (Written, lineStart);
            ReturnOutput();
            (output, Written, lineStart) = (larger, written, line);
        }

        return output.AsMemory(Written);
    }

    public void Advance(int count) => Written += count;

    /// <summary>The message is over: its end has a reply, but is in no transcript.</summary>
    public void EndContent() => isGroup = Unanswered++ > 0;

    /// <exception cref="SmtpFaultException">The server has gone, or reads too slowly.</exception>
    public async ValueTask FlushAsync(TimeSpan time)
    {
        Arm(time);
        try
        {
            await stream.WriteAsync(output.AsMemory(0, Written), deadline.Token);
            await stream.FlushAsync(deadline.Token);
        }
        catch (Exception e)
        {
            throw await WithLastWordsAsync(e);
        }

        Written = lineStart = 0;
    }

    /// <summary>Reads one reply, which <see cref="Reply"/> has then.</summary>
    /// <param name="time">From now on.</param>
    /// <param name="isFinal">The budget does not cut this wait short.</param>
    /// <exception cref="SmtpFaultException">None came, it is none, or it is 421: then there will be no other.</exception>
    public async ValueTask ReadReplyAsync(TimeSpan time, bool isFinal = false)
    {
        Arm(time, isFinal);
        while (!TryTakeReply())
        {
            if (start == end)
                start = end = 0;
            else if (end == input.Length)
            {
                input.AsSpan(start, end - start).CopyTo(input);
                (start, end) = (0, end - start);
            }

            try
            {
                var read = ahead ?? Read();
                ahead = null;
                var count = await read;
                end += count;
                if (count == 0)
                    throw new EndOfStreamException("the server closed the connection");
            }
            catch (Exception e)
            {
                throw Broken(e);
            }
        }

        if (reader.Code == 421)
            throw Refusal();
    }

    /// <summary>One command, one reply.</summary>
    public async ValueTask SayAsync(string command, TimeSpan time)
    {
        if (end > start)
            throw Fault(SmtpFault.Protocol, "4.5.0", "the server spoke before it was asked");
        Write(command);
        EndLine();
        await FlushAsync(time);
        await ReadReplyAsync(time);
    }

    /// <summary>Whether something came that was not asked for: then what comes next answers nobody knows what.</summary>
    public bool HasSpoken
    {
        get
        {
            if (end > start)
                return true;
            if (ahead is null)
            {
                start = end = 0;
#pragma warning disable CA2012 // Awaited once, by the next reading of a reply.
                ahead = Read();
#pragma warning restore CA2012
            }

            return ahead.Value.IsCompleted;
        }
    }

    /// <exception cref="SmtpFaultException">Always, if the server has spoken: it went, closes, or is out of step.</exception>
    public async ValueTask ExpectSilenceAsync()
    {
        if (!HasSpoken)
            return;
        await ReadReplyAsync(options.Timeouts.Reset);
        throw Refusal();
    }

    public async ValueTask<SmtpFailure?> ResetAsync(CancellationToken cancel)
    {
        Begin(cancel);
        try
        {
            Phase = SmtpPhase.Reset;
            await ExpectSilenceAsync();
            Write("RSET"u8);
            EndLine();
            await FlushAsync(options.Timeouts.Reset);
            await ReadReplyAsync(options.Timeouts.Reset);
            ExpectPositive();
            NeedsReset = false;
            return null;
        }
        catch (SmtpFaultException e)
        {
            Abort();
            return e.Failure;
        }
        catch (OperationCanceledException)
        {
            Abort();
            throw;
        }
        finally
        {
            End();
        }
    }

    /// <exception cref="SmtpFaultException">The reply is not 2xx.</exception>
    public void ExpectPositive()
    {
        if (reader.Code is < 200 or >= 300)
            throw Refusal();
    }

    /// <summary>Says QUIT and closes; whether it is answered changes nothing.</summary>
    public async ValueTask QuitAsync()
    {
        if (IsUsable)
        {
            Begin(CancellationToken.None);
            await TryQuitAsync();
            End();
        }

        Abort();
    }

    /// <summary>Closes at once.</summary>
    public void Abort()
    {
        if (!IsUsable)
            return;
        IsUsable = false;
        stream.Dispose();
        registration.Dispose();
        deadline.Dispose();
        ReturnOutput();
        if (ahead is null)
            ArrayPool<byte>.Shared.Return(input); // Otherwise the read may still write to it.
        input = [];
        start = end = 0;
    }

    /// <summary>The reply read last as a failure: what it refuses, or that it fits nothing.</summary>
    public SmtpFaultException Refusal()
    {
        var reply = reader.ToReply();
        reply = reply with { Text = WithoutSecrets(reply.Text) };
        if (reply.Code < 400)
            return Fault(SmtpFault.Protocol, "4.5.0", $"an answer out of step: {reply}");
        if (reply.IsClosing)
            Abort();
        return new(new(Phase, SmtpFault.Refused, reply.StatusOrGeneral, reply.ToString(), reply));
    }

    /// <summary>Reading the message failed: without its octets, the connection can only be closed.</summary>
    public Exception Unread(Exception e) =>
        deadline.IsCancellationRequested
            ? Expired()
            : Fault(SmtpFault.Content, "4.3.0", $"the message could not be read: {e.Message}");

    /// <summary>A failure of the connection itself: it is closed.</summary>
    public SmtpFaultException Fault(SmtpFault fault, string status, string reason)
    {
        Transcript.Add(reason);
        Abort();
        return new(new(Phase, fault, status, reason) { WhilePipelining = isGroup && Unanswered > 0 });
    }

    async ValueTask<bool> TryQuitAsync()
    {
        try
        {
            Written = lineStart = 0;
            Write("QUIT"u8);
            EndLine();
            await FlushAsync(options.Timeouts.Quit);
            await ReadReplyAsync(options.Timeouts.Quit);
            if (stream is SslStream secured)
                await secured.ShutdownAsync().WaitAsync(options.Timeouts.Quit, options.Clock);
            return true;
        }
        catch (Exception e) when (e is SmtpFaultException or IOException or TimeoutException)
        {
            return false;
        }
    }

    /// <summary>A server that refuses and closes takes nothing more, but what it said last can still be read.</summary>
    async ValueTask<Exception> WithLastWordsAsync(Exception broken)
    {
        if (deadline.IsCancellationRequested)
            return Expired();
        var lost = $"the connection was lost: {broken.Message}";
        try
        {
            await ReadReplyAsync(options.Timeouts.Quit);
            return reader.Code >= 400 ? Refusal() : Fault(SmtpFault.Lost, "4.4.2", lost);
        }
        catch (SmtpFaultException e)
        {
            return e.Failure.Reply is null ? Fault(SmtpFault.Lost, "4.4.2", lost) : e;
        }
    }

    ValueTask<int> Read()
    {
        try
        {
            return stream.ReadAsync(input.AsMemory(end), deadline.Token);
        }
        catch (Exception e)
        {
            return ValueTask.FromException<int>(e);
        }
    }

    bool TryTakeReply()
    {
        var unread = input.AsSpan(start, end - start);
        var status = reader.Take(unread, out var taken);
        start += taken;
        foreach (var line in unread[..taken].Split((byte)'\n'))
        {
            if (line.Start.Value < taken)
                Record(TranscriptBuilder.Server, unread[line]);
        }

        if (status == ReplyStatus.Malformed)
            throw Fault(SmtpFault.Protocol, "4.5.0", Secrets.Count == 0 ? reader.Fault : "what is no reply");
        if (status == ReplyStatus.Complete)
            Unanswered = Math.Max(0, Unanswered - 1);
        return status == ReplyStatus.Complete;
    }

    void Record(byte kind, ReadOnlySpan<byte> line)
    {
        if (Secrets.Count == 0)
            Transcript.Add(kind, line);
        else
            Transcript.Add(kind, Encoding.UTF8.GetBytes(WithoutSecrets(Printable.Text(line))));
    }

    string WithoutSecrets(string text) =>
        Secrets.Aggregate(text, (shown, secret) => shown.Replace(secret, "***", StringComparison.Ordinal));

    void Arm(TimeSpan time, bool isFinal = false)
    {
        var left = options.Timeouts.Budget - options.Clock.GetElapsedTime(begun);
        isBudget = !isFinal && left < time;
        limit = isBudget ? left : time;
        if (limit > TimeSpan.Zero)
            deadline.CancelAfter(limit);
        else
            deadline.Cancel();
    }

    /// <summary>What an exception of the stream means.</summary>
    Exception Broken(Exception e) =>
        deadline.IsCancellationRequested
            ? Expired()
            : Fault(
                SmtpFault.Lost,
                "4.4.2",
                e is EndOfStreamException ? e.Message : $"the connection was lost: {e.Message}"
            );

    Exception Expired()
    {
        if (caller.IsCancellationRequested)
        {
            Abort();
            return new OperationCanceledException(caller);
        }

        return Fault(
            SmtpFault.Timeout,
            Phase == SmtpPhase.Connect ? "4.4.1" : "4.4.2",
            isBudget ? "the time for the whole is over" : $"nothing came within {limit.TotalSeconds:0} s"
        );
    }

    void ReturnOutput()
    {
        if (output.Length > 0)
            ArrayPool<byte>.Shared.Return(output);
        (output, Written, lineStart) = ([], 0, 0);
    }
}
