using System.Security.Cryptography;
using System.Text;
using Cloud.Mail.Compose;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Store.Requests;

namespace Cloud.Api.Rest.Uploads;

/// <summary><c>/uploads</c>: octets for attachments, sent once and used in as many messages as one likes for a day.</summary>
/// <remarks>
/// The octets are a blob that no message names: the sweep removes it two days later. A row says whose it is; the id alone opens
/// nothing, since messages have ids of the same kind.
/// </remarks>
static class UploadResource
{
    /// <summary>Octets of one: what fits into a message, encoded.</summary>
    public const long MaxUpload = 36L * 1024 * 1024;

    /// <summary>Within the age at which the sweep takes the blob for lost.</summary>
    static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Post("/uploads", ApiScope.Send, "Bring an attachment's octets", AddAsync) with
        {
            RequestType = "application/octet-stream",
            Response = UploadJson.Default.UploadInfo,
            Status = 201,
            MaxBody = MaxUpload,
        },
    ];

    static async ValueTask<ApiAnswer> AddAsync(ApiCall call, CancellationToken cancel)
    {
        var accounts = call.Rooms.Backend.Accounts;
        var quota = new UploadQuota(call);
        var left = await quota.LeftAsync(cancel);
        var id = TransactionId.Create(accounts.Time, accounts.Entropy);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var writer = await accounts.Blobs.CreateAsync(BlobNames.Of(id), cancel);
        var (size, buffer) = (0L, new byte[64 * 1024]);
        int length;
        while ((length = await call.Request.Body.ReadAsync(buffer, cancel)) > 0)
        {
            size += length;
            if (size > MaxUpload)
                throw new ApiException(JsonBody.TooLarge(MaxUpload));
            if (size > left)
                throw new ApiException(
                    ApiProblem.Of(413, "too-large", $"No more than {left} octets can be uploaded at the moment.")
                );
            hash.AppendData(buffer.AsSpan(0, length));
            await writer.WriteAsync(buffer.AsMemory(0, length), cancel);
        }
        var expires = id.At + Kept;
        try
        {
            await quota.TakeAsync(size, cancel);
            if (!await writer.CompleteAsync(cancel))
                throw new ApiException(ApiProblem.Unavailable);
            var key = KeyOf(call, $"{id}");
            var row = new RowData { { "Expires", expires }, { "Size", size } };
            var transaction = new RowTransaction(key.Partition).Insert(key.Row, row);
            await accounts.Rows.CommitAsync(ApiRows.Table, transaction, cancel);
        }
        catch
        {
            await quota.GiveBackAsync();
            throw;
        }
        var sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        var answer = ApiAnswer.Json(201, new($"{id}", size, sha256, expires), UploadJson.Default.UploadInfo);
        return await quota.OnAsync(answer, cancel);
    }

    /// <summary>What the caller has uploaded.</summary>
    /// <param name="pointer">Where it is asked for.</param>
    /// <exception cref="ApiException">422: it has not, or too long ago.</exception>
    public static async ValueTask<OctetSource> OpenAsync(
        ApiCall call,
        string upload,
        string pointer,
        CancellationToken cancel
    )
    {
        var accounts = call.Rooms.Backend.Accounts;
        if (
            TransactionId.TryParse(upload) is not { } id
            || await accounts.Rows.GetAsync(ApiRows.Table, KeyOf(call, upload), cancel) is not { } row
            || ApiRows.Expires(row.Data) <= accounts.Time.GetUtcNow()
        )
            throw new ApiException(ApiProblem.Invalid(pointer, "This key has no such upload (any more)."));
        return OctetSource.Of(async until =>
            await accounts.Blobs.OpenAsync(BlobNames.Of(id), 0, null, until)
            ?? throw new StoreException("The upload is gone")
        );
    }

    static RowKey KeyOf(ApiCall call, string upload) =>
        ApiRows.Upload(SHA256.HashData(Encoding.UTF8.GetBytes($"{call.Caller.Key}\n{upload}")));
}
