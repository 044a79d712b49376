using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Cloud.Tests.Sessions;

/// <summary>A client's end: sends octets, reads lines, in clear and after TLS. Every wait has an end.</summary>
public sealed class ScriptConnection : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly Socket socket;
    readonly byte[] buffer = new byte[64 * 1024];
    readonly MemoryStream deflated = new();
    Stream stream;
    DeflateStream? inflater;
    DeflateStream? deflater;
    int start;
    int end;

    ScriptConnection(Socket socket)
    {
        this.socket = socket;
        stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>What the server presented when TLS began; null in clear.</summary>
    public X509Certificate2? Certificate => (stream as SslStream)?.RemoteCertificate as X509Certificate2;

    public static async Task<ScriptConnection> OpenAsync(IPEndPoint address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address);
        return new ScriptConnection(socket);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, bool byteByByte)
    {
        using var patience = new CancellationTokenSource(Patience);
        if (deflater is not null)
            bytes = await DeflateAsync(bytes, patience.Token);
        if (!byteByByte || bytes.Length > 4096)
        {
            await stream.WriteAsync(bytes, patience.Token);
            return;
        }
        for (var i = 0; i < bytes.Length; i++)
            await stream.WriteAsync(bytes.Slice(i, 1), patience.Token);
    }

    /// <returns>A line without its CRLF, octets as Latin-1 characters; null when the server has closed.</returns>
    public async Task<string?> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            if (start == end && !await FillAsync())
                return line.Length == 0 ? null : line.ToString();
            var newline = Array.IndexOf(buffer, (byte)'\n', start, end - start);
            var stop = newline < 0 ? end : newline + 1;
            line.Append(Encoding.Latin1.GetString(buffer, start, stop - start));
            start = stop;
            if (newline < 0)
                continue;
            if (line.Length < 2 || line[^2] != '\r')
                throw new ScriptException($"the server sent a bare LF after «{line}»");
            line.Length -= 2;
            return line.ToString();
        }
    }

    /// <returns>Exactly so many octets (a literal), or fewer when the server has closed.</returns>
    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        var bytes = new MemoryStream();
        while (bytes.Length < count && (start < end || await FillAsync()))
        {
            var take = Math.Min(end - start, count - (int)bytes.Length);
            bytes.Write(buffer, start, take);
            start += take;
        }
        return bytes.ToArray();
    }

    public async Task StartTlsAsync()
    {
        var tls = new SslStream(stream);
        using var patience = new CancellationTokenSource(Patience);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
#pragma warning disable CA5359 // The server under test has a self-signed certificate.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        };
        await tls.AuthenticateAsClientAsync(options, patience.Token);
        stream = tls;
    }

    /// <summary>From now on octets are deflated, both ways.</summary>
    public void Compress()
    {
        inflater = new DeflateStream(stream, CompressionMode.Decompress, leaveOpen: true);
        deflater = new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true);
    }

    public void SendEof()
    {
        if (stream is NetworkStream)
            socket.Shutdown(SocketShutdown.Send);
    }

    public async ValueTask DisposeAsync()
    {
        inflater?.Dispose();
        deflater?.Dispose();
        await stream.DisposeAsync();
    }

    async Task<ReadOnlyMemory<byte>> DeflateAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        deflated.SetLength(0);
        await deflater!.WriteAsync(bytes, cancel);
        await deflater.FlushAsync(cancel);
        return deflated.ToArray();
    }

    async Task<bool> FillAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            start = 0;
            end = await (inflater ?? stream).ReadAsync(buffer, patience.Token);
            return end > 0;
        }
        catch (OperationCanceledException)
        {
            throw new ScriptException($"nothing came for {Patience.TotalSeconds} s");
        }
        catch (IOException)
        {
            end = 0;
            return false;
        }
    }
}
