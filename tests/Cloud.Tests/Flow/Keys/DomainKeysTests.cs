using System.Security.Cryptography;
using System.Text;
using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Flow.Keys;
using Cloud.Store.Directory;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Cloud.Trust.Dkim;

namespace Cloud.Tests.Flow.Keys;

public sealed class DomainKeysTests
{
    const string Domain = "example.test";

    readonly MemoryRows rows = new();
    readonly ManualClock clock = new();

    [Fact]
    public async Task A_new_domain_has_two_keys_that_sign()
    {
        var (admin, keys) = Open();
        await admin.AddDomainAsync("Example.Test", default);
        var pair = Assert.Single(await admin.ListKeysAsync(Domain, default));
        Assert.Equal(DomainKeyState.Active, pair.State);
        var signing = await keys.SigningAsync(Domain, default);
        Assert.Equal([DkimAlgorithm.RsaSha256, DkimAlgorithm.Ed25519Sha256], signing.Select(key => key.Algorithm));
        Assert.Equal(2048, signing[0].Bits);
        Assert.Equal(pair.Keys, signing.Select(key => new PublishedKey(key.Selector, key.RecordText)));
        Assert.Equal(2, pair.Keys.Select(key => key.Selector).Distinct().Count());
    }

    [Fact]
    public async Task The_store_does_not_hold_a_private_key_in_clear()
    {
        var (admin, keys) = Open();
        await admin.AddDomainAsync(Domain, default);
        var stored = await RowAsync(1);
        foreach (var key in await keys.SigningAsync(Domain, default))
        {
            foreach (var (_, value) in stored.Data)
            {
                var octets = value as byte[] ?? Encoding.UTF8.GetBytes($"{value}");
                Assert.True(octets.AsSpan().IndexOf(key.Export().AsSpan()[^16..]) < 0);
            }
        }
    }

    [Fact]
    public async Task A_key_of_one_domain_does_not_serve_another()
    {
        var (admin, keys) = Open();
        await admin.AddDomainAsync(Domain, default);
        await admin.AddDomainAsync("other.test", default);
        var stolen = await RowAsync(1);
        var transaction = new RowTransaction(DirectoryRows.Partition).Upsert(
            DirectoryRows.Key("other.test", 1),
            stolen.Data
        );
        await rows.CommitAsync("directory", transaction, default);
        await Assert.ThrowsAnyAsync<CryptographicException>(async () => await keys.SigningAsync("other.test", default));
    }

    [Fact]
    public async Task An_old_domain_gets_its_keys_when_they_are_asked_for_and_only_once()
    {
        var (without, none) = Open(secret: null);
        await without.AddDomainAsync(Domain, default);
        Assert.Empty(await without.ListKeysAsync(Domain, default));
        Assert.Empty(await none.SigningAsync(Domain, default));
        await Assert.ThrowsAsync<AdminException>(async () => await without.PrepareKeysAsync(Domain, default));

        var backends = Enumerable.Range(1, 4).Select(seed => Open(seed: (ulong)seed).Keys).ToArray();
        var lists = await Task.WhenAll(
            backends.Select(keys => Task.Run(async () => await keys.ListAsync(Domain, default)))
        );
        var name = Assert.Single(lists[0]).Name;
        Assert.All(lists, list => Assert.Equal(name, Assert.Single(list).Name));
    }

    [Fact]
    public async Task Of_a_domain_that_is_not_ours_there_are_no_keys()
    {
        var (admin, keys) = Open();
        Assert.Empty(await keys.SigningAsync(Domain, default));
        await Assert.ThrowsAsync<AdminException>(async () => await admin.ListKeysAsync(Domain, default));
        Assert.Null(await keys.PrepareAsync(Domain, default));
        Assert.Null(
            await rows.GetAsync("directory", new(DirectoryRows.Partition, DirectoryRows.Key(Domain, 1)), default)
        );
    }

