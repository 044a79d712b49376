using System.Reflection;
using Cloud.Api.Gateway;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

/// <summary>While one message goes out, the next are read: far from the store, a client waits for one of them alone.</summary>
public sealed class FetchAheadTests
{
    [Fact]
    public async Task Some_messages_are_opened_ahead_and_closed_again()
    {
        await using var mail = await OpenAsync(Enumerable.Range(1, 30).Select(ImapServer.Plain));
        var answer = await mail.Client.AskAsync("FETCH 1:* BODY.PEEK[]");
        for (var i = 1; i <= 30; i++)
            Assert.Contains($"\r\n\r\nThis is number {i}.\r\n)\r\n", answer, StringComparison.Ordinal);
        Assert.Equal((8, 0), (mail.Gateway.MostOpen, mail.Gateway.Open));
    }

    [Fact]
    public async Task Large_headers_are_not_held_ahead()
    {
        var field = $"X-Long: {string.Join("\r\n ", Enumerable.Repeat(new string('x', 900), 300))}\r\n";
        await using var mail = await OpenAsync(Enumerable.Repeat($"{field}\r\ntext\r\n", 5));
        await mail.Client.DoAsync("FETCH 1:* BODY.PEEK[HEADER.FIELDS (X-Long)]");
        Assert.Equal((1, 0), (mail.Gateway.MostOpen, mail.Gateway.Open));
    }

    [Fact]
    public async Task A_message_that_is_gone_takes_nothing_with_it()
    {
        await using var mail = await OpenAsync(Enumerable.Range(1, 20).Select(ImapServer.Plain));
        mail.Gateway.Missing = 3;
        var answer = await mail.Client.AskAsync("FETCH 1:* BODY.PEEK[]");
        Assert.DoesNotContain("* 3 FETCH", answer, StringComparison.Ordinal);
        for (var i = 4; i <= 20; i++)
            Assert.Contains($"* {i} FETCH", answer, StringComparison.Ordinal);
        Assert.Contains(" NO [EXPUNGEISSUED]", answer, StringComparison.Ordinal);
        Assert.Equal(0, mail.Gateway.Open);
    }

    /// <summary>As clients do that fetch message by message: all are answered, in order, and the last one's neighbours are closed.</summary>
    [Fact]
    public async Task Messages_of_commands_that_wait_are_opened_ahead()
    {
        await using var mail = await OpenAsync(Enumerable.Range(1, 30).Select(ImapServer.Plain));
        var commands = Enumerable.Range(1, 30).Select(i => $"p{i} UID FETCH {i} (FLAGS BODY[])\r\n");
        await mail.Client.SendAsync(string.Concat(commands) + "q NOOP\r\n");
        for (var i = 1; i <= 30; i++)
        {
            Assert.Equal(
                $"* {i} FETCH (UID {i} FLAGS (\\Seen \\Recent) BODY[] {{{ImapServer.Plain(i).Length}}}",
                await mail.Client.ReadLineAsync()
            );
            await mail.Client.ReadOctetsAsync(ImapServer.Plain(i).Length);
            Assert.Equal(")", await mail.Client.ReadLineAsync());
            Assert.Equal($"p{i} OK Fetched", await mail.Client.ReadLineAsync());
        }
        Assert.StartsWith("q OK", await mail.Client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal((8, 0), (mail.Gateway.MostOpen, mail.Gateway.Open));
    }

    /// <summary>What stands behind a FETCH is answered in its place, whatever it is.</summary>
    [Fact]
    public async Task Other_commands_keep_their_place()
    {
        await using var mail = await OpenAsync(Enumerable.Range(1, 3).Select(ImapServer.Plain));
        await mail.Client.SendAsync(
            "a UID FETCH 1 BODY.PEEK[]\r\nb UID FETCH nonsense\r\nc UID FETCH 9 BODY.PEEK[]\r\n"
                + "d UID STORE 2 +FLAGS.SILENT (\\Deleted)\r\ne EXPUNGE\r\nf UID FETCH 2 BODY.PEEK[]\r\n"
                + "g UID FETCH 3 BODY.PEEK[]\r\nh CLOSE\r\ni UID FETCH 3 BODY.PEEK[]\r\nj LOGOUT\r\n"
        );
        var tagged = new List<string>();
        while (await mail.Client.ReadLineAsync() is { } line)
        {
            if (line.Length > 2 && line[1] == ' ' && char.IsAsciiLetterLower(line[0]))
                tagged.Add(line[..Math.Min(line.Length, 5)].TrimEnd());
        }
        Assert.Equal("a OK|b BAD|c OK|d OK|e OK|f OK|g OK|h OK|i BAD|j OK", string.Join('|', tagged));
        Assert.Equal(0, mail.Gateway.Open);
    }

    static async Task<Mail> OpenAsync(IEnumerable<string> messages)
    {
        var backend = await TestBackend.OpenAsync();
        foreach (var message in messages)
            await backend.ReceiveAsync(message, TestBackend.Alice);
        var gateway = CountingGateway.Of(backend.Gateway);
        var listener = await ImapServer.ListenAsync(backend, gateway: gateway);
        var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        return new(listener, client, (CountingGateway)(object)gateway);
    }

    sealed record Mail(IAsyncDisposable Listener, ImapClient Client, CountingGateway Gateway) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            await Listener.DisposeAsync();
        }
    }

    /// <summary>Counts the messages that are open for reading.</summary>
#pragma warning disable CA1852, MA0053 // A proxy derives from it.
    class CountingGateway : DispatchProxy
#pragma warning restore CA1852, MA0053
    {
        IGateway gateway = null!;
        int reads;

        public int Open { get; private set; }

        public int MostOpen { get; private set; }

        /// <summary>The how manieth message is not there when it is read.</summary>
        public int Missing { get; set; }

        public static IGateway Of(IGateway gateway)
        {
            var proxy = Create<IGateway, CountingGateway>();
            ((CountingGateway)(object)proxy).gateway = gateway;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var answer = targetMethod!.Invoke(gateway, args);
            return targetMethod.Name == nameof(IGateway.ReadAsync)
                ? new ValueTask<Stream?>(CountAsync((ValueTask<Stream?>)answer!))
                : answer;
        }

        async Task<Stream?> CountAsync(ValueTask<Stream?> opening)
        {
            var missing = ++reads == Missing;
            MostOpen = Math.Max(MostOpen, ++Open);
            var stream = await opening;
            if (!missing && stream is not null)
                return new Counted(stream, () => Open--);
            await (stream?.DisposeAsync() ?? ValueTask.CompletedTask);
            Open--;
            return null;
        }
    }

    /// <summary>Tells when it is closed.</summary>
    sealed class Counted(Stream stream, Action closed) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => stream.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default) =>
            stream.ReadAsync(buffer, cancel);

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            stream.Dispose();
            closed();
            base.Dispose(disposing);
        }
    }
}
