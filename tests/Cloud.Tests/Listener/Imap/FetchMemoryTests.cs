using System.Collections.Concurrent;
using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

/// <summary>What a FETCH holds while its client takes its time, where messages have large indexes.</summary>
public sealed class FetchMemoryTests
{
    const int Messages = 100;

    [Theory]
    [InlineData("BODYSTRUCTURE")]
    [InlineData("ENVELOPE BODY")]
    public async Task Few_indexes_are_held_for_a_client_that_reads_slowly(string items)
    {
        var backend = await TestBackend.OpenAsync();
        var message = ManyParts();
        for (var i = 0; i < Messages; i++)
            await backend.AppendAsync(backend.AliceId, "INBOX", message);
        var held = new ConcurrentQueue<WeakReference<Email>>();
        object? Hook(string operation, object?[] args) =>
            operation == nameof(IGateway.FetchAsync)
                ? new ValueTask<IReadOnlyList<Email>>(NotedAsync((Access)args[0]!, (IReadOnlyList<EmailId>)args[1]!))
                : null;
        async Task<IReadOnlyList<Email>> NotedAsync(Access account, IReadOnlyList<EmailId> ids)
        {
            var emails = await backend.Gateway.FetchAsync(account, ids, default);
            foreach (var email in emails)
                held.Enqueue(new(email));
            return emails;
        }
        await using var listener = await ImapServer.ListenAsync(
            backend,
            gateway: HookedGateway.Of(backend.Gateway, Hook)
        );
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("EXAMINE INBOX");
        await client.SendAsync($"f FETCH 1:* ({items})\r\n");
        for (var i = 1; i <= Messages; i++)
        {
            Assert.StartsWith($"* {i} FETCH (", await client.ReadLineAsync(), StringComparison.Ordinal);
            if (i % 5 > 0)
                continue;
            GC.Collect();
            // What is held, and what has been read to be held next: twice as much, and one more, at most.
            Assert.InRange(held.Sum(Octets), 0, 4 * 1024 * 1024);
        }
        Assert.StartsWith("f OK", await client.ReadLineAsync(), StringComparison.Ordinal);
    }

    static long Octets(WeakReference<Email> reference) =>
        reference.TryGetTarget(out var email) ? email.Index.Length : 0;

    static string ManyParts()
    {
        var name = new string('n', 60);
        var parts = Enumerable
            .Range(1, 3000)
            .Select(i => $"--b\r\nContent-Type: application/x-{i}; name=\"{name}{i}\"\r\n\r\nx\r\n");
        return $"Subject: parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{string.Concat(parts)}--b--\r\n";
    }
}
