using Cloud.Store.Local;
using Cloud.Tests.Store.Ports;
using static Cloud.Tests.Store.Local.LocalDirectory;

namespace Cloud.Tests.Store.Local;

public sealed class LocalCompactionTests : IAsyncLifetime
{
    readonly LocalDirectory directory = new();

    LocalStore Store => directory.Store!;

    public Task InitializeAsync() => directory.OpenAsync(directory.Small);

    public Task DisposeAsync() => directory.DisposeAsync().AsTask();

    long Bytes => directory.Segments.Sum(path => new FileInfo(path).Length);

    [Fact]
    public async Task Room_of_deleted_blobs_comes_back()
    {
        for (var i = 0; i < 200; i++)
            await PutAsync(Store, $"{i}", Octets.Of(i, 100_000));
        for (var i = 0; i < 200; i++)
        {
            if (i % 10 != 0)
                await Store.Blobs.DeleteAsync($"{i}", default);
        }
        Assert.InRange(Bytes, 20_000_000, 30_000_000);

        await Store.CompactAsync(default);

        Assert.InRange(Bytes, 2_000_000, 10_000_000);
        await AssertEveryTenthAsync();
        await directory.ReopenAsync();
        await AssertEveryTenthAsync();
        await directory.ReopenAsync(withoutIndex: true);
        await AssertEveryTenthAsync();

        async Task AssertEveryTenthAsync()
        {
            for (var i = 0; i < 200; i++)
                Assert.Equal(i % 10 == 0 ? Octets.Of(i, 100_000) : null, await GetAsync(Store, $"{i}"));
        }
    }

    [Fact]
    public async Task Large_blobs_move_whole()
    {
        for (var i = 0; i < 6; i++)
            await PutAsync(Store, $"large{i}", Octets.Of(i, 1_200_000));
        for (var i = 0; i < 60; i++)
            await PutAsync(Store, $"{i}", Octets.Of(i, 30_000));
        for (var i = 1; i < 6; i++)
            await Store.Blobs.DeleteAsync($"large{i}", default);
        var before = Bytes;

        await Store.CompactAsync(default);

        Assert.True(Bytes < before - 3_000_000, "no room came back");
        Assert.Equal(Octets.Of(0, 1_200_000), await GetAsync(Store, "large0"));
        await directory.ReopenAsync(withoutIndex: true);
        Assert.Equal(Octets.Of(0, 1_200_000), await GetAsync(Store, "large0"));
        Assert.Null(await GetAsync(Store, "large1"));
        Assert.Equal(61, (await ListAsync(Store)).Count);
    }

    [Fact]
    public async Task A_deleted_blob_does_not_rise_from_an_older_segment()
    {
        // The first segment stays: most of it is in use, and it holds the blob that is deleted later.
        for (var i = 0; i < 20; i++)
            await PutAsync(Store, $"old{i}", Octets.Of(i, 100_000));
        for (var i = 0; i < 20; i++)
            await PutAsync(Store, $"mid{i}", Octets.Of(i, 100_000));
        await Store.Blobs.DeleteAsync("old3", default);
        for (var i = 0; i < 20; i++)
            await PutAsync(Store, $"new{i}", Octets.Of(i, 100_000));
        for (var i = 0; i < 20; i++)
            await Store.Blobs.DeleteAsync($"mid{i}", default);
        for (var i = 0; i < 20; i++)
            await Store.Blobs.DeleteAsync($"new{i}", default);
        for (var i = 0; i < 30; i++)
            await PutAsync(Store, $"end{i}", Octets.Of(i, 100_000));
        var first = directory.Segments[0];

        await Store.CompactAsync(default);

        Assert.Contains(first, directory.Segments);
        await directory.ReopenAsync(withoutIndex: true);
        Assert.Null(await GetAsync(Store, "old3"));
        Assert.Null(await GetAsync(Store, "mid3"));
        Assert.Equal(19 + 30, (await ListAsync(Store)).Count);
    }

    [Fact]
    public async Task Nothing_is_lost_while_everybody_is_at_work()
    {
        using var done = new CancellationTokenSource();
        var compaction = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
                await Store.CompactAsync(default);
        });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(() => ChurnAsync(caller))));
        await done.CancelAsync();
        await compaction;

        await AssertAllAsync();
        await directory.ReopenAsync();
        await AssertAllAsync();
        await directory.ReopenAsync(withoutIndex: true);
        await AssertAllAsync();

        async Task AssertAllAsync()
        {
            for (var i = 0; i < 40; i++)
            {
                for (var caller = 0; caller < 8; caller++)
                {
                    var expected = i % 4 == 0 ? Octets.Of(caller * 100 + i, Length(i)) : null;
                    Assert.Equal(expected, await GetAsync(Store, $"{caller}-{i}"));
                }
            }
        }
    }

    static int Length(int i) => i % 8 == 0 ? 400_000 : 60_000;

    async Task ChurnAsync(int caller)
    {
        for (var i = 0; i < 40; i++)
        {
            var content = Octets.Of(caller * 100 + i, Length(i));
            Assert.True(await PutAsync(Store, $"{caller}-{i}", content));
            Assert.Equal(content, await GetAsync(Store, $"{caller}-{i}"));
            if (i % 4 != 0)
                Assert.True(await Store.Blobs.DeleteAsync($"{caller}-{i}", default));
        }
    }

    [Fact]
    public async Task A_blob_being_written_keeps_its_pieces()
    {
        await using var writer = await Store.Blobs.CreateAsync("slow", default);
        await writer.WriteAsync(Octets.Of(1, 500_000), default);
        for (var i = 0; i < 60; i++)
            await PutAsync(Store, $"{i}", Octets.Of(i, 100_000));
        for (var i = 0; i < 60; i++)
            await Store.Blobs.DeleteAsync($"{i}", default);
        await Store.CompactAsync(default);
        await writer.WriteAsync(Octets.Of(2, 10), default);
        Assert.True(await writer.CompleteAsync(default));
        await Store.CompactAsync(default);
        byte[] expected = [.. Octets.Of(1, 500_000), .. Octets.Of(2, 10)];
        Assert.Equal(expected, await GetAsync(Store, "slow"));
    }

    [Fact]
    public async Task A_reader_goes_on_while_its_segment_goes()
    {
        await PutAsync(Store, "read", Octets.Of(1, 1_500_000));
        await using var stream = await Store.Blobs.OpenAsync("read", 0, null, default);
        for (var i = 0; i < 30; i++)
            await PutAsync(Store, $"{i}", Octets.Of(i, 100_000));
        await Store.Blobs.DeleteAsync("read", default);
        var first = directory.Segments[0];
        await Store.CompactAsync(default);
        Assert.DoesNotContain(first, directory.Segments);
        using var content = new MemoryStream();
        await stream!.CopyToAsync(content);
        Assert.Equal(Octets.Of(1, 1_500_000), content.ToArray());
    }
}
