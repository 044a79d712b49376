using System.Diagnostics;
using System.Globalization;
using Cloud.Store.Local;
using Cloud.Store.Ports;
using Cloud.Tests.Store.Ports;

namespace Cloud.Tests.Store.Local;

/// <summary>A process that writes to a store and says what was acknowledged, until it is killed.</summary>
static class KilledWriter
{
    public const int Callers = 8;
    public const int RowsEach = 3;

    public static byte[] Content(int caller, int i) => Octets.Of(caller * 100_000 + i, i % 10 == 0 ? 200_000 : 3000);

    public static string Name(int caller, int i) => $"{caller}/{i}";

    public static Process Start(string directory, int first)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath ?? "dotnet")
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) is not "dotnet")
            start.FileName = "dotnet";
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(KilledWriter).Assembly.Location);
        start.ArgumentList.Add(directory);
        start.ArgumentList.Add(first.ToString(CultureInfo.InvariantCulture));
        return Process.Start(start)!;
    }

    static async Task Main(string[] args)
    {
        var options = new LocalStoreOptions(args[0]) { SegmentBytes = LocalStoreOptions.MinSegmentBytes };
        await using var store = await LocalStore.OpenAsync(options, default);
        var first = int.Parse(args[1], CultureInfo.InvariantCulture);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => WriteAsync(store, caller, first)));
    }

    static async Task WriteAsync(LocalStore store, int caller, int first)
    {
        for (var i = first; ; i++)
        {
            await LocalDirectory.PutAsync(store, Name(caller, i), Content(caller, i));
            var transaction = new RowTransaction($"{caller}");
            for (var row = 0; row < RowsEach; row++)
                transaction.Insert($"{i:D6}-{row}", new() { { "Value", i } });
            var result = await store.Rows.CommitAsync("mail", transaction, default);
            await store.Queues.SendAsync($"queue-{caller}", BitConverter.GetBytes(i), TimeSpan.Zero, default);
            if (!result.Committed)
                throw new InvalidOperationException($"{result.Conflict}");
            Console.WriteLine($"{caller} {i}");
        }
    }
}
