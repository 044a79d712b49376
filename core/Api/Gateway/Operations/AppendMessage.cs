using Cloud.Flow.Trace;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Operations;

/// <summary>APPEND: the uploaded message goes into a mailbox.</summary>
static class AppendMessage
{
    public static async ValueTask<Result<AppendResult>> RunAsync(
        AccountStore accounts,
        Uploads uploads,
        AppendRequest request,
        bool repeated,
        CancellationToken cancel,
        MailboxRights rights = MailboxRights.All
    )
    {
        if (!request.Keywords.All(KeywordTable.IsKeyword))
            return Refusals.BadKeyword;
        var message = request.Message;
        // RFC 4314 §4: flags without the right to them are left out, and that is no failure.
        var flags = request.Flags & rights.ChangeableFlags();
        var deposit = new Deposit(
            request.Transaction,
            message.Blob,
            message.Size,
            message.Sha256,
            message.Index,
            request.Received.ToUnixTimeSeconds()
        )
        {
            SeenBy = flags.HasFlag(MessageFlags.Seen) ? request.Account.By?.Account : null,
            AppendedBy = request.Import is null ? request.Account.Asking : null,
            Import = request.Import,
            Trace = request.Import is null ? default : new MessageTrace(new("import"), null).Pack(),
        };
        try
        {
            var result = await accounts.DepositAsync(
                request.Account.Id,
                request.Mailbox,
                deposit,
                request.Account.By is null ? flags : flags & ~MessageFlags.Seen,
                rights.HasFlag(MailboxRights.Write) ? request.Keywords : [],
                withinQuota: true,
                repeated,
                cancel
            );
            if (result.Status is DepositStatus.Done or DepositStatus.Repeated or DepositStatus.Removed)
                uploads.Take(message.Blob);
            // Sent has it already: the bytes that came now are nobody's.
            if (result.Status == DepositStatus.Present)
                await uploads.RefuseAsync(message.Blob);
            return result.Status switch
            {
                DepositStatus.BytesMissing => throw new StoreException("The uploaded message is gone"),
                DepositStatus.NoMailbox => Refusals.NoMailbox,
                DepositStatus.OverQuota => Refusals.OverQuota,
                DepositStatus.TooManyKeywords => Refusals.TooManyKeywords,
                _ => new AppendResult(result.UidValidity, result.Uid, result.Revision),
            };
        }
        catch (OutcomeUnknownException)
        {
            uploads.Take(message.Blob); // it may be in the mailbox
            throw;
        }
    }
}
