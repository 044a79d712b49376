using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Cloud.Tests.Cli;

/// <summary>Another domain's mail host on 127.0.0.1: takes every message, and keeps it for the test.</summary>
sealed class SmtpSink : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly Channel<string> messages = Channel.CreateUnbounded<string>();
    readonly Task accepting;

    public SmtpSink()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The next message with its envelope's lines in front, once it is here.</summary>
    public async Task<string> ReceivedAsync() => await messages.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Messages that came and have not been looked at.</summary>
    public int Unread => messages.Reader.Count;

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await accepting;
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = TalkAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return; // stopped
        }
    }

    async Task TalkAsync(TcpClient client)
    {
        using var held = client;
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        await using var writer = new StreamWriter(client.GetStream(), Encoding.Latin1);
        (writer.NewLine, writer.AutoFlush) = ("\r\n", true);
        var message = new StringBuilder();
        await writer.WriteLineAsync("220 mx.outside.test");
        while (await reader.ReadLineAsync() is { } line)
        {
            if (
                line.StartsWith("MAIL ", StringComparison.Ordinal) || line.StartsWith("RCPT ", StringComparison.Ordinal)
            )
                message.AppendLine(line);
            if (line == "DATA")
            {
                await writer.WriteLineAsync("354 go on");
                while (await reader.ReadLineAsync() is { } text and not ".")
                    message.AppendLine(text);
                messages.Writer.TryWrite(message.ToString());
                message.Clear();
            }
            await writer.WriteLineAsync("250 well");
        }
    }
}
