using Cloud.Store.Azure;
using Cloud.Store.Counting;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Store.Counting;

public sealed class CountingTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(256 * 1024, 1)]
    [InlineData(256 * 1024 + 1, 3)]
    [InlineData(25 * 1024 * 1024, 101)]
    public async Task A_large_blob_takes_a_request_for_each_block_and_one_for_their_list(int octets, int requests)
    {
        var blobs = new CountingBlobs(new MemoryBlobs(), AzureStore.RequestsToWrite);
        await using var writer = await blobs.CreateAsync("blob", default);
        await writer.WriteAsync(new byte[octets / 2], default);
        await writer.WriteAsync(new byte[octets - octets / 2], default);
        Assert.Equal((0, 0), (blobs.Writes, blobs.Operations));
        await writer.CompleteAsync(default);
        Assert.Equal((1, requests, octets), (blobs.Writes, blobs.WriteRequests, blobs.OctetsWritten));
    }

    [Fact]
    public async Task A_list_of_five_thousand_and_one_takes_two_requests()
    {
        var inner = new MemoryBlobs();
        for (var i = 0; i < 5001; i++)
        {
            await using var writer = await inner.CreateAsync($"{i}", default);
            await writer.CompleteAsync(default);
        }
        var blobs = new CountingBlobs(inner);
        var listed = 0;
        await foreach (var _ in blobs.ListAsync("", default))
            listed++;
        Assert.Equal((5001, 2, 2), (listed, blobs.Lists, blobs.Operations));
    }

    [Fact]
    public async Task A_transaction_counts_once_and_each_of_its_rows()
    {
        var rows = new CountingRows(new MemoryRows());
        var data = new RowData { { "Name", "text" } };
        var transaction = new RowTransaction("p").Insert("new", data).Upsert("perhaps", data);
        await rows.CommitAsync("table", transaction, default);
        await rows.GetAsync("table", new("p", "new"), default);
        await rows.QueryAsync("table", RowRange.All("p"), null, 10, default);
        Assert.Equal((1, 2, 2, 3), (rows.Commits, rows.Changes, rows.Reads, rows.RowsRead));
        Assert.Equal(data.Size, rows.OctetsInserted);
        rows.Reset();
        Assert.Equal((0, 0, 0, 0L), (rows.Commits, rows.Changes, rows.Reads, rows.OctetsInserted));
    }
}
