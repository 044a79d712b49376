using System.Globalization;
using Cloud.Api.Gateway;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Flow.Trace;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Messages;

namespace Cloud.Api.Rest.Sends;

/// <summary>Hands messages over as a mail program does, in the name of the user whose address they bear.</summary>
/// <remarks>
/// Every message goes by way of the outbox, also to mailboxes here: so each can be looked up, scheduled and cancelled. The
/// transaction decides: what has been accepted under it is not sent again.
/// </remarks>
static class Submitting
{
    /// <summary>Octets of a message: as SMTP takes.</summary>
    public const long MaxMessage = 50L * 1024 * 1024;

    /// <summary>The user whose message it is: somebody here whom the caller sees, and who reads what comes back.</summary>
    /// <param name="pointer">Where the address stands.</param>
    /// <exception cref="ApiException">422: it is not the caller's, or nobody's.</exception>
    public static async ValueTask<AccountId> SenderAsync(
        ApiCall call,
        EmailAddress from,
        string pointer,
        CancellationToken cancel
    )
    {
        await CheckDomainAsync(call, from, pointer, cancel);
        if (await FindSenderAsync(call, from, cancel) is { } account)
            return account;
        throw call.Caller.Mailbox is null
            ? new ApiException(
                ApiProblem.Invalid(
                    pointer,
                    $"Nobody of yours reads mail for {from} and may send: make a user or an alias of it."
                )
            )
            : NotOurs(from, pointer);
    }

    /// <summary>Holds what a message says of its authors to what its key may send as; what its user may is asked later.</summary>
    /// <param name="pointer">Where the message stands.</param>
    /// <exception cref="ApiException">422: one of them is not the caller's.</exception>
    public static async ValueTask CheckAuthorsAsync(
        ApiCall call,
        SubmittedContent content,
        string pointer,
        CancellationToken cancel
    )
    {
        foreach (var author in content.Authors.Append(content.Sender).OfType<EmailAddress>().Distinct())
        {
            await CheckDomainAsync(call, author, pointer, cancel);
            if (call.Caller.Mailbox is not null && await FindSenderAsync(call, author, cancel) is null)
                throw NotOurs(author, pointer);
        }
    }

    static async ValueTask CheckDomainAsync(
        ApiCall call,
        EmailAddress address,
        string pointer,
        CancellationToken cancel
    )
    {
        var domain = EmailAddress.CanonicalDomain(address.Domain);
        var tenant = await call.TenantOfAsync(domain, cancel);
        var isOurs =
            tenant is not null
            && call.Caller.Sees(tenant)
            && (call.Caller.Domain is null || call.Caller.Domain == domain);
        if (!isOurs)
            throw NotOurs(address, pointer);
    }

    static async ValueTask<AccountId?> FindSenderAsync(ApiCall call, EmailAddress from, CancellationToken cancel)
    {
        // An alias may lead to other tenants' users: their accounts are not the caller's to send from.
        var tenants = new TenantsOfDomains(call);
        foreach (var user in await call.Rooms.Backend.Directory.SendingUsersAsync(from, cancel) ?? [])
        {
            if (await tenants.SeesAsync(user.Address, cancel))
                return user.Account;
        }
        return null;
    }

    static ApiException NotOurs(EmailAddress from, string pointer) =>
        new(ApiProblem.Invalid(pointer, $"This key may not send as {from}."));

