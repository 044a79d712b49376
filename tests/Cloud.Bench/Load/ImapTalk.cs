using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cloud.Bench.Load;

/// <summary>One IMAP connection that reads answers as fast as they come, and looks at nothing but their ends.</summary>
sealed class ImapTalk : IDisposable
{
    const int IpProtocolTcp = 6;
    const int TcpQuickAck = 12;

    readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    readonly byte[] buffer = new byte[256 * 1024];
    int tags;

    public static async Task<ImapTalk> OpenAsync(IPEndPoint server)
    {
        var talk = new ImapTalk();
        await talk.socket.ConnectAsync(server);
        await talk.ReadAsync("* OK"u8.ToArray());
        return talk;
    }

    /// <summary>Sends a command and reads to the end of its answer.</summary>
    /// <returns>Octets of the answer.</returns>
    public async Task<long> AskAsync(string command)
    {
        var tag = $"t{++tags}";
        await socket.SendAsync(Encoding.UTF8.GetBytes($"{tag} {command}\r\n"));
        return await ReadAsync(Encoding.ASCII.GetBytes($"{tag} OK"));
    }

    /// <summary>Sends many commands at once and reads to the end of the last one's answer.</summary>
    public async Task<long> AskAllAsync(IEnumerable<string> commands)
    {
        var text = new StringBuilder();
        var tag = "";
        foreach (var command in commands)
            text.Append(tag = $"t{++tags}").Append(' ').Append(command).Append("\r\n");
        var sending = socket.SendAsync(Encoding.UTF8.GetBytes(text.ToString()));
        var read = await ReadAsync(Encoding.ASCII.GetBytes($"{tag} OK"));
        await sending;
        return read;
    }

    public void Dispose() => socket.Dispose();

    /// <summary>Reads until a line begins so.</summary>
    async Task<long> ReadAsync(byte[] end)
    {
        byte[] within = [(byte)'\n', .. end];
        var (total, kept) = (0L, 0);
        while (true)
        {
            // Else a server that leaves Nagle's algorithm on waits 40 ms for us amid an answer. It lasts for one read.
            socket.SetRawSocketOption(IpProtocolTcp, TcpQuickAck, [1, 0, 0, 0]);
            var read = await socket.ReceiveAsync(buffer.AsMemory(kept));
            if (read == 0)
                throw new InvalidOperationException($"Closed: {Encoding.ASCII.GetString(buffer, 0, kept)}");
            var seen = buffer.AsSpan(0, kept + read);
            var isFirst = total == 0;
            total += read;
            var at = isFirst && seen.StartsWith(end) ? 0 : seen.IndexOf(within);
            if (at >= 0 && seen[at..].Contains((byte)'\r'))
                return total;
            if (at < 0 && seen.IndexOf(" NO "u8) is >= 0 and < 12 || seen.IndexOf(" BAD "u8) is >= 0 and < 12)
                throw new InvalidOperationException(Encoding.ASCII.GetString(seen));
            kept = Math.Min(seen.Length, 200);
            seen[^kept..].ToArray().CopyTo(buffer, 0);
        }
    }
}
