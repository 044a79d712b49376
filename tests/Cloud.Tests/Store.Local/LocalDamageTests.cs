using Cloud.Store.Local;
using Cloud.Store.Ports;
using Cloud.Tests.Store.Ports;
using static Cloud.Tests.Store.Local.LocalDirectory;

namespace Cloud.Tests.Store.Local;

/// <summary>What a crash or a bad disk may leave in the segments.</summary>
public sealed class LocalDamageTests : IAsyncLifetime
{
    readonly LocalDirectory directory = new();

    public Task InitializeAsync() => directory.OpenAsync(directory.Small);

    public Task DisposeAsync() => directory.DisposeAsync().AsTask();

    [Fact]
    public async Task A_tail_torn_at_any_byte_leaves_all_before_it()
    {
        await PutAsync(directory.Store!, "first", Octets.Of(1, 300));
        await PutAsync(directory.Store!, "last", Octets.Of(2, 20));
        await directory.CloseAsync();
        var whole = await File.ReadAllBytesAsync(directory.Segments[^1]);
        var end = Array.FindLastIndex(whole, octet => octet != 0) + 1;
        var start = Start(whole, "last"u8);

        for (var cut = start; cut < end; cut++)
        {
            directory.DeleteIndex();
            await File.WriteAllBytesAsync(directory.Segments[^1], whole[..cut]);
            var store = await directory.OpenAsync(directory.Small);
            Assert.Equal(Octets.Of(1, 300), await GetAsync(store, "first"));
            Assert.Null(await GetAsync(store, "last"));
            Assert.True(await PutAsync(store, "last", Octets.Of(3, 40)));
            store = await directory.ReopenAsync();
            Assert.Equal(Octets.Of(3, 40), await GetAsync(store, "last"));
            await directory.CloseAsync();
        }
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_in_the_last_record_never_gives_wrong_bytes()
    {
        await PutAsync(directory.Store!, "first", Octets.Of(1, 300));
        await PutAsync(directory.Store!, "last", Octets.Of(2, 20));
        await directory.CloseAsync();
        var whole = await File.ReadAllBytesAsync(directory.Segments[^1]);
        var start = Start(whole, "last"u8);

        for (var at = start; at < start + 24 + 4 + 20; at++)
        {
            directory.DeleteIndex();
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= (byte)(1 << (at % 8));
            await File.WriteAllBytesAsync(directory.Segments[^1], damaged);
            var store = await directory.OpenAsync(directory.Small);
            Assert.Equal(Octets.Of(1, 300), await GetAsync(store, "first"));
            Assert.Null(await GetAsync(store, "last"));
            await directory.CloseAsync();
        }
    }

    [Fact]
    public async Task Damage_in_an_older_segment_costs_only_what_it_hit()
    {
        for (var i = 0; i < 60; i++)
            await PutAsync(directory.Store!, $"{i:D2}", Octets.Of(i, 100_000));
        await directory.CloseAsync();
        var bytes = await File.ReadAllBytesAsync(directory.Segments[0]);
        var start = Start(bytes, "05"u8);
        Array.Clear(bytes, start, 30);
        await File.WriteAllBytesAsync(directory.Segments[0], bytes);

        var store = await directory.ReopenAsync(withoutIndex: true);

        for (var i = 0; i < 60; i++)
            Assert.Equal(i == 5 ? null : Octets.Of(i, 100_000), await GetAsync(store, $"{i:D2}"));
    }

    [Fact]
    public async Task Damaged_bytes_are_an_error_and_not_an_answer()
    {
        for (var i = 0; i < 60; i++)
            await PutAsync(directory.Store!, $"{i:D2}", Octets.Of(i, 100_000));
        await directory.CloseAsync();
        var bytes = await File.ReadAllBytesAsync(directory.Segments[0]);
        bytes[Start(bytes, "05"u8) + 50_000] ^= 1;
        await File.WriteAllBytesAsync(directory.Segments[0], bytes);

        var store = await directory.ReopenAsync();

        await Assert.ThrowsAsync<StoreException>(() => GetAsync(store, "05"));
        Assert.Equal(Octets.Of(6, 100_000), await GetAsync(store, "06"));
        // Nor may compaction throw away what somebody may still save.
        for (var i = 6; i < 60; i++)
            await store.Blobs.DeleteAsync($"{i:D2}", default);
        var damaged = directory.Segments[0];
        await store.CompactAsync(default);
        Assert.Contains(damaged, directory.Segments);
        Assert.Equal(Octets.Of(4, 100_000), await GetAsync(store, "04"));
    }

    [Fact]
    public async Task A_mail_that_holds_a_record_is_not_taken_for_one()
    {
        await PutAsync(directory.Store!, "real", Octets.Of(1, 64));
        await directory.CloseAsync();
        var other = new LocalDirectory();
        await PutAsync(await other.OpenAsync(other.Small), "fake", Octets.Of(2, 64));
        await other.CloseAsync();
        var record = await File.ReadAllBytesAsync(other.Segments[0]);
        record = record[32..(32 + 96)];
        await other.DisposeAsync();

        await directory.OpenAsync(directory.Small);
        var mail = Enumerable.Repeat(record, 100).SelectMany(bytes => bytes).ToArray();
        await PutAsync(directory.Store!, "mail", mail);
        await PutAsync(directory.Store!, "after", mail);
        for (var i = 0; i < 30; i++)
            await PutAsync(directory.Store!, $"{i:D2}", Octets.Of(i, 100_000));
        await directory.CloseAsync();
        var bytes = await File.ReadAllBytesAsync(directory.Segments[0]);
        Array.Clear(bytes, Start(bytes, "mail"u8), 24);
        await File.WriteAllBytesAsync(directory.Segments[0], bytes);

        var store = await directory.ReopenAsync(withoutIndex: true);
        Assert.Null(await GetAsync(store, "fake"));
        Assert.Null(await GetAsync(store, "mail"));
        Assert.Equal(mail, await GetAsync(store, "after"));
    }

    /// <summary>Where the record of that name begins.</summary>
    static int Start(byte[] segment, ReadOnlySpan<byte> name)
    {
        for (var at = 32; at < segment.Length - 24 - name.Length; at += 8)
        {
            if (segment.AsSpan(at + 24).StartsWith(name) && segment[at + 6] == name.Length && segment[at + 5] == 1)
                return at;
        }
        throw new InvalidOperationException("no such record");
    }
}
