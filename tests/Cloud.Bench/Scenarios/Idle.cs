using System.Net;
using System.Net.Sockets;
using System.Text;
using Cloud.Bench.Servers;

namespace Cloud.Bench.Scenarios;

/// <summary>What an idle plain IMAP connection costs in resident memory: greeted only, and selected in IDLE.</summary>
static class Idle
{
    /// <summary>A server that changes for longer does not idle.</summary>
    const int MostSeconds = 120;

    public static async Task RunAsync(Options options)
    {
        var count = options.Number("connections", 2000);
        await using var server = await CloudServer.StartAsync(users: 20);
        var warm = new List<Socket>();
        for (var i = 0; i < 50; i++)
            warm.Add(await ConnectAsync(server, i, inIdle: true));
        foreach (var socket in warm)
            socket.Dispose();

        foreach (var inIdle in new[] { false, true })
        {
            var before = await SettledAsync(server.ProcessId);
            var sockets = new List<Socket>();
            for (var i = 0; i < count; i++)
                sockets.Add(await ConnectAsync(server, i, inIdle));
            var after = await SettledAsync(server.ProcessId);
            var what = inIdle ? "logged in, selected, in IDLE" : "greeted";
            Console.WriteLine($"{count} connections {what}: {(after - before) / 1024.0 / count:0.0} KB each");
            foreach (var socket in sockets)
                socket.Dispose();
        }
    }

    static async Task<Socket> ConnectAsync(CloudServer server, int number, bool inIdle)
    {
        var user = number % 20;
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // One address may have 250 connections: these come from many.
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)(1 + number / 200)]), 0));
        await socket.ConnectAsync(server.Ports["imap"]);
        await ReadUntilAsync(socket, "* OK");
        if (!inIdle)
            return socket;
        foreach (
            var (command, answer) in new[]
            {
                ($"a login u{user}@example.test password-{user}\r\n", "a OK"),
                ("b select inbox\r\n", "b OK"),
                ("c idle\r\n", "+ "),
            }
        )
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(command));
            await ReadUntilAsync(socket, answer);
        }
        return socket;
    }

    static async Task ReadUntilAsync(Socket socket, string line)
    {
        var buffer = new byte[4096];
        var text = "";
        while (
            !text.Contains($"\n{line}", StringComparison.Ordinal) && !text.StartsWith(line, StringComparison.Ordinal)
        )
        {
            var read = await socket.ReceiveAsync(buffer);
            text += read > 0 ? Encoding.ASCII.GetString(buffer, 0, read) : throw new InvalidOperationException(text);
        }
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
