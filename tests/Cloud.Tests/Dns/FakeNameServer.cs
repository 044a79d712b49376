using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Cloud.Dns.Messages;

namespace Cloud.Tests.Dns;

/// <summary>A name server on 127.0.0.1, UDP and TCP on one port, that does what a test tells it to.</summary>
sealed class FakeNameServer : IAsyncDisposable
{
    readonly Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    readonly Socket tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    readonly ConcurrentBag<Socket> accepted = [];
    readonly Channel<FakeQuery> received = Channel.CreateUnbounded<FakeQuery>();
    readonly Func<FakeQuery, Task> answer;
    int connections;

    /// <param name="answer">Called for each question; may answer it at once, later, oddly, or not at all.</param>
    public FakeNameServer(Func<FakeQuery, Task> answer)
    {
        this.answer = answer;
        for (var bound = false; !bound; )
        {
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            try
            {
                tcp.Bind(udp.LocalEndPoint!);
                bound = true;
            }
            catch (SocketException)
            {
                udp.Dispose(); // The port is taken for TCP.
                udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            }
        }

        tcp.Listen();
        _ = Task.Run(ReceiveAsync);
        _ = Task.Run(AcceptAsync);
    }

    public IPEndPoint Address => (IPEndPoint)tcp.LocalEndPoint!;

    /// <summary>TCP connections so far.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>A server that answers from data, over UDP and TCP.</summary>
    public static FakeNameServer Of(Func<FakeQuery, ResponseWriter> response) =>
        new(query => query.AnswerAsync(response(query)));

    /// <summary>The next question, once it has come.</summary>
    public async Task<FakeQuery> ReceivedAsync() =>
        await received.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Questions that came and have not been looked at.</summary>
    public int Unread => received.Reader.Count;

    /// <summary>Ends all connections, as a restart does; the port stays open.</summary>
    public void EndConnections()
    {
        while (accepted.TryTake(out var connection))
            connection.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        udp.Dispose();
        tcp.Dispose();
        EndConnections();
        return ValueTask.CompletedTask;
    }

    async Task ReceiveAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var datagram = await udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                var from = (IPEndPoint)datagram.RemoteEndPoint;
                Handle(new(buffer[..datagram.ReceivedBytes], from, false, octets => udp.SendToAsync(octets, from)));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            received.Writer.TryComplete(); // The test is over.
        }
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = await tcp.AcceptAsync();
                connection.NoDelay = true;
                Interlocked.Increment(ref connections);
                accepted.Add(connection);
                _ = Task.Run(() => ServeAsync(connection));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            received.Writer.TryComplete();
        }
    }

    async Task ServeAsync(Socket connection)
    {
        var stream = new NetworkStream(connection);
        var from = (IPEndPoint)connection.RemoteEndPoint!;
        var prefix = new byte[2];
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(prefix);
                var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
                await stream.ReadExactlyAsync(message);
                Handle(new(message, from, true, async octets => await stream.WriteAsync(octets)));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            connection.Dispose(); // The client has ended it.
        }
    }

    void Handle(FakeQuery query)
    {
        received.Writer.TryWrite(query);
        _ = answer(query);
    }
}

/// <summary>A question as a server sees it.</summary>
/// <param name="Octets">The message.</param>
/// <param name="From">Who asks.</param>
/// <param name="IsTcp">Which way it came.</param>
/// <param name="SendAsync">Sends octets as they are; over TCP without their length.</param>
sealed record FakeQuery(byte[] Octets, IPEndPoint From, bool IsTcp, Func<byte[], Task> SendAsync)
{
    public ushort Id => BinaryPrimitives.ReadUInt16BigEndian(Octets);

    public bool HasEdns => Octets[11] == 1;

    public Question Question =>
        DnsMessage.TryReadQuestion(Octets, out _, out var question)
            ? question!.Value
            : throw new InvalidDataException();

    /// <summary>With the question's id, and itself.</summary>
    public Task AnswerAsync(ResponseWriter response) =>
        AnswerAsync(
            new ResponseWriter
            {
                Id = Id,
                Question = Question,
                Flags = response.Flags,
                Code = response.Code,
                Answers = response.Answers,
                Authorities = response.Authorities,
                Options = response.Options,
            }.Write()
        );

    /// <summary>A message, with its length before it where it goes over TCP.</summary>
    public Task AnswerAsync(byte[] message) => SendAsync(Framed(message));

    public byte[] Framed(byte[] message) =>
        IsTcp ? [(byte)(message.Length >> 8), (byte)message.Length, .. message] : message;
}
