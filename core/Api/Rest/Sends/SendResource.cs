using System.Text;
using Cloud.Api.Rest.Templates;
using Cloud.Flow.Outbound;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest.Sends;

/// <summary><c>/sends</c>: messages to send, and what became of them.</summary>
static class SendResource
{
    /// <summary>Octets of a message in JSON, attachments and all: it is held in memory. Larger ones are sent raw.</summary>
    const long MaxBody = 16 * 1024 * 1024;

    /// <summary>Messages of a batch.</summary>
    const int MaxBatch = 100;

    /// <summary>Links of a batch: the time that a request has is enough for some.</summary>
    const int MaxBatchLinks = 50;

    static readonly QueryParameter Tag = new("tag", "Only those with this tag");

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Post("/sends", ApiScope.Send, "Send a message", SendAsync) with
        {
            Request = SendJson.Default.NewSend,
            Response = SendJson.Default.SendAccepted,
            Status = 202,
            MaxBody = MaxBody,
            Headers = [Idempotency.Parameter],
        },
        Route.Post("/sends/batch", ApiScope.Send, "Send up to 100 messages", SendBatchAsync) with
        {
            Request = SendJson.Default.NewBatch,
            Response = SendJson.Default.BatchAnswer,
            MaxBody = MaxBody,
            Headers = [Idempotency.Parameter],
        },
        Route.Post("/sends/raw", ApiScope.Send, "Send a whole message (RFC 5322)", RawSend.SendAsync) with
        {
            RequestType = RawSend.MediaType,
            Response = SendJson.Default.SendAccepted,
            Status = 202,
            MaxBody = Submitting.MaxMessage,
            Query = RawSend.Query,
            Headers = [Idempotency.Parameter],
        },
        Route.Get("/sends", ApiScope.Send, "List what was sent, oldest first", ListAsync) with
        {
            Response = SendJson.Default.PageSendInfo,
            Query =
            [
                QueryParameter.After,
                QueryParameter.Limit,
                new("open", "True: only what is not done with; false: only what is", "boolean"),
                new("recipient", "Only to this address or domain"),
                new("since", "Only what was accepted then or later"),
                new("until", "Only what was accepted before"),
                Tag,
            ],
        },
        Route.Get("/sends/{send}", ApiScope.Send, "Show what became of a message", ShowAsync) with
        {
            Response = SendJson.Default.SendInfo,
        },
        Route.Post("/sends/{send}/cancel", ApiScope.Send, "Send nothing more of a message", CancelAsync) with
        {
            Response = SendJson.Default.SendInfo,
        },
    ];

    static async ValueTask<ApiAnswer> SendAsync(ApiCall call, CancellationToken cancel)
    {
        var (asked, body) = await call.ReadWholeAsync(SendJson.Default.NewSend, cancel);
        return await call.OnceAsync(
            body,
            async (claim, until) =>
                ApiAnswer.Json(
                    202,
                    await SendAsync(call, asked, claim.Transaction, claim.IsRepeated, new(call.Rooms.Time), until),
                    SendJson.Default.SendAccepted
                ),
            cancel
        );
    }

    static async ValueTask<ApiAnswer> SendBatchAsync(ApiCall call, CancellationToken cancel)
    {
        var (batch, body) = await call.ReadWholeAsync(SendJson.Default.NewBatch, cancel);
        var messages = batch.Messages;
        if (messages.Count is 0 or > MaxBatch)
            throw new ApiException(ApiProblem.Invalid("#/messages", $"A batch has 1 to {MaxBatch} messages."));
        if (messages.Sum(one => one.Attachments?.Count(file => file.Url is not null) ?? 0) > MaxBatchLinks)
            throw new ApiException(
                ApiProblem.Invalid("#/messages", $"Up to {MaxBatchLinks} attachments of a batch are fetched.")
            );
        return await call.OnceAsync(
            body,
            async (claim, until) =>
            {
                var id = claim.Transaction;
                var (results, fault) = (new List<BatchResult>(), (Exception?)null);
                var links = new LinkTime(call.Rooms.Time);
                foreach (var (i, asked) in messages.Index())
                {
                    var one = DerivedId.Of(id, id.At, $"batch {i}");
                    var (result, behind) = await TrySendAsync(call, asked, one, claim.IsRepeated, links, until);
                    results.Add(result);
                    fault ??= behind;
                }
                var answer = ApiAnswer.Ok(new(results), SendJson.Default.BatchAnswer);
                return results.Any(result => result.Status >= 500) ? answer.Unfinished(fault) : answer;
            },
            cancel
        );
    }

    /// <summary>A fault at one message takes nothing from what the others' senders are told.</summary>
    static async ValueTask<(BatchResult Result, Exception? Fault)> TrySendAsync(
        ApiCall call,
        NewSend asked,
        TransactionId id,
        bool isRepeated,
        LinkTime links,
        CancellationToken cancel
    )
    {
        try
        {
            return (new(202, await SendAsync(call, asked, id, isRepeated, links, cancel)), null);
        }
        catch (ApiException e)
        {
            return (new(e.Problem.Status, Problem: e.Problem), null);
        }
        catch (StoreException e)
        {
            return (new(ApiProblem.Unavailable.Status, Problem: ApiProblem.Unavailable), e);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return (new(ApiProblem.Unavailable.Status, Problem: ApiProblem.Unavailable), null); // the time is over
        }
    }

    static async ValueTask<SendAccepted> SendAsync(
        ApiCall call,
        NewSend asked,
        TransactionId id,
        bool isRepeated,
        LinkTime links,
        CancellationToken cancel
    )
    {
        if (isRepeated && await Submitting.FindAsync(call, id, cancel) is { } done)
            return done;
        var envelope = Envelope.Of(call, asked);
        var sender = await Submitting.SenderAsync(call, envelope.From.Address, "#/from", cancel);
        if (asked.Template is not null)
            asked = await TemplateResource.FillAsync(call, asked, envelope.From.Address, cancel);
        var date = envelope.HoldUntil ?? call.Rooms.Time.GetUtcNow();
        return await Submitting.SendAsync(
            call,
            id,
            envelope.From.Address,
            async writeAsync =>
            {
                await using var linked = new LinkedFiles(call, links);
                await Composing.WriteAsync(call, asked, envelope, linked, DerivedId.Seed(id), date, writeAsync, cancel);
            },
            _ => new((sender, envelope)),
            cancel
        );
    }

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var sees = await SeesAsync(call, cancel);
        var tag = call.Query("tag");
        var filter = new OutboxFilter
        {
            IsOpen = call.Switch("open"),
            Recipient = call.Query("recipient"),
            Since = call.Time("since"),
            Until = call.Time("until"),
            Sees = message => sees(message) && (tag is null || message.Labels?.Tags.Contains(tag) == true),
        };
        var now = call.Rooms.Time.GetUtcNow();
        var page = await call.OutboxPageAsync(filter, queued => Info(queued, null, now), cancel);
        return ApiAnswer.Ok(page, SendJson.Default.PageSendInfo);
    }

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel) =>
        ApiAnswer.Ok(await FindAsync(call, cancel), SendJson.Default.SendInfo);

    static async ValueTask<ApiAnswer> CancelAsync(ApiCall call, CancellationToken cancel)
    {
        var before = await FindAsync(call, cancel);
        var id = TransactionId.TryParse(before.Id)!.Value;
        await call.Rooms.Backend.Sending.Control.ChangeAsync(id, QueueVerb.Cancel, cancel);
        var after = await FindAsync(call, cancel);
        return after.To!.Any(to => to.Status == "cancelled")
            ? ApiAnswer.Ok(after, SendJson.Default.SendInfo)
            : throw new ApiException(ApiProblem.Conflict("too-late", "It is sent, or being sent at this moment."));
    }

    static async ValueTask<SendInfo> FindAsync(ApiCall call, CancellationToken cancel)
    {
        var sees = await SeesAsync(call, cancel);
        return
            TransactionId.TryParse(call["send"]) is { } id
            && await call.Rooms.Backend.Sending.Control.ShowAsync(id, cancel) is { } found
            && sees(found.Message.Message)
            ? Info(
                found.Message,
                [.. found.Recipients.Select(to => Seen(to, call.Caller))],
                call.Rooms.Time.GetUtcNow()
            )
            : throw new ApiException(ApiProblem.NotFound("message"));
    }

    /// <summary>Which messages are the caller's: those of its domains; for a key that only sends, what it sent itself.</summary>
    public static async ValueTask<Func<Submission, bool>> SeesAsync(ApiCall call, CancellationToken cancel)
    {
        var caller = call.Caller;
        var domains = await DomainsAsync(call, cancel);
        var isOperator = caller.IsOperator;
        bool IsOurs(string domain, DateTimeOffset accepted) =>
            domains is null || (domains.TryGetValue(domain, out var since) && accepted >= since);
        return message =>
            message.From is { } from
            // What is passed on bears a sender's address, but goes where a reader has it go: that is not the sender's to see.
            && (isOperator || !message.IsForwarded)
            && IsOurs(from.Key[(from.Key.LastIndexOf('@') + 1)..], message.Accepted)
            && (caller.Mailbox is null || caller.Mailbox == from.Key || caller.Mailbox == from.WithoutDetail.Key)
            && (caller.Scopes.HasFlag(ApiScope.Admin) || message.Labels?.Key == caller.Key);
    }

    /// <returns>The caller's domains, each with since when it is its tenant's; null for all of the world: the operator's.</returns>
    static async ValueTask<Dictionary<string, DateTimeOffset>?> DomainsAsync(ApiCall call, CancellationToken cancel)
    {
        var caller = call.Caller;
        if (caller.Tenant is null && caller.Domain is null)
            return null;
        if (caller.Domain is { } only)
            return
                await call.FindDomainAsync(only, cancel) is { Data: var own }
                && caller.Sees(DirectoryRows.TenantOf(own))
                ? new() { [only] = DirectoryRows.SinceOf(own) }
                : [];
        var domains = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        await foreach (var row in call.Rooms.Backend.Directory.ListAsync(DirectoryRows.Domains, cancel))
        {
            if (caller.Sees(DirectoryRows.TenantOf(row.Data)))
                domains[row.Key.Row[DirectoryRows.Domain("").Length..]] = DirectoryRows.SinceOf(row.Data);
        }
        return domains;
    }

    static SendInfo Info(QueuedMessage queued, IReadOnlyList<QueuedRecipient>? recipients, DateTimeOffset now)
    {
        var message = queued.Message;
        return new(
            message.Id.ToString(),
            message.MessageId,
            $"{message.From}",
            message.Subject,
            StatusOf(queued, recipients, now),
            message.Accepted,
            message.HoldUntil,
            queued.DoneAt,
            queued.Recipients,
            queued.Open,
            message.Size,
            message.Labels?.Tags ?? [],
            message.Labels?.Metadata ?? new Dictionary<string, string>(),
            recipients is null ? null : [.. recipients.Select(RecipientOf)]
        );
    }

    static string StatusOf(QueuedMessage queued, IReadOnlyList<QueuedRecipient>? recipients, DateTimeOffset now)
    {
        if (queued.IsHeld)
            return "held";
        if (queued.Open > 0)
            return queued.Message.HoldUntil > now ? "scheduled" : "queued";
        if (recipients is null)
            return "done";
        var states = recipients.Select(to => to.State).ToHashSet();
        if (states.SetEquals([Store.Outbox.RecipientState.Cancelled]))
            return "cancelled";
        return !states.Contains(Store.Outbox.RecipientState.Failed) ? "sent"
            : states.Count == 1 ? "failed"
            : "partly-failed";
    }

    /// <summary>What the operator's own relay said, and its name, are the operator's to know.</summary>
    public static QueuedRecipient Seen(QueuedRecipient to, Caller caller) =>
        caller.IsOperator || !to.BySmarthost ? to : to with { Host = null, Reply = null };

    static SendRecipient RecipientOf(QueuedRecipient to) =>
        new(
            $"{to.Recipient.Address}",
            Word(to.State),
            to.Attempts,
            to.Next,
            to.LastAttempt,
            to.Status,
            to.Reply,
            to.Host
        );

    static string Word(Store.Outbox.RecipientState state)
    {
        var word = new StringBuilder($"{state}");
        word[0] = char.ToLowerInvariant(word[0]);
        return word.ToString();
    }
}
