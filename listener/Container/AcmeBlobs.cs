using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Cloud.Listener.Tls;
using Cloud.Listener.Tls.Acme;

namespace Cloud.Listener.Container;

/// <summary>Account key and certificate as blobs, where the platform gives no directory that outlives a restart.</summary>
/// <param name="container">Of these alone, and of who orders certificates: the keys lie in it as they are.</param>
sealed class AcmeBlobs(BlobContainerClient container) : IAcmeFiles
{
    public async ValueTask<string?> ReadAsync(string name, CancellationToken cancel)
    {
        try
        {
            var first = new BlobDownloadOptions { Range = new HttpRange(0, ServerCertificate.MaxSize) };
            var answer = await container.GetBlobClient(name).DownloadContentAsync(first, cancel);
            return answer.Value.Content.ToString();
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
        catch (Exception e) when (AzureFaults.Is(e, cancel))
        {
            throw Failed(name, "read", e);
        }
    }

    public async ValueTask<bool> TryAddAsync(string name, string text, CancellationToken cancel)
    {
        try
        {
            await UploadAsync(name, text, new() { IfNoneMatch = ETag.All }, cancel);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return false;
        }
        catch (Exception e) when (AzureFaults.Is(e, cancel))
        {
            throw Failed(name, "written", e);
        }
    }

    public async ValueTask WriteAsync(string name, string text, CancellationToken cancel)
    {
        try
        {
            await UploadAsync(name, text, null, cancel);
        }
        catch (Exception e) when (AzureFaults.Is(e, cancel))
        {
            throw Failed(name, "written", e);
        }
    }

    Task UploadAsync(string name, string text, BlobRequestConditions? conditions, CancellationToken cancel) =>
        container
            .GetBlobClient(name)
            .UploadAsync(BinaryData.FromString(text), new BlobUploadOptions { Conditions = conditions }, cancel);

    CertificateException Failed(string name, string verb, Exception e) =>
        new($"{container.Name}/{name} cannot be {verb}: {AzureFaults.Text(e)}", e);
}
