using Azure.Core;
using Azure.Core.Pipeline;
using Cloud.Store.Ports;

namespace Cloud.Store.Azure;

/// <summary>Which storage account, and how to reach it: a connection string, or three endpoints and an identity.</summary>
/// <remarks>Not a record: the text a record gives of itself would show the account's key.</remarks>
public sealed class AzureStoreOptions
{
    /// <summary><c>UseDevelopmentStorage=true</c>, or account name and key as the portal shows them. No SAS.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Blob service, such as <c>https://NAME.blob.core.windows.net</c>. Only without a connection string.</summary>
    public Uri? BlobEndpoint { get; init; }

    public Uri? QueueEndpoint { get; init; }

    public Uri? TableEndpoint { get; init; }

    /// <summary>Who asks, when endpoints are given; null finds out by <see cref="global::Azure.Identity.DefaultAzureCredential"/>.</summary>
    public TokenCredential? Credential { get; init; }

    /// <summary>A managed identity that asks: a user-assigned one's client id, or <see cref="SystemAssigned"/>.</summary>
    /// <remarks>Null with no <see cref="Credential"/> looks for an identity in all places, which takes longer.</remarks>
    public string? ManagedIdentity { get; init; }

    /// <summary>The identity of the machine or app itself.</summary>
    public const string SystemAssigned = "system";

    /// <summary>The blob container: 3 to 63 lower-case letters, digits and single hyphens. Default <c>mail</c>.</summary>
    public string Container { get; init; } = "mail";

    /// <summary>Longest wait for one answer, 1 second to 10 minutes. Default 30 seconds, as the service gives itself.</summary>
    public TimeSpan NetworkTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Further tries after a failure that may be tried again, 0 to 10. Default 3.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Wait before the first further try, doubled each time, 1 ms to 10 seconds. Default 200 ms.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Carries the requests (a proxy, own certificates); null takes the one Azure.Core shares.</summary>
    public HttpPipelineTransport? Transport { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Entropy Entropy { get; init; } = Entropy.System;

    /// <summary>Everything that is wrong with the settings, in words and without their secrets; empty when all is well.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        Account(faults);
        if (!StoreNames.IsContainer(Container))
            faults.Add("Container must be 3 to 63 lower-case letters, digits and single hyphens");
        if (NetworkTimeout < TimeSpan.FromSeconds(1) || NetworkTimeout > TimeSpan.FromMinutes(10))
            faults.Add("NetworkTimeout must be 1 second to 10 minutes");
        if (Retries is < 0 or > 10)
            faults.Add("Retries must be 0 to 10");
        if (RetryDelay < TimeSpan.FromMilliseconds(1) || RetryDelay > TimeSpan.FromSeconds(10))
            faults.Add("RetryDelay must be 1 millisecond to 10 seconds");
        return faults;
    }

    /// <returns>Null when a fault was added.</returns>
    internal StorageAccount? Account(List<string> faults)
    {
        if (string.IsNullOrWhiteSpace(ConnectionString))
            return Endpoints(faults);
        if ((BlobEndpoint ?? QueueEndpoint ?? TableEndpoint) is not null || Credential is not null)
            faults.Add("Give either a connection string or endpoints with an identity, not both");
        return Azure.ConnectionString.Parse(ConnectionString, faults);
    }

    StorageAccount? Endpoints(List<string> faults)
    {
        if (BlobEndpoint is null && QueueEndpoint is null && TableEndpoint is null)
        {
            faults.Add("Neither a connection string nor endpoints are given");
            return null;
        }
        var before = faults.Count;
        Check(nameof(BlobEndpoint), BlobEndpoint);
        Check(nameof(QueueEndpoint), QueueEndpoint);
        Check(nameof(TableEndpoint), TableEndpoint);
        return faults.Count > before ? null : new(null, null, BlobEndpoint!, QueueEndpoint!, TableEndpoint!);

        void Check(string name, Uri? endpoint)
        {
            if (endpoint is null)
                faults.Add($"{name} is missing");
            else if (!endpoint.IsAbsoluteUri || endpoint.Scheme != Uri.UriSchemeHttps)
                faults.Add($"{name} must be an https address: a token is not sent in the clear");
            else if (endpoint.Query.Length > 0)
                faults.Add($"{name} must not have a query (a shared access signature is not supported)");
        }
    }
}
