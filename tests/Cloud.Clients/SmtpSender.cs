using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Cloud.Clients;

/// <summary>Sends letters over one connection and knows exactly which of them were answered.</summary>
sealed class SmtpSender : IDisposable
{
    readonly TcpClient client = new() { NoDelay = true };
    Stream stream = Stream.Null;
    StreamReader answers = StreamReader.Null;

    /// <exception cref="IOException">The server is gone.</exception>
    public async Task ConnectAsync(int port)
    {
        await client.ConnectAsync("127.0.0.1", port);
        await GreetAsync(client.GetStream());
    }

    /// <summary>Connects to a port whose TLS begins at once, as bob; any certificate will do.</summary>
    /// <exception cref="IOException">The server is gone.</exception>
    public async Task SubmitAsBobAsync(int port)
    {
        await client.ConnectAsync("127.0.0.1", port);
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            }
        );
        await GreetAsync(tls);
        var token = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{MailServer.Bob}\0{MailServer.BobPassword}"));
        await SayAsync($"AUTH PLAIN {token}\r\n", "235");
    }

    /// <summary>Returns when the letter was answered 250.</summary>
    /// <exception cref="IOException">The server went before it answered: nobody knows.</exception>
    public async Task SendAsync(Letter letter, string to = MailServer.Alice)
    {
        await SayAsync($"MAIL FROM:<{MailServer.Bob}>\r\n", "250");
        await SayAsync($"RCPT TO:<{to}>\r\n", "250");
        await SayAsync("DATA\r\n", "354");
        var stuffed = Encoding.Latin1.GetString(letter.Bytes).Replace("\r\n.", "\r\n..", StringComparison.Ordinal);
        await SayAsync(stuffed + ".\r\n", "250");
    }

    public void Dispose()
    {
        stream.Dispose();
        client.Dispose();
    }

    async Task GreetAsync(Stream opened)
    {
        stream = opened;
        answers = new StreamReader(stream, Encoding.Latin1);
        await ExpectAsync("220");
        await SayAsync("EHLO client.example\r\n", "250");
    }

    async Task SayAsync(string text, string code)
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        await ExpectAsync(code);
    }

    async Task ExpectAsync(string code)
    {
        while (true)
        {
            var line =
                await answers.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30))
                ?? throw new IOException("The server has closed");
            if (!line.StartsWith(code, StringComparison.Ordinal))
                throw new InvalidOperationException($"Expected {code}, got {line}");
            if (line.Length < 4 || line[3] != '-')
                return;
        }
    }
}
