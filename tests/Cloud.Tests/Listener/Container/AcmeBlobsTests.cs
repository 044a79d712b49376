using Azure.Storage.Blobs;
using Cloud.Listener.Container;
using Cloud.Listener.Tls;
using Cloud.Tests.Store.Azure;

namespace Cloud.Tests.Listener.Container;

/// <summary>What an ACME client keeps, in a container of Azurite.</summary>
[Collection(AzuriteFixture.Collection)]
public sealed class AcmeBlobsTests(AzuriteFixture azurite)
{
    const string Name = "acme/authority.test-443/account.pem";

    [Fact]
    public async Task What_is_written_is_read_and_what_was_there_first_stays()
    {
        var files = await OpenAsync("listener-first");
        Assert.Null(await files.ReadAsync(Name, default));
        Assert.True(await files.TryAddAsync(Name, "first", default));
        Assert.False(await files.TryAddAsync(Name, "second", default));
        Assert.Equal("first", await files.ReadAsync(Name, default));
        await files.WriteAsync(Name, "third", default);
        Assert.Equal("third", await files.ReadAsync(Name, default));
    }

    [Fact]
    public async Task A_container_that_is_not_there_is_told_and_is_not_the_same_as_nothing_kept()
    {
        var files = new AcmeBlobs(new BlobContainerClient(azurite.ConnectionString, "listener-missing"));
        var fault = await Assert.ThrowsAsync<CertificateException>(async () => await files.ReadAsync(Name, default));
        Assert.Contains($"listener-missing/{Name} cannot be read", fault.Message);
        Assert.DoesNotContain('\n', fault.Message);
        await Assert.ThrowsAsync<CertificateException>(async () => await files.WriteAsync(Name, "text", default));
    }

    async Task<AcmeBlobs> OpenAsync(string name)
    {
        var container = new BlobContainerClient(azurite.ConnectionString, name);
        await container.CreateAsync();
        return new(container);
    }
}
