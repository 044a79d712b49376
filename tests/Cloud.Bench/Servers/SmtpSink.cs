using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Cloud.Bench.Servers;

/// <summary>Postfix' smtp-sink, which takes everything and counts.</summary>
sealed class SmtpSink : IAsyncDisposable
{
    const string Mark = "mesg=";

    readonly Process process;
    readonly Task reading;
    long messages;

    SmtpSink(Process process, int port)
    {
        this.process = process;
        Address = new(IPAddress.Loopback, port);
        reading = ReadAsync();
    }

    public IPEndPoint Address { get; }

    /// <summary>Messages so far.</summary>
    public long Messages => Volatile.Read(ref messages);

    public static async Task<SmtpSink> StartAsync()
    {
        var port = Programs.FreePort();
        var sink = new SmtpSink(
            Process.Start(
                new ProcessStartInfo("smtp-sink", ["-c", "-u", "nobody", $"127.0.0.1:{port}", "1000"])
                {
                    RedirectStandardOutput = true,
                }
            )!,
            port
        );
        await Programs.AnsweringAsync(sink.Address, "smtp-sink");
        return sink;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
    }

    /// <summary>It writes the same line again and again: <c>sess=1 quit=0 mesg=17</c> and a CR.</summary>
    async Task ReadAsync()
    {
        var buffer = new char[4096];
        var text = "";
        while (await process.StandardOutput.ReadAsync(buffer) is > 0 and var read)
        {
            text += new string(buffer, 0, read);
            var lines = text.Split('\r');
            text = lines[^1];
            var at = lines.Length < 2 ? -1 : lines[^2].IndexOf(Mark, StringComparison.Ordinal);
            if (at < 0)
                continue;
            var count = lines[^2].AsSpan(at + Mark.Length).Trim();
            Volatile.Write(ref messages, long.Parse(count, CultureInfo.InvariantCulture));
        }
    }
}
