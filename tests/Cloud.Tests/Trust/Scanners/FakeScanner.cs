using System.Net;
using System.Net.Sockets;
using Cloud.Trust.Scanners;

namespace Cloud.Tests.Trust.Scanners;

/// <summary>Hears one connection octet by octet and answers as it is told.</summary>
sealed class FakeScanner : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource ends = new();
    readonly Task session;
    readonly MemoryStream heard = new();

    /// <param name="isHeard">Whether all of the request has come.</param>
    /// <param name="answer">What it says then.</param>
    /// <param name="byOctet">An octet at a time.</param>
    /// <param name="hangs">It says nothing more and hangs on.</param>
    public FakeScanner(Func<byte[], bool> isHeard, byte[] answer, bool byOctet = false, bool hangs = false)
    {
        listener.Start();
        session = AnswerAsync(isHeard, answer, byOctet, hangs);
    }

    public byte[] Heard => heard.ToArray();

    public ScanOptions Options => new(ScanEndpoint.TryParse($"{listener.LocalEndpoint}")!);

    public async ValueTask DisposeAsync()
    {
        await ends.CancelAsync();
        listener.Stop();
        await session;
        ends.Dispose();
    }

    async Task AnswerAsync(Func<byte[], bool> isHeard, byte[] answer, bool byOctet, bool hangs)
    {
        try
        {
            using var client = await listener.AcceptTcpClientAsync(ends.Token);
            client.NoDelay = true;
            var stream = client.GetStream();
            var buffer = new byte[64 * 1024];
            while (!isHeard(Heard) && await stream.ReadAsync(buffer, ends.Token) is > 0 and var count)
                heard.Write(buffer, 0, count);
            for (var i = 0; byOctet && i < answer.Length; i++)
                await stream.WriteAsync(answer.AsMemory(i, 1), ends.Token);
            if (!byOctet)
                await stream.WriteAsync(answer, ends.Token);
            if (hangs)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ends.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            heard.Flush(); // the scan ended before
        }
    }
}
