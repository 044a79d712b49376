using Cloud.Api.Gateway;
using Cloud.Flow.Inbound;
using Cloud.Listener.Imap.Wire;
using Cloud.Store;

namespace Cloud.Listener.Imap.Appending;

/// <summary>One message of an APPEND on its way in.</summary>
/// <param name="upload">Goes with it.</param>
sealed class IncomingMessage(TransactionId transaction, AppendStep.Message begun, MessageUpload upload)
    : IAsyncDisposable
{
    public TransactionId Transaction => transaction;

    public FlagList Flags => begun.Flags;

    public DateTimeOffset? Received => begun.Received;

    public MessageUpload Upload => upload;

    /// <summary>Set once it is durable.</summary>
    public UploadedMessage? Uploaded { get; set; }

    /// <summary>A mailbox has it, or may have it: its octets stay.</summary>
    public bool IsPlaced { get; set; }

    /// <summary>Removes what no mailbox has taken over.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Uploaded is not null && !IsPlaced)
            await upload.AbandonAsync(CancellationToken.None);
        await upload.DisposeAsync();
    }
}
