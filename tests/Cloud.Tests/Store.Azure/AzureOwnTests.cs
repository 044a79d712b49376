using System.Net;
using System.Net.Sockets;
using System.Text;
using Cloud.Store.Azure;
using Cloud.Store.Ports;
using Cloud.Tests.Store.Ports;

namespace Cloud.Tests.Store.Azure;

/// <summary>What the port's suites do not ask, on a real Azurite.</summary>
[Collection(AzuriteFixture.Collection)]
public sealed class AzureOwnTests(AzuriteFixture azurite)
{
    readonly IRows rows = azurite.Store.Rows;
    readonly string table = $"t{Guid.NewGuid():N}";

    [Fact]
    public async Task Times_before_1601_and_awkward_texts_come_back()
    {
        var data = new RowData
        {
            { "First", DateTimeOffset.MinValue },
            { "Early", new DateTimeOffset(1601, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(-1) },
            { "Nul", "a\0b" },
            { "Control", string.Concat(Enumerable.Range(1, 31).Select(i => (char)i)) },
            { "Noncharacters", "\uFFFE\uFFFF\u2028\u2029\u0085" },
            { "Framing", "\r\n--changeset_cloud--\r\n--batch_cloud--\r\nHTTP/1.1 500 X" },
            { "Json", "\"},{\"PartitionKey\":\"x\"" },
        };
        foreach (var single in new[] { true, false })
        {
            var transaction = new RowTransaction("p").Insert($"a{single}", data);
            if (!single)
                transaction.Insert("b", []);
            Assert.True((await rows.CommitAsync(table, transaction, default)).Committed);
            var row = await rows.GetAsync(table, new("p", $"a{single}"), default);
            Assert.Equal(
                data,
                row!.Data.OrderBy(property => data.Select(own => own.Key).ToList().IndexOf(property.Key))
            );
        }
    }

    [Fact]
    public async Task Every_prefix_of_one_character_finds_its_rows()
    {
        var alphabet = Enumerable.Range(' ', '~' - ' ' + 1).Select(i => (char)i).Where(KeyText.IsAllowed).ToList();
        var transaction = new RowTransaction("p");
        foreach (var c in alphabet)
            transaction.Insert($"{c}x", []);
        Assert.True((await rows.CommitAsync(table, transaction, default)).Committed);
        foreach (var c in alphabet)
        {
            var page = await rows.QueryAsync(table, RowRange.Prefix("p", $"{c}"), null, 1000, default);
            Assert.Equal($"{c}x", Assert.Single(page.Rows).Key.Row);
        }
    }

    [Fact]
    public async Task A_container_of_ones_own_is_made_with_the_first_blob()
    {
        var store = AzureStore.Open(
            new() { ConnectionString = azurite.ConnectionString, Container = $"c{Guid.NewGuid():N}" }
        );
        Assert.Null(await store.Blobs.OpenAsync("ab/1", 0, null, default));
        Assert.False(await store.Blobs.DeleteAsync("ab/1", default));
        Assert.False(await store.Blobs.CopyAsync("ab/1", "ab/2", default));
        Assert.Empty(await NamesAsync(store));

        await using (var writer = await store.Blobs.CreateAsync("ab/1", default))
        {
            await writer.WriteAsync(Octets.Of(1, 600_000), default);
            Assert.True(await writer.CompleteAsync(default));
        }
        Assert.Equal(["ab/1"], await NamesAsync(store));
    }

    static async Task<List<string>> NamesAsync(AzureStore store)
    {
        var names = new List<string>();
        await foreach (var blob in store.Blobs.ListAsync("", default))
            names.Add(blob.Name);
        return names;
    }

    [Fact]
    public async Task A_wrong_key_is_a_fault()
    {
        var other = azurite.ConnectionString.Replace(AzuriteProcess.Key, ScriptedService.Key, StringComparison.Ordinal);
        var store = AzureStore.Open(new() { ConnectionString = other });
        await Assert.ThrowsAsync<StoreException>(() => store.Rows.GetAsync(table, new("p", "a"), default).AsTask());
        await Assert.ThrowsAsync<StoreException>(() => store.Blobs.DeleteAsync("ab/1", default).AsTask());
        await Assert.ThrowsAsync<StoreException>(() =>
            store.Queues.ReceiveAsync("queue", 1, TimeSpan.FromMinutes(1), default).AsTask()
        );
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_a_fault()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var store = AzureStore.Open(
            new()
            {
                ConnectionString =
                    $"AccountName=ada;AccountKey={ScriptedService.Key};TableEndpoint=http://127.0.0.1:{port}/ada",
                RetryDelay = TimeSpan.FromMilliseconds(1),
            }
        );
        await Assert.ThrowsAsync<StoreException>(() =>
            store.Rows.CommitAsync(table, new RowTransaction("p").Insert("a", []), default).AsTask()
        );
    }

    /// <summary>
    /// A connection kept open closes just when a change was sent on it. The HTTP client may try such a request again by
    /// itself; then the second try would meet the work of the first.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_change_on_a_connection_that_closes_is_sent_once(bool delete)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var changes = 0;
        using var stop = new CancellationTokenSource();
        var server = Task.Run(() => ServeAsync(listener, () => Interlocked.Increment(ref changes), stop.Token));
        var store = AzureStore.Open(
            new()
            {
                ConnectionString =
                    $"AccountName=ada;AccountKey={ScriptedService.Key};TableEndpoint=http://127.0.0.1:{port}/ada",
                RetryDelay = TimeSpan.FromMilliseconds(1),
                NetworkTimeout = TimeSpan.FromSeconds(10),
            }
        );
        Assert.Null(await store.Rows.GetAsync(table, new("p", "a"), default));

        var transaction = new RowTransaction("p");
        _ = delete ? transaction.Delete("a") : transaction.Insert("a", []);
        await Assert.ThrowsAsync<StoreException>(() => store.Rows.CommitAsync(table, transaction, default).AsTask());
        Assert.Equal(1, changes);
        await stop.CancelAsync();
        await server;
    }

    const string Missing = "{\"odata.error\":{\"code\":\"ResourceNotFound\"}}";

    /// <summary>Answers reads, and hangs up on anything else once it is read.</summary>
    static async Task ServeAsync(TcpListener listener, Action change, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stop);
                await using var stream = client.GetStream();
                using var reader = new StreamReader(stream);
                while (await reader.ReadLineAsync(stop) is { } request)
                {
                    var length = 0;
                    while (await reader.ReadLineAsync(stop) is { Length: > 0 } header)
                    {
                        if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                            length = int.Parse(header["Content-Length:".Length..]);
                    }
                    if (length > 0)
                        await reader.ReadBlockAsync(new char[length], stop);
                    if (!request.StartsWith("GET", StringComparison.Ordinal))
                    {
                        change();
                        break;
                    }
                    await stream.WriteAsync(
                        Encoding.ASCII.GetBytes(
                            $"HTTP/1.1 404 X\r\nContent-Length: {Missing.Length}\r\nContent-Type: application/json\r\n\r\n{Missing}"
                        ),
                        stop
                    );
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            listener.Stop();
        }
    }
}
