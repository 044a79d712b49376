using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Cloud.Store.Azure.Tables;
using Cloud.Store.Ports;

namespace Cloud.Store.Azure;

/// <summary>The ports over one storage account. Safe for use by many threads; nothing to dispose.</summary>
/// <remarks>
/// Container, tables and queues are made when a first write finds them missing, so that the steady state pays for no
/// question. Which requests are repeated after a failure: <see cref="CarefulRetry"/>.
/// </remarks>
public sealed class AzureStore
{
    AzureStore(IRows rows, IBlobs blobs, IQueues queues, IQueues forgetful) =>
        (Rows, Blobs, Queues, ForgetfulQueues) = (rows, blobs, queues, forgetful);

    public IRows Rows { get; }
    public IBlobs Blobs { get; }
    public IQueues Queues { get; }

    /// <summary>The same queues, as others send to them: the service throws such a message away after 7 days.</summary>
    public IQueues ForgetfulQueues { get; }

    /// <summary>Prepares the clients; nothing is sent before the first operation.</summary>
    /// <exception cref="ArgumentException">Every fault of the settings, one a line.</exception>
    public static AzureStore Open(AzureStoreOptions options)
    {
        var faults = options.Faults();
        if (options.Account([]) is not { } account || faults.Count > 0)
            throw new ArgumentException(string.Join('\n', faults), nameof(options));

        var blobs = Configure(new BlobClientOptions(), options, AzureBlobs.MayRepeat);
        var queues = Configure(new QueueClientOptions(), options, AzureQueues.MayRepeat);
        var tables = Configure(new TableClientOptions(), options, TableClient.MayRepeat);
        if (account is { Name: { } name, Key: { } key })
        {
            var shared = new StorageSharedKeyCredential(name, key);
            return Over(
                new BlobServiceClient(account.Blobs, shared, blobs),
                new QueueServiceClient(account.Queues, shared, queues),
                new TableServiceClient(account.Tables, new SharedKeyPolicy(name, key, options.Time), tables),
                options
            );
        }

        var identity = options.Credential ?? Identity(options.ManagedIdentity);
        return Over(
            new BlobServiceClient(account.Blobs, identity, blobs),
            new QueueServiceClient(account.Queues, identity, queues),
            new TableServiceClient(
                account.Tables,
                new BearerTokenAuthenticationPolicy(identity, "https://storage.azure.com/.default"),
                tables
            ),
            options
        );
    }

    static TokenCredential Identity(string? managed) =>
        managed switch
        {
            null => new DefaultAzureCredential(),
            AzureStoreOptions.SystemAssigned => new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned),
            _ => new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(managed)),
        };

    static AzureStore Over(
        BlobServiceClient blobs,
        QueueServiceClient queues,
        TableServiceClient tables,
        AzureStoreOptions options
    ) =>
        new(
            new AzureRows(tables),
            new AzureBlobs(blobs.GetBlobContainerClient(options.Container), options.Entropy),
            new AzureQueues(queues, AzureQueues.Never),
            new AzureQueues(queues, null)
        );

    /// <remarks>
    /// A server that closes a kept connection while we send on it leaves a commit's outcome unknown. Azurite closes
    /// after 5 idle seconds, Azure much later: we close before either.
    /// </remarks>
    static readonly HttpPipelineTransport Transport = new HttpClientTransport(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3),
        }
    );

    static T Configure<T>(T client, AzureStoreOptions options, Func<Request, bool> repeatable)
        where T : ClientOptions
    {
        client.Retry.NetworkTimeout = options.NetworkTimeout;
        client.RetryPolicy = new CarefulRetry(options, repeatable);
        client.AddPolicy(new SendOnce(repeatable), HttpPipelinePosition.PerCall);
        // What went wrong is told by the operation that asked; the libraries' own records would cost each request.
        client.Diagnostics.IsDistributedTracingEnabled = false;
        client.Diagnostics.IsLoggingEnabled = false;
        client.Diagnostics.IsTelemetryEnabled = false;
        client.Transport = options.Transport ?? Transport;
        return client;
    }
}
