using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cloud.Dns.Messages;
using Cloud.Store.Ports;

namespace Cloud.Dns.Transport;

/// <summary>A connection with questions and answers in any order. RFC 7766 §6.2.1.1, §7.</summary>
sealed class TcpConnection : IDisposable
{
    /// <summary>With nothing asked the connection ends: RFC 7766 §6.2.3 wants a client to hold it for seconds only.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);

    /// <summary>Octets before each message: its length. RFC 1035 §4.2.2.</summary>
    const int PrefixLength = sizeof(ushort);

    readonly Socket socket;
    readonly Entropy entropy;
    readonly Lock guard = new();
    readonly Dictionary<ushort, Waiting> waiting = [];
    readonly SemaphoreSlim writing = new(1, 1);
    readonly ITimer idle;
    bool isClosed;
    int received;

    TcpConnection(Socket socket, TimeProvider time, Entropy entropy)
    {
        (this.socket, this.entropy) = (socket, entropy);
        idle = time.CreateTimer(_ => CloseIfIdle(), null, IdleTime, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Of one that has ended: how.</summary>
    public string End { get; private set; } = "the connection ended";

    public bool IsClosed
    {
        get
        {
            lock (guard)
                return isClosed;
        }
    }

    /// <exception cref="SocketException">The server cannot be reached.</exception>
    public static async Task<TcpConnection> ConnectAsync(
        IPEndPoint server,
        TimeProvider time,
        Entropy entropy,
        CancellationToken cancel
    )
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancel);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var connection = new TcpConnection(socket, time, entropy);
        _ = connection.ReadAllAsync(); // Ends with the socket, and tells whoever waits.
        return connection;
    }

    /// <returns>Null when the connection ended before the answer.</returns>
    public async Task<Reply?> AskAsync(Question question, bool withEdns, CancellationToken cancel)
    {
        var mine = new Waiting(question);
        if (TryRegister(mine) is not { } id)
            return null;
        var heard = Volatile.Read(ref received);
        try
        {
            await WriteAsync(id, question, withEdns, cancel);
            return await mine.Reply.Task.WaitAsync(cancel);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Dispose();
            return null;
        }
        catch (OperationCanceledException) when (Volatile.Read(ref received) == heard)
        {
            Dispose(); // It may be dead: somebody between us has forgotten it, and would never tell.
            throw;
        }
        finally
        {
            Forget(id);
        }
    }

    /// <summary>Ends the connection; those who wait are told that it ended.</summary>
    public void Dispose()
    {
        Waiting[] left;
        lock (guard)
        {
            isClosed = true;
            left = [.. waiting.Values];
            waiting.Clear();
        }

        idle.Dispose();
        socket.Dispose();
        foreach (var one in left)
            one.Reply.TrySetResult(null);
    }

    ushort? TryRegister(Waiting mine)
    {
        lock (guard)
        {
            if (isClosed)
                return null;
            var id = (ushort)entropy.Next64();
            while (!waiting.TryAdd(id, mine))
                id++;
            idle.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return id;
        }
    }

    void Forget(ushort id)
    {
        lock (guard)
        {
            waiting.Remove(id);
            if (waiting.Count == 0 && !isClosed)
                idle.Change(IdleTime, Timeout.InfiniteTimeSpan);
        }
    }

    void CloseIfIdle()
    {
        lock (guard)
        {
            if (waiting.Count > 0)
                return;
            isClosed = true;
        }

        Dispose();
    }

    /// <summary>Length and message leave in one piece: RFC 7766 §8.</summary>
    async Task WriteAsync(ushort id, Question question, bool withEdns, CancellationToken cancel)
    {
        var buffer = new byte[PrefixLength + QueryWriter.MaxLength];
        var length = QueryWriter.Write(buffer.AsSpan(PrefixLength), id, question, withEdns);
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)length);
        var rest = buffer.AsMemory(0, PrefixLength + length);
        await writing.WaitAsync(cancel);
        try
        {
            while (!rest.IsEmpty)
                rest = rest[await socket.SendAsync(rest, SocketFlags.None, cancel)..];
        }
        catch (OperationCanceledException)
        {
            Dispose(); // A part of a message may have left: nothing after it would be understood.
            throw;
        }
        finally
        {
            writing.Release();
        }
    }

    async Task ReadAllAsync()
    {
        try
        {
            using var stream = new NetworkStream(socket);
            var prefix = new byte[PrefixLength];
            while (true)
            {
                await stream.ReadExactlyAsync(prefix);
                var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
                await stream.ReadExactlyAsync(message);
                Interlocked.Increment(ref received);
                if (!TryDeliver(message))
                    break;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            End = e.Message;
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>An answer to a question that nobody waits for any more is dropped.</summary>
    /// <returns>False when the message is none, after which nothing can be believed.</returns>
    bool TryDeliver(byte[] message)
    {
        if (!MessageHeader.TryRead(message, out var header))
            return false;
        Waiting? one;
        lock (guard)
            waiting.TryGetValue(header.Id, out one);
        if (one is not null && Matching.IsAnswerTo(message, header.Id, one.Question, out header))
            one.Reply.TrySetResult(
                header.IsTruncated ? Reply.Failed("an answer truncated over TCP") : Reply.Read(message)
            );
        return true;
    }

    sealed class Waiting(Question question)
    {
        public Question Question { get; } = question;

        /// <summary>Null when the connection ended.</summary>
        public TaskCompletionSource<Reply?> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
