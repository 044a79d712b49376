using Cloud.Api.Gateway;
using Cloud.Flow.Inbound;
using Cloud.Store.Accounts;
using Cloud.Store.Ports;

namespace Cloud.Sim;

/// <summary>What the protocol fronts do with a message, without their wire.</summary>
static class Front
{
    /// <summary>The end of DATA: as the SMTP front hands a message over.</summary>
    public static async Task<Answer> HandOverAsync(
        IGateway gateway,
        Attempt attempt,
        Func<UploadedMessage, ValueTask<Answer>> handOver
    )
    {
        Attempt.Current = attempt;
        try
        {
            await using var upload = await gateway.BeginUploadAsync(attempt.Transaction, default);
            var message = await UploadAsync(upload, attempt.Content);
            var answer = await handOver(message);
            if (answer != Answer.Kept)
                await upload.AbandonAsync(default);
            return answer;
        }
        catch (StoreException)
        {
            return Answer.Deferred;
        }
    }

    /// <summary>APPEND, as the IMAP front does it.</summary>
    /// <returns>Null when the store failed.</returns>
    public static async Task<Result<AppendResult>?> AppendAsync(
        IGateway gateway,
        Attempt attempt,
        Func<UploadedMessage, AppendRequest> request
    )
    {
        Attempt.Current = attempt;
        try
        {
            await using var upload = await gateway.BeginUploadAsync(attempt.Transaction, default);
            var appended = await gateway.AppendAsync(request(await UploadAsync(upload, attempt.Content)), default);
            if (!appended.IsOk)
                await upload.AbandonAsync(default);
            return appended;
        }
        catch (StoreException)
        {
            return null;
        }
    }

    static async Task<UploadedMessage> UploadAsync(MessageUpload upload, byte[] content)
    {
        foreach (var piece in content.Chunk(400))
            await upload.WriteAsync(piece, default);
        return await upload.CompleteAsync(default);
    }

    /// <summary>Reads a message whole.</summary>
    /// <returns>Null when it is gone.</returns>
    public static async Task<byte[]?> ReadAsync(
        IGateway gateway,
        Cloud.Store.AccountId account,
        Cloud.Store.Messages.Email email
    )
    {
        await using var stream = await gateway.ReadAsync(account, email, 0, null, ReadBy.Imap, default);
        if (stream is null)
            return null;
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
