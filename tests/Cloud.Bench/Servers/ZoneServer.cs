using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cloud.Bench.Servers;

/// <summary>A name server on 127.0.0.1, over UDP alone, that answers from a few lines: <c>name TYPE data</c>.</summary>
sealed class ZoneServer : IDisposable
{
    const int HeaderLength = 12;
    const ushort NoSuchName = 3;

    static readonly byte[] Hour = [0, 0, 14, 16];

    /// <summary>Two root names, and five numbers.</summary>
    static readonly byte[] StartOfAuthority = [0, 0, .. Hour, .. Hour, .. Hour, .. Hour, .. Hour];

    readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    readonly Dictionary<(string Name, ushort Type), byte[]> records = [];

    public ZoneServer(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            records[(words[0], TypeOf(words[1]))] = DataOf(words[1], words[2]);
        }
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _ = Task.Run(ServeAsync);
    }

    public IPEndPoint Address => (IPEndPoint)socket.LocalEndPoint!;

    public void Dispose() => socket.Dispose();

    async Task ServeAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var query = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                await socket.SendToAsync(buffer.AsMemory(0, Answer(buffer)), query.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return; // The bench is over.
        }
    }

    /// <summary>Turns a question, without its OPT, into its answer.</summary>
    /// <returns>Octets of it.</returns>
    int Answer(byte[] message)
    {
        var (name, at) = (new StringBuilder(), HeaderLength);
        for (; message[at] > 0; at += message[at] + 1)
            name.Append(name.Length > 0 ? "." : "").Append(Encoding.ASCII.GetString(message, at + 1, message[at]));
        var type = BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(at + 1));
        var end = at + 5;
        var key = name.ToString().ToLowerInvariant();
        var isThere = records.Keys.Any(other => other.Name == key || other.Name.EndsWith($".{key}"));
        message[2] |= 0x80;
        message[3] = (byte)(0x80 | (isThere ? 0 : NoSuchName));
        (message[7], message[9], message[11]) = (0, 0, 0);
        if (records.TryGetValue((key, type), out var data))
            message[7] = 1;
        else
            (message[9], type, data) = (1, TypeOf("SOA"), StartOfAuthority); // So that it may be kept (RFC 2308 §5).
        byte[] record = [0xC0, HeaderLength, (byte)(type >> 8), (byte)type, 0, 1, .. Hour];
        record.CopyTo(message, end);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(end + record.Length), (ushort)data.Length);
        data.CopyTo(message, end + record.Length + 2);
        return end + record.Length + 2 + data.Length;
    }

    static ushort TypeOf(string type) =>
        type switch
        {
            "A" => 1,
            "SOA" => 6,
            "PTR" => 12,
            "TXT" => 16,
            _ => throw new ArgumentException($"Not a type of this server: {type}"),
        };

    static byte[] DataOf(string type, string text) =>
        type switch
        {
            "A" => IPAddress.Parse(text).GetAddressBytes(),
            "PTR" =>
            [
                .. text.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]),
                0,
            ],
            _ => [.. Encoding.ASCII.GetBytes(text).Chunk(255).SelectMany(part => (byte[])[(byte)part.Length, .. part])],
        };
}
