using System.Diagnostics;
using Cloud.Store.Local;
using Cloud.Store.Ports;

namespace Cloud.Bench.Store;

/// <summary>How fast, and for how much CPU, the embedded store makes things durable for concurrent callers.</summary>
public static class StoreScenario
{
    const int Callers = 16;

    public static async Task RunAsync(TextWriter output, CancellationToken cancel)
    {
        var directory = Directory.CreateTempSubdirectory("cloud-bench-").FullName;
        await using (var store = await LocalStore.OpenAsync(new(directory), cancel))
        {
            var payload = new byte[64 * 1024];
            new Random(1).NextBytes(payload);
            for (var round = 0; round < 2; round++)
            {
                await MeasureAsync(
                    output,
                    "rows, 6 rows of 10 KB",
                    1000,
                    (c, i) => DeliverAsync(store.Rows, payload, round, c, i, cancel)
                );
                await MeasureAsync(
                    output,
                    "blobs of 4 KB",
                    2000,
                    (c, i) =>
                        PutAsync(
                            store.Blobs,
                            $"{(c * 77 + i * 13) % 256:x2}/{round}/a/{c}/{i}",
                            payload.AsMemory(0, 4096),
                            cancel
                        )
                );
                await MeasureAsync(
                    output,
                    "blobs of 50 KB",
                    500,
                    (c, i) =>
                        PutAsync(
                            store.Blobs,
                            $"{(c * 77 + i * 13) % 256:x2}/{round}/b/{c}/{i}",
                            payload.AsMemory(0, 50_000),
                            cancel
                        )
                );
            }
        }
        Directory.Delete(directory, recursive: true);
    }

    static async Task MeasureAsync(TextWriter output, string what, int each, Func<int, int, Task> work)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        var slowest = 0L;
        await Task.WhenAll(
            Enumerable
                .Range(0, Callers)
                .Select(caller =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < each; i++)
                        {
                            var start = Stopwatch.GetTimestamp();
                            await work(caller, i);
                            slowest = Math.Max(slowest, Stopwatch.GetTimestamp() - start);
                        }
                    })
                )
        );
        var seconds = clock.Elapsed.TotalSeconds;
        var count = each * Callers;
        var spent = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        await output.WriteLineAsync(
            $"{what, -24} {count / seconds, 8:F0}/s  {spent / count * 1000:F3} s CPU per 1,000  "
                + $"{(GC.GetTotalAllocatedBytes() - allocated) / count} B allocated each  slowest {slowest * 1000.0 / Stopwatch.Frequency:F0} ms"
        );
    }

    static async Task DeliverAsync(IRows rows, byte[] payload, int round, int caller, int i, CancellationToken cancel)
    {
        var data = (int length) =>
            new RowData
            {
                { "Data", payload[..length] },
                { "Revision", (long)i },
                { "Size", i },
            };
        var transaction = new RowTransaction($"account{caller}")
            .Upsert("a", data(200))
            .Upsert("b!inbox", data(800))
            .Upsert($"p!inbox!{i / 256:D6}", data(6000))
            .Insert($"e!{(uint)(i * 2654435761):x8}{round}", data(1800))
            .Insert($"m!{(uint)(i * 40503):x8}{round}", data(100))
            .Insert($"c!{round}{i:D10}", data(600));
        var result = await rows.CommitAsync("mail", transaction, cancel);
        if (!result.Committed)
            throw new InvalidOperationException($"{result.Conflict} at {result.FailedAt}");
    }

    static async Task PutAsync(IBlobs blobs, string name, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        await using var writer = await blobs.CreateAsync(name, cancel);
        await writer.WriteAsync(content, cancel);
        if (!await writer.CompleteAsync(cancel))
            throw new InvalidOperationException($"{name} is taken");
    }
}
