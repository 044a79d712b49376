using Cloud.Store.Ports;

namespace Cloud.Tests.Store.Ports;

/// <summary>What every adapter of <see cref="IBlobs"/> does.</summary>
public abstract class BlobsSuite : IAsyncLifetime
{
    protected IBlobs Blobs { get; private set; } = null!;

    /// <summary>Starts every name of this test, so that tests can share a store.</summary>
    protected string Prefix { get; } = $"t/{Guid.NewGuid():N}/";

    /// <summary>Gives the adapter under test; called once a test.</summary>
    protected abstract ValueTask<IBlobs> OpenAsync();

    protected virtual ValueTask CloseAsync() => ValueTask.CompletedTask;

    public async Task InitializeAsync() => Blobs = await OpenAsync();

    public Task DisposeAsync() => CloseAsync().AsTask();

    protected async Task<bool> PutAsync(string name, ReadOnlyMemory<byte> content, int chunk = 64 * 1024)
    {
        await using var writer = await Blobs.CreateAsync(Prefix + name, default);
        for (var at = 0; at < content.Length; at += chunk)
            await writer.WriteAsync(content.Slice(at, Math.Min(chunk, content.Length - at)), default);
        return await writer.CompleteAsync(default);
    }

    protected async Task<byte[]?> GetAsync(string name, long offset = 0, long? length = null)
    {
        await using var stream = await Blobs.OpenAsync(Prefix + name, offset, length, default);
        if (stream is null)
            return null;
        using var content = new MemoryStream();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }

    protected async Task<List<BlobInfo>> ListAsync(string prefix)
    {
        var infos = new List<BlobInfo>();
        await foreach (var info in Blobs.ListAsync(Prefix + prefix, default))
            infos.Add(info with { Name = info.Name[Prefix.Length..] });
        return infos;
    }

