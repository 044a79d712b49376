using Azure.Core;
using Cloud.Store.Azure;

namespace Cloud.Tests.Store.Azure;

public sealed class AzureStoreOptionsTests
{
    const string Key = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=";

    static StorageAccount? Account(string text, out List<string> faults) =>
        new AzureStoreOptions { ConnectionString = text }.Account(faults = []);

    [Fact]
    public void The_emulator_needs_one_setting()
    {
        var account = Account("UseDevelopmentStorage=true", out var faults);
        Assert.Empty(faults);
        Assert.Equal("http://127.0.0.1:10000/devstoreaccount1", account!.Blobs.AbsoluteUri);
        Assert.Equal("http://127.0.0.1:10001/devstoreaccount1", account.Queues.AbsoluteUri);
        Assert.Equal("http://127.0.0.1:10002/devstoreaccount1", account.Tables.AbsoluteUri);
    }

    [Fact]
    public void What_the_portal_shows_is_read()
    {
        var text = $"DefaultEndpointsProtocol=https;AccountName=mailstore;AccountKey={Key};EndpointSuffix=core.example";
        var account = Account(text, out var faults);
        Assert.Empty(faults);
        Assert.Equal(("mailstore", Key), (account!.Name, account.Key));
        Assert.Equal("https://mailstore.blob.core.example/", account.Blobs.AbsoluteUri);
        Assert.Equal("https://mailstore.queue.core.example/", account.Queues.AbsoluteUri);
        Assert.Equal("https://mailstore.table.core.example/", account.Tables.AbsoluteUri);
    }

    [Fact]
    public void A_given_endpoint_goes_before_the_derived_one()
    {
        var text = $" accountname = mailstore ; AccountKey={Key};; BlobEndpoint=http://azurite:10000/mailstore; ";
        var account = Account(text, out var faults);
        Assert.Empty(faults);
        Assert.Equal("http://azurite:10000/mailstore", account!.Blobs.AbsoluteUri);
        Assert.Equal("https://mailstore.queue.core.windows.net/", account.Queues.AbsoluteUri);
    }

    [Theory]
    [InlineData("nonsense", "part 1 is not Name=Value")]
    [InlineData("Account=x", "the name in part 1 is not known")]
    [InlineData("AccountName=a;AccountName=b", "AccountName is given twice")]
    [InlineData("AccountName=Ada!", "AccountName must be")]
    [InlineData("AccountName=ada", "AccountKey is missing")]
    [InlineData("AccountKey=%%%", "AccountKey is not base64")]
    [InlineData("AccountKey=", "AccountKey is not base64")]
    [InlineData("AccountKey=", "AccountName is missing")]
    [InlineData("DefaultEndpointsProtocol=ftp", "must be https or http")]
    [InlineData("EndpointSuffix=a b", "EndpointSuffix is not a host name")]
    [InlineData("BlobEndpoint=/relative", "BlobEndpoint must be")]
    [InlineData("QueueEndpoint=https://a.example/?sv=1&sig=x", "QueueEndpoint must be")]
    [InlineData("UseDevelopmentStorage=false", "can only be true")]
    [InlineData("UseDevelopmentStorage=true;AccountName=a", "comes without account name")]
    [InlineData("BlobEndpoint=https://a.example;SharedAccessSignature=sv=1", "signature is not supported")]
    public void A_fault_in_the_connection_string_is_said_in_words(string text, string fault)
    {
        Assert.Null(Account(text, out var faults));
        Assert.Contains(faults, said => said.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_are_reported_at_once()
    {
        var options = new AzureStoreOptions
        {
            ConnectionString = "AccountName=A;AccountKey=%;DefaultEndpointsProtocol=x",
            Container = "No",
            NetworkTimeout = TimeSpan.Zero,
            Retries = 11,
            RetryDelay = TimeSpan.Zero,
        };
        Assert.Equal(7, options.Faults().Count);
        var refused = Assert.Throws<ArgumentException>(() => AzureStore.Open(options));
        Assert.All(options.Faults(), fault => Assert.Contains(fault, refused.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("AccountName=ada;AccountKey=SECRET%")]
    [InlineData("AccountName=ada;AccountKey;SECRETSECRET==")]
    [InlineData("SECRET")]
    [InlineData("AccountName=SECRET")]
    [InlineData("BlobEndpoint=https://a.example?sig=SECRET")]
    [InlineData("SharedAccessSignature=sig=SECRET")]
    public void A_fault_never_repeats_what_may_be_a_secret(string text)
    {
        Account(text, out var faults);
        Assert.NotEmpty(faults);
        Assert.DoesNotContain("SECRET", string.Join('\n', faults), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Endpoints_with_an_identity_need_all_three_and_https()
    {
        var options = new AzureStoreOptions
        {
            BlobEndpoint = new("http://a.blob.example"),
            QueueEndpoint = new("https://a.queue.example/?sig=1"),
        };
        Assert.Equal(3, options.Faults().Count);
        Assert.Empty(Endpoints(null, null).Faults());
        AzureStore.Open(Endpoints(null, null));
    }

    [Fact]
    public void Both_ways_or_none_are_faults()
    {
        Assert.Single(new AzureStoreOptions().Faults());
        Assert.Single(Endpoints("UseDevelopmentStorage=true", null).Faults());
        var credential = DelegatedTokenCredential.Create((_, _) => default);
        Assert.Single(
            new AzureStoreOptions { ConnectionString = "UseDevelopmentStorage=true", Credential = credential }.Faults()
        );
    }

    static AzureStoreOptions Endpoints(string? text, TokenCredential? credential) =>
        new()
        {
            ConnectionString = text,
            Credential = credential,
            BlobEndpoint = new("https://a.blob.example"),
            QueueEndpoint = new("https://a.queue.example"),
            TableEndpoint = new("https://a.table.example"),
        };
}
