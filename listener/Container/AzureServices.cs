using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage.Blobs;
using Cloud.Store.Azure;

namespace Cloud.Listener.Container;

/// <summary>Azure as this machine's identity.</summary>
/// <param name="identity">Client id of a user-assigned identity; null for the machine's own.</param>
sealed class AzureServices(string? identity, TimeProvider time)
{
    public TokenCredential Credential { get; } =
        new ManagedIdentityCredential(
            identity is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(identity)
        );

    public AzureStoreOptions StoreOptions(ContainerSettings settings) =>
        new()
        {
            ConnectionString = settings.ConnectionString,
            BlobEndpoint = settings.Endpoints?.Blob,
            QueueEndpoint = settings.Endpoints?.Queue,
            // Where the Functions app keeps the index no table is asked; the adapter wants an address all the same.
            TableEndpoint = settings.Endpoints?.Table ?? settings.Endpoints?.Queue,
            Credential = settings.Endpoints is null ? null : Credential,
            Time = time,
        };

    /// <summary>A bearer token; cached by the credential until shortly before it ends.</summary>
    /// <param name="audience">For whom it is made out: <c>api://…</c>.</param>
    public async ValueTask<string> TokenAsync(string audience, CancellationToken cancel) =>
        (await Credential.GetTokenAsync(new TokenRequestContext([$"{audience}/.default"]), cancel)).Token;

    /// <summary>A container of blobs, with the identity's rights.</summary>
    public BlobContainerClient Container(Uri address) => new(address, Credential);

    /// <summary>For REST calls of our own: retries, throttling and tokens are Azure.Core's.</summary>
    /// <param name="scope">Whose tokens.</param>
    public HttpPipeline Pipeline(string scope) => Pipeline(Credential, scope, null);

    /// <param name="transport">Null for the one Azure.Core shares.</param>
    public static HttpPipeline Pipeline(TokenCredential credential, string scope, HttpPipelineTransport? transport)
    {
        var options = new RestOptions();
        if (transport is not null)
            options.Transport = transport;
        return HttpPipelineBuilder.Build(options, new BearerTokenAuthenticationPolicy(credential, scope));
    }

    sealed class RestOptions : ClientOptions;
}
