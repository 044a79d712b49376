using System.Net;
using System.Text;
using Cloud.Tests.Fakes;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Imap;

/// <summary>Who asks for much and reads little is answered as fast as he reads.</summary>
public sealed class SlowReaderTests
{
    [Theory]
    [InlineData("FETCH 1:* BODY.PEEK[]")]
    [InlineData("FETCH 1:* (BODYSTRUCTURE ENVELOPE)")]
    [InlineData("FETCH 1:* (FLAGS UID INTERNALDATE)")]
    [InlineData("UID SEARCH ALL")]
    [InlineData("LIST \"\" *")]
    [InlineData("NOOP")]
    public async Task What_is_not_read_is_not_answered_into_memory(string command)
    {
        var backend = await TestBackend.OpenAsync();
        for (var i = 1; i <= 20; i++)
            await backend.ReceiveAsync(ImapServer.Plain(i) + new string('x', 30_000), TestBackend.Alice);
        var peer = new PipedConnection(TimeProvider.System);
        await using var server = peer.Server;
        server.ComesFrom(new IPEndPoint(IPAddress.Loopback, 4711));
        var asked = new StringBuilder("l LOGIN alice@example.test \"correct horse\"\r\ns SELECT INBOX\r\n");
        for (var i = 0; i < 10_000; i++)
            asked.Append($"c{i} {command}\r\n");
        var sending = peer.Send.WriteAsync(Encoding.ASCII.GetBytes(asked.ToString())).AsTask();
        var session = ImapServer.Front(backend).RunAsync(server);

        var last = "";
        for (var reads = 0; reads < 100 || !last.Contains("\nc0 OK", StringComparison.Ordinal); reads++)
        {
            // What has been sent by the time the first of it can be read, the peer could have left lying.
            var read = await peer.Receive.ReadAsync();
            Assert.InRange(read.Buffer.Length, 1, 256 * 1024);
            last = last.Contains("\nc0 OK", StringComparison.Ordinal)
                ? last
                : last + Encoding.Latin1.GetString(read.Buffer);
            peer.Receive.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }
        Assert.Contains("\nc0 OK", last, StringComparison.Ordinal);

        await peer.Receive.CompleteAsync();
        await peer.Send.CompleteAsync();
        await session;
        await sending;
    }
}
