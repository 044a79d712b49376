using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Cloud.Cli.Check;

/// <summary>A client's end of a protocol of lines, which may turn to TLS.</summary>
sealed class LineConnection : IAsyncDisposable
{
    /// <summary>Octets of a line. Default: eight times what SMTP allows for a reply (RFC 5321 §4.5.3.1.5).</summary>
    const int MaxLine = 4096;

    readonly CheckOptions options;
    readonly byte[] buffer = new byte[MaxLine];
    Stream stream;
    int start;
    int end;

    LineConnection(CheckOptions options, Stream stream) => (this.options, this.stream) = (options, stream);

    /// <summary>Octets read so far, without TLS.</summary>
    public long Received { get; private set; }

    /// <exception cref="CheckFailedException">Nobody listens, or nobody answers in time.</exception>
    public static async Task<LineConnection> OpenAsync(CheckOptions options, int port, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            EndPoint target = options.Address is { } address
                ? new IPEndPoint(address, port)
                : new DnsEndPoint(options.Host, port);
            await WithinAsync(options, "connecting", limit => socket.ConnectAsync(target, limit).AsTask(), cancel);
            return new(options, new NetworkStream(socket, ownsSocket: true));
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new CheckFailedException($"cannot connect: {e.Message}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Turns to TLS now, whatever was agreed before.</summary>
    /// <returns>What is to be said of the certificate.</returns>
    public async Task<PeerCertificate> StartTlsAsync(CancellationToken cancel)
    {
        if (start < end) // what came before the handshake is not protected by it, and must not count (CVE-2011-0411)
            throw new CheckFailedException("there is more text after the answer to STARTTLS");
        PeerCertificate? seen = null;
        var secured = new SslStream(stream);
        stream = secured;
        var target = new SslClientAuthenticationOptions
        {
            TargetHost = options.Host,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                seen = PeerCertificate.From(certificate, chain, errors);
                return certificate is not null; // an untrusted one is reported, and the rest is still of interest
            },
        };
        try
        {
            await WithinAsync(
                options,
                "the TLS handshake",
                limit => secured.AuthenticateAsClientAsync(target, limit),
                cancel
            );
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            throw new CheckFailedException($"TLS: {e.Message}");
        }
        return seen! with { Protocol = secured.SslProtocol };
    }

    public async Task SendAsync(string line, CancellationToken cancel)
    {
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"{line}\r\n"), cancel);
        }
        catch (IOException e)
        {
            throw new CheckFailedException($"the connection broke: {e.Message}");
        }
    }

    /// <returns>A line without its line end.</returns>
    /// <exception cref="CheckFailedException">The connection ended, the line is endless, or it took too long.</exception>
    public async Task<string> ReadLineAsync(CancellationToken cancel)
    {
        while (true)
        {
            var newline = Array.IndexOf(buffer, (byte)'\n', start, end - start);
            if (newline >= 0)
            {
                var line = Encoding.UTF8.GetString(buffer, start, newline - start).TrimEnd('\r');
                start = newline + 1;
                return line;
            }
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end == buffer.Length)
                throw new CheckFailedException($"a line is longer than {MaxLine} octets");
            await FillAsync(cancel);
        }
    }

    /// <param name="octets">As many are read; the caller bounds them.</param>
    /// <exception cref="CheckFailedException">The connection ended, or it took too long.</exception>
    public async Task<string> ReadTextAsync(int octets, CancellationToken cancel)
    {
        var text = new byte[octets];
        for (var filled = 0; filled < octets; )
        {
            if (start == end)
            {
                (start, end) = (0, 0);
                await FillAsync(cancel);
            }
            var part = buffer.AsSpan(start, Math.Min(end - start, octets - filled));
            part.CopyTo(text.AsSpan(filled));
            start += part.Length;
            filled += part.Length;
        }
        return Encoding.UTF8.GetString(text);
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    async Task FillAsync(CancellationToken cancel)
    {
        var read = await ReadAsync(cancel);
        Received += read;
        end += read;
    }

    async Task<int> ReadAsync(CancellationToken cancel)
    {
        var read = 0;
        try
        {
            await WithinAsync(
                options,
                "an answer",
                async limit => read = await stream.ReadAsync(buffer.AsMemory(end), limit),
                cancel
            );
        }
        catch (IOException e)
        {
            throw new CheckFailedException($"the connection broke: {e.Message}");
        }
        return read > 0 ? read : throw new CheckFailedException("the server closed the connection");
    }

    static async Task WithinAsync(
        CheckOptions options,
        string what,
        Func<CancellationToken, Task> actAsync,
        CancellationToken cancel
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(options.Patience);
        try
        {
            await actAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CheckFailedException($"{what} took longer than {options.Patience.TotalSeconds:0} seconds");
        }
    }
}