    [Fact]
    public async Task The_next_pair_waits_until_it_is_told_to_sign()
    {
        var (admin, keys) = Open();
        await admin.AddDomainAsync(Domain, default);
        var first = (await admin.ListKeysAsync(Domain, default))[0];
        var next = await admin.PrepareKeysAsync(Domain, default);
        Assert.Equal(next.Name, (await admin.PrepareKeysAsync(Domain, default)).Name);
        Assert.Equal([first.Name, next.Name], (await admin.ListKeysAsync(Domain, default)).Select(pair => pair.Name));
        Assert.StartsWith(first.Name, (await keys.SigningAsync(Domain, default))[0].Selector);

        await admin.ActivateKeysAsync(Domain, next.Name, default);
        Assert.All(await keys.SigningAsync(Domain, default), key => Assert.StartsWith(next.Name, key.Selector));
        Assert.Equal(
            [DomainKeyState.Retired, DomainKeyState.Active],
            (await admin.ListKeysAsync(Domain, default)).Select(pair => pair.State)
        );
        var retired = DirectoryRows.ToKeys((await RowAsync(1)).Data);
        Assert.Empty(retired.Rsa);
        Assert.Empty(retired.Ed25519);
    }

    [Fact]
    public async Task Only_the_upcoming_pair_can_be_told_to_sign()
    {
        var (admin, _) = Open();
        await admin.AddDomainAsync(Domain, default);
        var first = (await admin.ListKeysAsync(Domain, default))[0];
        await RefusedAsync(first.Name);
        var next = await admin.PrepareKeysAsync(Domain, default);
        await RefusedAsync(first.Name);
        await admin.ActivateKeysAsync(Domain, next.Name, default);
        await RefusedAsync(next.Name);

        async Task RefusedAsync(string name) =>
            await Assert.ThrowsAsync<AdminException>(async () => await admin.ActivateKeysAsync(Domain, name, default));
    }

    [Fact]
    public async Task A_retired_pair_is_forgotten_when_the_mail_it_signed_has_arrived()
    {
        var (admin, _) = Open();
        await admin.AddDomainAsync(Domain, default);
        await RotateAsync();
        var retired = (await admin.ListKeysAsync(Domain, default))[0];
        Assert.Equal(clock.GetUtcNow() + TimeSpan.FromDays(7), retired.Until);
        await RotateAsync();
        Assert.Equal(3, (await admin.ListKeysAsync(Domain, default)).Count);
        clock.Advance(DomainKeyPair.RetiredFor + TimeSpan.FromSeconds(1));
        await RotateAsync();
        Assert.Equal(2, (await admin.ListKeysAsync(Domain, default)).Count);

        async Task RotateAsync() =>
            await admin.ActivateKeysAsync(Domain, (await admin.PrepareKeysAsync(Domain, default)).Name, default);
    }

    [Fact]
    public async Task A_domain_that_goes_takes_its_keys_with_it()
    {
        var (admin, _) = Open();
        await admin.AddDomainAsync(Domain, default);
        var before = (await admin.ListKeysAsync(Domain, default))[0].Name;
        await admin.PrepareKeysAsync(Domain, default);
        await admin.RemoveDomainAsync(Domain, default);
        await admin.AddDomainAsync(Domain, default);
        Assert.NotEqual(before, Assert.Single(await admin.ListKeysAsync(Domain, default)).Name);
    }

    [Fact]
    public async Task Another_key_encryption_key_cannot_sign_but_can_rotate()
    {
        var (admin, _) = Open();
        await admin.AddDomainAsync(Domain, default);
        var (other, keys) = Open(secret: new string('x', 40));
        await Assert.ThrowsAnyAsync<CryptographicException>(async () => await keys.SigningAsync(Domain, default));
        await other.ActivateKeysAsync(Domain, (await other.PrepareKeysAsync(Domain, default)).Name, default);
        Assert.Equal(2, (await keys.SigningAsync(Domain, default)).Count);
    }

    async Task<Row> RowAsync(int number) =>
        (await rows.GetAsync("directory", new(DirectoryRows.Partition, DirectoryRows.Key(Domain, number)), default))!;

    (Administration Admin, DomainKeys Keys) Open(string? secret = "0123456789abcdef0123456789abcdef", ulong seed = 1)
    {
        var key = secret is not null && KeyEncryptionKey.TryFromSecret(secret, out var found) ? found : null;
        var backend = new Backend(
            rows,
            new MemoryBlobs(),
            new MemoryQueues(clock),
            clock,
            new SeededEntropy(seed),
            new(),
            key
        );
        return (new(backend), backend.Keys);
    }
}
