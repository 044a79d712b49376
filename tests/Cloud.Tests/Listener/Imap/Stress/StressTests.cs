using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap.Stress;

/// <summary>
/// Several connections do anything to two mailboxes in turn; each answer is held against one model of what there has to
/// be, and each client's view against what it was told.
/// </summary>
/// <remarks>tests/stress runs this for longer, with a seed of the day.</remarks>
public sealed class StressTests
{
    /// <summary>Commands in a run.</summary>
    const int Commands = 400;

    static readonly int Seed = (int)TestSettings.Number("CLOUD_STRESS_SEED", 7);

    static readonly TimeSpan Span = TimeSpan.FromSeconds(TestSettings.Number("CLOUD_STRESS_SECONDS", 0));

    [Fact]
    public async Task Whatever_several_clients_do_each_is_told_what_there_is()
    {
        var start = TimeProvider.System.GetTimestamp();
        var runs = 0;
        do
        {
            var seed = Seed + runs++;
            try
            {
                await RunAsync(new Random(seed));
            }
            catch (Exception fault)
            {
                Assert.Fail($"Seed {seed}: {fault.Message}\n{fault.StackTrace}");
            }
        } while (TimeProvider.System.GetElapsedTime(start) < Span);
    }

    static async Task RunAsync(Random random)
    {
        var backend = await TestBackend.OpenAsync();
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var first = await ImapClient.OpenAsync(listener);
        await using var second = await ImapClient.OpenAsync(listener);
        await using var third = await ImapClient.OpenAsync(listener);
        await first.DoAsync("CREATE Other");
        await third.DoAsync("ENABLE QRESYNC");
        ModelClient[] clients =
        [
            new(first, "first", resyncs: false),
            new(second, "second", resyncs: false),
            new(third, "third", resyncs: true),
        ];
        var operations = new Operations(random, [new("INBOX"), new("Other")]);
        for (var i = 0; i < Commands; i++)
            await operations.RunAsync(clients[random.Next(clients.Length)]);
    }
}