    /// <param name="id">Under which it is accepted, once.</param>
    /// <param name="from">The reverse path, if it is known before.</param>
    /// <param name="writeAsync">Gives the message's octets, piece by piece, to what it is called with.</param>
    /// <param name="addressAsync">Says who sends it to whom, once the message has come.</param>
    /// <exception cref="ApiException">It is refused, and why.</exception>
    public static async ValueTask<SendAccepted> SendAsync(
        ApiCall call,
        TransactionId id,
        EmailAddress? from,
        Func<Func<ReadOnlyMemory<byte>, ValueTask>, ValueTask> writeAsync,
        Func<SubmittedContent, ValueTask<(AccountId Sender, Envelope Envelope)>> addressAsync,
        CancellationToken cancel
    )
    {
        var gateway = call.Rooms.Gateway;
        using var preparation = new MessagePreparation(id, from, Received(id, call), call.Rooms.Time.GetUtcNow());
        await using var upload = await gateway.BeginUploadAsync(id, cancel);
        await writeAsync(async octets =>
        {
            foreach (var piece in preparation.Write(octets))
                await upload.WriteAsync(piece, cancel);
            if (upload.Size > MaxMessage)
                throw new ApiException(JsonBody.TooLarge(MaxMessage));
        });
        foreach (var piece in preparation.Complete())
            await upload.WriteAsync(piece, cancel);
        if (preparation.Fault is { } fault)
            throw new ApiException(ApiProblem.Invalid("#", $"{fault.Reason}."));
        var content = preparation.Content;
        var (sender, envelope) = await addressAsync(content);
        var message = await upload.CompleteAsync(cancel);
        var result = await gateway.SubmitAsync(
            new(
                id,
                sender,
                envelope.From.Address,
                [.. envelope.Recipients.Select(to => new OutboundRecipient(to))],
                message,
                content
            )
            {
                HoldUntil = envelope.HoldUntil,
                Labels = envelope.Labels,
                Session = FactsOf(call, envelope),
                Options = new() { SmtpUtf8 = true },
            },
            cancel
        );
        return result.Status == SubmitStatus.Accepted
            ? new(
                id.ToString(),
                content.MessageId,
                envelope.HoldUntil is null ? "queued" : "scheduled",
                envelope.Recipients.Count,
                envelope.HoldUntil
            )
            : throw new ApiException(ProblemOf(result));
    }

    static SessionFacts FactsOf(ApiCall call, Envelope envelope) =>
        new(
            "api",
            ClientAddress.IsKnown(call.Request.Client) ? $"{call.Request.Client}" : null,
            From: $"{envelope.From.Address}",
            Account: call.Caller.Key
        );

    /// <summary>What an earlier try under this transaction came to; null where it came to nothing.</summary>
    public static async ValueTask<SendAccepted?> FindAsync(ApiCall call, TransactionId id, CancellationToken cancel)
    {
        var found = await call.Rooms.Backend.Sending.Control.ShowAsync(id, cancel);
        if (found is null)
        {
            // Whoever tried has left its octets at most: nothing names them.
            await call.Rooms.Backend.Accounts.Blobs.DeleteAsync(BlobNames.Of(id), cancel);
            return null;
        }
        // The rows are what counts, but whoever wrote them may not have come to the queue: one task too many does no harm.
        if (found.Message is { IsHeld: false, Open: > 0 })
            await call.Rooms.Backend.Sending.Control.ReleaseAsync(id, cancel);
        var message = found.Message.Message;
        return new(
            id.ToString(),
            message.MessageId ?? "",
            message.HoldUntil is null ? "queued" : "scheduled",
            found.Message.Recipients,
            message.HoldUntil
        );
    }

    /// <summary>RFC 5321 §4.4: how it came, and under which id; not from which address, which is nobody's business.</summary>
    static string Received(TransactionId id, ApiCall call) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Received: by {call.Rooms.HostName} (HTTP API) id {id};\r\n\t{call.Rooms.Time.GetUtcNow().UtcDateTime:ddd, dd MMM yyyy HH:mm:ss} +0000\r\n"
        );

    static ApiProblem ProblemOf(SubmitResult result) =>
        result.Status switch
        {
            SubmitStatus.Rejected => ApiProblem.Of(422, "refused", $"{result.Reason}."),
            SubmitStatus.OverLimit => ApiProblem.Of(429, "over-limit", $"{result.Reason}."),
            _ => ApiProblem.Unavailable,
        };
}