    [Fact]
    public async Task A_blob_that_was_never_written_is_null()
    {
        Assert.Null(await GetAsync("none"));
        Assert.False(await Blobs.DeleteAsync(Prefix + "none", default));
        Assert.Empty(await ListAsync(""));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4 * 1024)]
    [InlineData(100 * 1024)]
    [InlineData(128 * 1024 - 1)]
    [InlineData(128 * 1024)]
    [InlineData(128 * 1024 + 1)]
    [InlineData(3 * 1024 * 1024 + 17)]
    public async Task What_was_written_is_read_byte_for_byte(int length)
    {
        var content = Octets.Of(length, length);
        Assert.True(await PutAsync("blob", content));
        Assert.Equal(content, await GetAsync("blob"));
        Assert.Equal(new BlobInfo("blob", length), Assert.Single(await ListAsync("")));
    }

    [Fact]
    public async Task Twenty_five_megabytes_in_odd_chunks_come_back()
    {
        var content = Octets.Of(25, 25_000_000);
        Assert.True(await PutAsync("big", content, 77_777));
        Assert.True(Enumerable.SequenceEqual(content, (await GetAsync("big"))!));
        Assert.Equal(content[12_345_678..12_445_678], await GetAsync("big", 12_345_678, 100_000));
        Assert.Equal(content[^3..], await GetAsync("big", content.Length - 3));
    }

    [Fact]
    public async Task A_blob_written_byte_by_byte_comes_back()
    {
        var content = Octets.Of(3, 2000);
        Assert.True(await PutAsync("bytes", content, 1));
        Assert.Equal(content, await GetAsync("bytes"));
    }

    [Fact]
    public async Task The_callers_buffer_is_free_after_each_write()
    {
        var content = Octets.Of(4, 300_000);
        var buffer = new byte[1000];
        await using (var writer = await Blobs.CreateAsync(Prefix + "blob", default))
        {
            for (var at = 0; at < content.Length; at += buffer.Length)
            {
                content.AsMemory(at, buffer.Length).CopyTo(buffer);
                await writer.WriteAsync(buffer, default);
                Array.Clear(buffer);
            }
            Assert.True(await writer.CompleteAsync(default));
        }
        Assert.Equal(content, await GetAsync("blob"));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300_000)]
    public async Task A_range_gives_what_is_there(int length)
    {
        var content = Octets.Of(5, length);
        await PutAsync("blob", content);
        Assert.Equal(content, await GetAsync("blob", 0, length));
        Assert.Equal(content, await GetAsync("blob", 0, long.MaxValue));
        Assert.Equal(content[..1], await GetAsync("blob", 0, 1));
        Assert.Equal(content[1..], await GetAsync("blob", 1));
        Assert.Equal(content[3..7], await GetAsync("blob", 3, 4));
        Assert.Equal(content[^1..], await GetAsync("blob", length - 1));
        Assert.Equal(content[^1..], await GetAsync("blob", length - 1, 100));
        Assert.Empty((await GetAsync("blob", length))!);
        Assert.Empty((await GetAsync("blob", length + 1, 5))!);
        Assert.Empty((await GetAsync("blob", 2, 0))!);
    }

    [Fact]
    public async Task A_range_of_an_empty_blob_is_empty()
    {
        await PutAsync("empty", default);
        Assert.Empty((await GetAsync("empty"))!);
        Assert.Empty((await GetAsync("empty", 5, 5))!);
    }

    [Fact]
    public async Task A_taken_name_is_refused_and_what_is_there_stays()
    {
        Assert.True(await PutAsync("blob", Octets.Of(1, 100)));
        Assert.False(await PutAsync("blob", Octets.Of(2, 200)));
        Assert.False(await PutAsync("blob", Octets.Of(3, 300_000)));
        Assert.Equal(Octets.Of(1, 100), await GetAsync("blob"));
        Assert.Single(await ListAsync(""));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(200_000)]
    public async Task Of_eight_writers_of_one_name_exactly_one_wins(int length)
    {
        for (var round = 0; round < 5; round++)
        {
            var name = $"race{round}";
            var won = await Task.WhenAll(
                Enumerable.Range(0, 8).Select(i => Task.Run(() => PutAsync(name, Octets.Of(i, length))))
            );
            Assert.Single(won, true);
            Assert.Equal(Octets.Of(Array.IndexOf(won, true), length), await GetAsync(name));
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(500_000)]
    public async Task An_abandoned_writer_leaves_nothing(int length)
    {
        await using (var writer = await Blobs.CreateAsync(Prefix + "blob", default))
        {
            await writer.WriteAsync(Octets.Of(1, length), default);
            Assert.Null(await GetAsync("blob"));
            Assert.Empty(await ListAsync(""));
        }
        Assert.Null(await GetAsync("blob"));
        Assert.Empty(await ListAsync(""));
        Assert.True(await PutAsync("blob", Octets.Of(2, 10)));
        Assert.Equal(Octets.Of(2, 10), await GetAsync("blob"));
    }

    [Fact]
    public async Task Writers_side_by_side_do_not_mix()
    {
        var writers = new List<BlobWriter>();
        for (var i = 0; i < 4; i++)
            writers.Add(await Blobs.CreateAsync($"{Prefix}{i}", default));
        for (var piece = 0; piece < 10; piece++)
        {
            for (var i = 0; i < 4; i++)
                await writers[i].WriteAsync(Octets.Of(100 * i + piece, 50_000), default);
        }
        foreach (var writer in writers)
        {
            Assert.True(await writer.CompleteAsync(default));
            await writer.DisposeAsync();
        }
        for (var i = 0; i < 4; i++)
        {
            var expected = Enumerable.Range(0, 10).SelectMany(piece => Octets.Of(100 * i + piece, 50_000));
            Assert.Equal(expected.ToArray(), await GetAsync($"{i}"));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(700_000)]
    public async Task A_copy_is_a_blob_of_its_own(int length)
    {
        var content = Octets.Of(1, length);
        await PutAsync("source", content);
        Assert.True(await Blobs.CopyAsync(Prefix + "source", Prefix + "target", default));
        Assert.Equal(content, await GetAsync("target"));
        Assert.True(await Blobs.DeleteAsync(Prefix + "source", default));
        Assert.Null(await GetAsync("source"));
        Assert.Equal(content, await GetAsync("target"));
    }

    [Fact]
    public async Task A_copy_needs_its_source_and_a_free_target()
    {
        await PutAsync("a", Octets.Of(1, 100));
        await PutAsync("b", Octets.Of(2, 100));
        Assert.False(await Blobs.CopyAsync(Prefix + "none", Prefix + "c", default));
        Assert.Null(await GetAsync("c"));
        Assert.False(await Blobs.CopyAsync(Prefix + "a", Prefix + "b", default));
        Assert.Equal(Octets.Of(2, 100), await GetAsync("b"));
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_and_its_name_free()
    {
        await PutAsync("blob", Octets.Of(1, 100));
        Assert.True(await Blobs.DeleteAsync(Prefix + "blob", default));
        Assert.Null(await GetAsync("blob"));
        Assert.Empty(await ListAsync(""));
        Assert.False(await Blobs.DeleteAsync(Prefix + "blob", default));
        Assert.True(await PutAsync("blob", Octets.Of(2, 50)));
        Assert.Equal(Octets.Of(2, 50), await GetAsync("blob"));
    }

    [Fact]
    public async Task A_reader_of_a_deleted_blob_never_reads_wrong_bytes()
    {
        var content = Octets.Of(1, 2_000_000);
        await PutAsync("blob", content);
        await using var stream = await Blobs.OpenAsync(Prefix + "blob", 0, null, default);
        var start = new byte[1000];
        await stream!.ReadExactlyAsync(start);
        Assert.Equal(content[..1000], start);
        Assert.True(await Blobs.DeleteAsync(Prefix + "blob", default));
        using var rest = new MemoryStream();
        try
        {
            await stream.CopyToAsync(rest);
        }
        catch (StoreException)
        {
            // An adapter may say that the blob is gone.
            return;
        }
        Assert.Equal(content[1000..], rest.ToArray());
    }

    [Fact]
    public async Task Names_are_listed_in_ordinal_order_below_their_prefix()
    {
        string[] names = ["b", "a/2", "a/10", "a", "a!", "A", "a_", "a-", "a.b", "Z/z", "a/b/c", "0"];
        for (var i = 0; i < names.Length; i++)
            await PutAsync(names[i], Octets.Of(i, i));
        var expected = names
            .Select((name, i) => new BlobInfo(name, i))
            .OrderBy(info => info.Name, StringComparer.Ordinal);
        Assert.Equal(expected, await ListAsync(""));
        Assert.Equal(["a/10", "a/2", "a/b/c"], (await ListAsync("a/")).Select(info => info.Name));
        Assert.Equal(["a/b/c"], (await ListAsync("a/b/c")).Select(info => info.Name));
        Assert.Empty(await ListAsync("a/b/c/"));
    }

    [Fact]
    public async Task A_name_of_512_characters_works()
    {
        var name = new string('n', 512 - Prefix.Length);
        Assert.True(await PutAsync(name, Octets.Of(1, 10)));
        Assert.Equal(Octets.Of(1, 10), await GetAsync(name));
        Assert.Single(await ListAsync(name));
    }

    [Fact]
    public async Task Many_writers_and_readers_at_once_lose_nothing()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(writer =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < 10; i++)
                        {
                            var content = Octets.Of(writer * 100 + i, 1 + writer * 1000 + i);
                            Assert.True(await PutAsync($"{writer}-{i}", content));
                            Assert.Equal(content, await GetAsync($"{writer}-{i}"));
                        }
                    })
                )
        );
        Assert.Equal(160, (await ListAsync("")).Count);
    }
}
