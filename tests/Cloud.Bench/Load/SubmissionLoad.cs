using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Cloud.Bench.Load;

/// <summary>Submits messages of one user over several connections at once, each under TLS and pipelined (RFC 2920).</summary>
/// <param name="login">What AUTH PLAIN is told; null where nobody has to log in.</param>
sealed class SubmissionLoad(IPEndPoint server, string? login, int connections, int size)
{
    readonly byte[] text = Text(size);
    int next;

    /// <summary>Submits; every message has been answered 250 when it returns.</summary>
    public Task SendAsync(int messages)
    {
        next = 0;
        return Task.WhenAll(Enumerable.Range(0, connections).Select(_ => SendOnOneAsync(messages)));
    }

    async Task SendOnOneAsync(int messages)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(server);
        await using var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            }
        );
        using var answers = new StreamReader(stream, Encoding.ASCII);
        await ExpectAsync(answers, 220);
        await SayAsync("EHLO client.test\r\n", 250);
        if (login is not null)
            await SayAsync($"AUTH PLAIN {Convert.ToBase64String(Encoding.UTF8.GetBytes(login))}\r\n", 235);
        while (Interlocked.Increment(ref next) is var number && number <= messages)
        {
            await SayAsync(
                "MAIL FROM:<u0@example.test>\r\nRCPT TO:<somebody@elsewhere.test>\r\nDATA\r\n",
                250,
                250,
                354
            );
            var head = Encoding.ASCII.GetBytes($"Message-ID: <{number}.{Guid.NewGuid():N}@example.test>\r\n");
            await stream.WriteAsync((byte[])[.. head, .. text]);
            await ExpectAsync(answers, 250);
        }
        await SayAsync("QUIT\r\n", 221);

        async Task SayAsync(string command, params int[] codes)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(command));
            foreach (var code in codes)
                await ExpectAsync(answers, code);
        }
    }

    static async Task ExpectAsync(StreamReader answers, int code)
    {
        while (true)
        {
            var line = await answers.ReadLineAsync() ?? throw new InvalidOperationException("The server closed");
            if (!line.StartsWith($"{code}", StringComparison.Ordinal))
                throw new InvalidOperationException($"Expected {code}, got {line}");
            if (line[3] != '-')
                return;
        }
    }

    static byte[] Text(int size)
    {
        var text = new StringBuilder(
            """
            From: Sender <u0@example.test>
            To: Somebody <somebody@elsewhere.test>
            Subject: A message of the usual kind
            Date: Sun, 01 Nov 2026 12:00:00 +0000
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit


            """
        );
        while (text.Length < size - 150)
            text.Append("A line of a letter that says nothing much, as letters will do, of usual length.\n");
        return Encoding.ASCII.GetBytes(text.Append(".\n").ToString().ReplaceLineEndings("\r\n"));
    }
}
