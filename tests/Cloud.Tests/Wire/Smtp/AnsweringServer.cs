using System.Globalization;
using System.Net;
using System.Text;
using Cloud.Wire.Smtp;

namespace Cloud.Tests.Wire.Smtp;

/// <summary>A server that answers whatever it is told, as a function says; and knows what it took.</summary>
/// <remarks>
/// The function gets the verb in upper case (<c>GREETING</c>, <c>MESSAGE</c> for what stands behind DATA and the last BDAT)
/// and the line; what it returns is sent with CRLF, line feeds in it becoming CRLF. Null closes the connection, and
/// <see cref="Silence"/> leaves it open without a word until the client has gone.
/// </remarks>
sealed class AnsweringServer
{
    public const string Silence = "(silence)";

    const string Offer = "250-mx.example.test\n250-PIPELINING\n250-CHUNKING\n250 8BITMIME";

    readonly Func<string, string, string?> answer;
    readonly Stream stream;
    readonly byte[] buffer = new byte[16 * 1024];
    int start;
    int end;
    bool isWhole;

    public AnsweringServer(Func<string, string, string?> answer)
    {
        this.answer = answer;
        (Client, var own) = PipedStream.Pair();
        stream = own;
        Served = Task.Run(ServeAsync);
    }

    public PipedStream Client { get; }

    public Task Served { get; }

    /// <summary>A client waits for what will not come.</summary>
    public bool IsSilent { get; private set; }

    /// <summary>Whole messages, with dots undone, whether they were taken or refused.</summary>
    public List<string> Messages { get; } = [];

    /// <summary>Messages whose positive reply was written; not the empty ones of nobody.</summary>
    public int Taken { get; private set; }

    public async Task<SmtpOpening> OpenAsync(Func<SmtpOptions, SmtpOptions>? change = null)
    {
        var options = new SmtpOptions
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, 25),
            Hostname = "client.example.test",
            Connect = (_, _) => new(Client),
            Tls = SmtpTlsDemand.None,
        };
        return await SmtpConnection
            .OpenAsync(change is null ? options : change(options), CancellationToken.None)
            .AsTask()
            .WaitAsync(SmtpTalk.Patience);
    }

    async Task ServeAsync()
    {
        try
        {
            await SayAsync(answer("GREETING", "") is "250 Ok" ? "220 mx" : answer("GREETING", ""));
            while (await ReadLineAsync() is { } line)
            {
                var verb = line.Split(' ', 2)[0].ToUpperInvariant();
                if (verb == "BDAT")
                {
                    await TakeChunkAsync(line);
                    continue;
                }

                var reply = answer(verb, line);
                await SayAsync(verb == "EHLO" && reply == "250 Ok" ? Offer : reply);
                if (verb == "DATA" && reply!.StartsWith('3'))
                    await TakeMessageAsync();
            }
        }
        catch (IOException)
        {
            return; // Either end has gone.
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    async Task TakeChunkAsync(string line)
    {
        var words = line.Split(' ');
        var octets = new StringBuilder();
        for (var left = int.Parse(words[1], CultureInfo.InvariantCulture); left > 0; left--)
            octets.Append((char)await ReadOctetAsync());
        if (Messages.Count == 0 || isWhole)
            Messages.Add("");
        Messages[^1] += octets;
        isWhole = words.Length > 2;
        var reply = answer(isWhole ? "MESSAGE" : "BDAT", line);
        await SayAsync(reply);
        if (isWhole && reply!.StartsWith('2'))
            Taken++;
    }

    async Task TakeMessageAsync()
    {
        var message = new StringBuilder();
        while (true)
        {
            var line = await ReadLineAsync() ?? throw new EndOfStreamException();
            if (line == ".")
                break;
            message.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        Messages.Add(message.ToString());
        var reply = answer("MESSAGE", "");
        await SayAsync(reply);
        if (reply!.StartsWith('2') && message.Length > 0)
            Taken++;
    }

    async Task SayAsync(string? text)
    {
        if (text == Silence)
            await WaitAsync();
        if (text is null or Silence)
            throw new EndOfStreamException();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text.Replace("\n", "\r\n") + "\r\n"));
    }

    async Task WaitAsync()
    {
        IsSilent = true;
        while (await stream.ReadAsync(buffer) > 0)
            continue;
        IsSilent = false;
    }

    async Task<string?> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            var octet = await ReadOctetAsync();
            if (octet < 0)
                return null;
            if (octet == '\n')
                return line.ToString(0, line.Length - 1);
            line.Append((char)octet);
        }
    }

    async ValueTask<int> ReadOctetAsync()
    {
        if (start == end)
            (start, end) = (0, await stream.ReadAsync(buffer));
        return end == 0 ? -1 : buffer[start++];
    }
}
