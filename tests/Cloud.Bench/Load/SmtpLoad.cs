using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cloud.Bench.Load;

/// <summary>Sends messages over several connections at once, each pipelined as RFC 2920 allows.</summary>
/// <param name="signed">Whose messages they are; null for a sender who signs nothing.</param>
sealed class SmtpLoad(IPEndPoint server, int connections, int users, int size, SignedMail? signed = null)
{
    readonly byte[] body = Body(size);
    readonly byte[] header = Encoding.ASCII.GetBytes(Fields.ReplaceLineEndings("\r\n"));
    int next;

    /// <summary>Sends; every message has been answered 250 when it returns.</summary>
    public Task SendAsync(int messages)
    {
        next = 0;
        signed?.Prepare(messages, body[..^3]); // Its last line is the dot that ends it.
        return Task.WhenAll(Enumerable.Range(0, connections).Select(_ => SendOnOneAsync(messages)));
    }

    async Task SendOnOneAsync(int messages)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server);
        var reader = new ReplyReader(socket);
        await reader.ExpectAsync(220);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"EHLO {SignedMail.Client}\r\n"));
        await reader.ExpectAsync(250);
        while (true)
        {
            var number = Interlocked.Increment(ref next) - 1;
            if (number >= messages)
                break;
            var envelope = $"MAIL FROM:<sender@elsewhere.test>\r\nRCPT TO:<u{number % users}@example.test>\r\nDATA\r\n";
            await socket.SendAsync(Encoding.ASCII.GetBytes(envelope));
            await reader.ExpectAsync(250);
            await reader.ExpectAsync(250);
            await reader.ExpectAsync(354);
            var head = $"Message-ID: <{number}.{Guid.NewGuid():N}@elsewhere.test>\r\n";
            await socket.SendAsync(
                signed is null ? [Encoding.ASCII.GetBytes(head), header, body] : [signed.Header(number), body]
            );
            await reader.ExpectAsync(250);
        }
        await socket.SendAsync("QUIT\r\n"u8.ToArray());
        await reader.ExpectAsync(221);
    }

    const string Fields = """
        From: Sender <sender@elsewhere.test>
        To: Somebody <u0@example.test>
        Subject: A message of the usual kind
        Date: Sun, 01 Nov 2026 12:00:00 +0000
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: 8bit


        """;

    static byte[] Body(int size)
    {
        var text = new StringBuilder();
        while (text.Length < size - 80 - Fields.Length)
            text.Append("A line of a letter that says nothing much, as letters will do, of usual length.\n");
        return Encoding.ASCII.GetBytes(text.Replace("\n", "\r\n").Append(".\r\n").ToString());
    }

    /// <summary>Reads replies, also several from one packet.</summary>
    sealed class ReplyReader(Socket socket)
    {
        readonly byte[] buffer = new byte[4096];
        int start;
        int end;

        public async Task ExpectAsync(int code)
        {
            while (true)
            {
                var line = buffer.AsMemory(start, end - start);
                var newline = line.Span.IndexOf((byte)'\n');
                if (newline < 0)
                {
                    await FillAsync();
                    continue;
                }
                start += newline + 1;
                if (line.Span[3] == '-')
                    continue;
                var text = Encoding.ASCII.GetString(line.Span[..newline]);
                if (!text.StartsWith($"{code}", StringComparison.Ordinal))
                    throw new InvalidOperationException($"Expected {code}, got {text}");
                return;
            }
        }

        async Task FillAsync()
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            var read = await socket.ReceiveAsync(buffer.AsMemory(end));
            end += read > 0 ? read : throw new InvalidOperationException("The server closed");
        }
    }
}
