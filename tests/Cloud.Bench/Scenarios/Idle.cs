using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Cloud.Bench.Servers;

namespace Cloud.Bench.Scenarios;

/// <summary>What an idle IMAP connection costs in resident memory: greeted, selected in IDLE, under TLS, compressed.</summary>
static class Idle
{
    /// <summary>A server that changes for longer does not idle.</summary>
    const int MostSeconds = 120;

    sealed record State(string Name, bool IsTls = false, bool IsLoggedIn = true, bool IsCompressed = false);

    static readonly State[] States =
    [
        new("greeted", IsLoggedIn: false),
        new("in IDLE"),
        new("in IDLE, compressed", IsCompressed: true),
        new("in IDLE under TLS", IsTls: true),
        new("in IDLE under TLS, compressed", IsTls: true, IsCompressed: true),
    ];

    public static async Task RunAsync(Options options)
    {
        var count = options.Number("connections", 2000);
        foreach (var state in States)
        {
            await using var server = await CloudServer.StartAsync(users: 20);
            var warm = new List<Connection>();
            for (var i = 0; i < 50; i++)
                warm.Add(await Connection.OpenAsync(server, i, state));
            foreach (var connection in warm)
                connection.Dispose();

            var before = await SettledAsync(server.ProcessId);
            var connections = new List<Connection>();
            for (var i = 0; i < count; i++)
                connections.Add(await Connection.OpenAsync(server, i, state));
            var after = await SettledAsync(server.ProcessId);
            Console.WriteLine($"{count} connections {state.Name}: {(after - before) / 1024.0 / count:0.0} KB each");
            foreach (var connection in connections)
                connection.Dispose();
        }
    }

    /// <summary>A client that reads lines and does nothing more once it is where it should be.</summary>
    sealed class Connection : IDisposable
    {
        readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Stream stream = Stream.Null;
        Stream input = Stream.Null;

        public static async Task<Connection> OpenAsync(CloudServer server, int number, State state)
        {
            var connection = new Connection();
            // One address may have 250 connections: these come from many.
            connection.socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)(1 + number / 200)]), 0));
            await connection.socket.ConnectAsync(server.Ports[state.IsTls ? "imaps" : "imap"]);
            connection.stream = connection.input = new NetworkStream(connection.socket);
            if (state.IsTls)
            {
#pragma warning disable CA5359 // The server made its certificate itself.
                var tls = new SslStream(connection.stream, false, (_, _, _, _) => true);
#pragma warning restore CA5359
                await tls.AuthenticateAsClientAsync("localhost");
                connection.stream = connection.input = tls;
            }
            await connection.ReadUntilAsync("* OK");
            if (!state.IsLoggedIn)
                return connection;
            var user = number % 20;
            await connection.AskAsync($"a login u{user}@example.test password-{user}", "a OK");
            if (state.IsCompressed)
                await connection.CompressAsync();
            await connection.AskAsync("b select inbox", "b OK");
            await connection.AskAsync("c idle", "+ ");
            return connection;
        }

        async Task CompressAsync()
        {
            await AskAsync("z compress deflate", "z OK");
            input = new DeflateStream(stream, CompressionMode.Decompress);
            stream = new DeflateStream(stream, CompressionLevel.Fastest);
        }

        async Task AskAsync(string command, string answer)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{command}\r\n"));
            await stream.FlushAsync();
            await ReadUntilAsync(answer);
        }

        async Task ReadUntilAsync(string line)
        {
            var buffer = new byte[4096];
            var text = "\n";
            while (!text.Contains($"\n{line}", StringComparison.Ordinal) || !text.EndsWith('\n'))
            {
                var read = await input.ReadAsync(buffer);
                text +=
                    read > 0 ? Encoding.ASCII.GetString(buffer, 0, read) : throw new InvalidOperationException(text);
            }
        }

        public void Dispose() => socket.Dispose();
    }

    /// <summary>Waits until the figure stands still for a second.</summary>
    static async Task<long> SettledAsync(int pid)
    {
        var last = 0L;
        for (var seconds = 0; seconds < MostSeconds; seconds++)
        {
            var now = ProcessFigures.ResidentBytes(pid);
            if (Math.Abs(now - last) < 256 * 1024)
                return now;
            last = now;
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
        throw new InvalidOperationException($"The memory does not stand still: {last} octets at last");
    }
}
