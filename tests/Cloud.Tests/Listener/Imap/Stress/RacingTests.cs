using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap.Stress;

/// <summary>Several connections to two listeners of one store do anything to a mailbox at the same time.</summary>
/// <remarks>tests/stress runs this for longer, with a seed of the day.</remarks>
public sealed class RacingTests
{
    /// <summary>Of each client.</summary>
    const int Commands = 60;

    static readonly int Seed = (int)TestSettings.Number("CLOUD_STRESS_SEED", 7);

    static readonly TimeSpan Span = TimeSpan.FromSeconds(TestSettings.Number("CLOUD_STRESS_SECONDS", 0)) / 3;

    /// <summary>Each knows in the end what there is, and what was answered has happened once.</summary>
    [Theory]
    [InlineData(Hop.None)]
    [InlineData(Hop.Claim)]
    public async Task What_all_do_at_the_same_time_all_know_in_the_end(Hop hop)
    {
        var start = TimeProvider.System.GetTimestamp();
        var seed = Seed;
        do
        {
            await RaceAsync(hop, seed++);
        } while (TimeProvider.System.GetElapsedTime(start) < Span);
    }

    static async Task RaceAsync(Hop hop, int seed)
    {
        await using var backend = await TestBackend.OpenAsync(hop: hop);
        await using var here = await ImapServer.ListenAsync(backend);
        await using var there = await ImapServer.ListenAsync(backend);
        await using var fresh = await ImapClient.OpenAsync(here);
        await fresh.DoAsync("CREATE Other");
        var connections = new List<ImapClient>();
        var clients = new List<RacingClient>();
        try
        {
            foreach (var listener in new[] { here, here, here, there, there })
            {
                var connection = await ImapClient.OpenAsync(listener);
                connections.Add(connection);
                var resyncs = connections.Count % 2 == 0;
                if (resyncs)
                    await connection.DoAsync("ENABLE QRESYNC");
                clients.Add(new(connection, $"seed {seed}, client {connections.Count}", resyncs));
            }
            await Task.WhenAll(
                clients.Select((client, i) => Task.Run(() => client.RunAsync(new(seed + (1000 * i)), Commands)))
            );
            await CheckAsync(fresh, clients);
        }
        finally
        {
            foreach (var connection in connections)
                await connection.DisposeAsync();
        }
    }

    static async Task CheckAsync(ImapClient fresh, List<RacingClient> clients)
    {
        var there = await ReadAsync(fresh, "INBOX");
        foreach (var client in clients)
            Assert.Equal(there, await client.EndAsync());

        var uids = there.Select(line => uint.Parse(line.Split(' ')[0])).ToHashSet();
        var added = clients.SelectMany(client => client.Added).ToList();
        Assert.Equal(added.Count, added.Distinct().Count());
        Assert.Empty(uids.Except(added));
        Assert.Empty(uids.Intersect(clients.SelectMany(client => client.Removed)));
        var doomed = clients.SelectMany(client => client.Doomed).ToHashSet();
        // A copy has its message's flags, \Deleted too. Those of copies have higher UIDs.
        foreach (var (from, to) in clients.SelectMany(client => client.Copied).OrderBy(pair => pair.To))
        {
            if (doomed.Contains(from))
                doomed.Add(to);
        }
        Assert.Empty(added.Except(doomed).Except(uids));

        // Whoever else has removed it: a message is moved once.
        var moved = clients.SelectMany(client => client.Moved).ToList();
        Assert.Equal(moved.Count, moved.Select(pair => pair.From).Distinct().Count());
        var other = await ReadAsync(fresh, "Other");
        Assert.Equal(moved.Select(pair => pair.To).Order(), other.Select(line => uint.Parse(line.Split(' ')[0])));
    }

    static async Task<List<string>> ReadAsync(ImapClient client, string mailbox)
    {
        await client.DoAsync($"SELECT {mailbox}");
        var answer = new Answer(await client.AskAsync("FETCH 1:* (UID FLAGS)"));
        var messages = new List<string>();
        foreach (var match in answer.Untagged.Where(match => match.Groups["fetch"].Success))
        {
            var (uid, flags) = ModelClient.Items(match.Groups["items"].Value);
            messages.Add(RacingClient.Line(uid!.Value, flags!));
        }
        return messages;
    }
}
