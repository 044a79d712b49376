using Cloud.Api.Admin;
using Cloud.Api.Rest.Sends;
using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest.Queue;

/// <summary><c>/queue</c>: what is on its way out, whoever submitted it; <c>/dead-letters</c>: what came to no end.</summary>
static class QueueResource
{
    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get("/queue", ApiScope.Admin, "List what is on its way out, oldest first", ListAsync) with
        {
            Response = QueueApiJson.Default.PageQueueEntry,
            Query =
            [
                QueryParameter.After,
                QueryParameter.Limit,
                new("state", "open, waiting, held, done or all; open where it is missing"),
                new("recipient", "Only to this address or domain"),
                new("sender", "Only from this address or domain"),
            ],
        },
        Route.Get("/queue/{send}", ApiScope.Admin, "Show a message with each of its recipients", ShowAsync) with
        {
            Response = QueueApiJson.Default.QueueDetails,
        },
        Verb("hold", "Keep what waits of a message", QueueVerb.Hold),
        Verb("release", "Send what was held of a message", QueueVerb.Release),
        Verb("cancel", "Send nothing more of a message", QueueVerb.Cancel),
        Verb("retry", "Try at once what waits of a message", QueueVerb.Retry),
        Route.Get("/dead-letters", ApiScope.Admin, "List tasks that came to no end", ListDeadAsync) with
        {
            Response = QueueApiJson.Default.PageDeadTask,
            Query = [QueryParameter.After, QueryParameter.Limit],
            ForOperator = true,
        },
        Route.Post("/dead-letters/{letter}/replay", ApiScope.Admin, "Do such a task again", ReplayAsync) with
        {
            Status = 204,
            ForOperator = true,
        },
        Route.Delete("/dead-letters/{letter}", ApiScope.Admin, "Forget such a task", ForgetAsync) with
        {
            ForOperator = true,
        },
    ];

    static Route Verb(string word, string summary, QueueVerb verb) =>
        Route.Post(
            $"/queue/{{send}}/{word}",
            ApiScope.Admin,
            summary,
            async (call, cancel) =>
            {
                await FindAsync(call, cancel);
                var changed = await call.Rooms.Administration.Queue.ChangeAsync(verb, call["send"], cancel);
                return ApiAnswer.Ok(changed, QueueApiJson.Default.QueueChange);
            }
        ) with
        {
            Response = QueueApiJson.Default.QueueChange,
        };

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var state = StateOf(call);
        var filter = new OutboxFilter
        {
            Recipient = PartyOf(call, "recipient"),
            Sender = PartyOf(call, "sender"),
            IsOpen = state switch
            {
                QueueState.All => null,
                QueueState.Done => false,
                _ => true,
            },
            IsHeld = state switch
            {
                QueueState.Waiting => false,
                QueueState.Held => true,
                _ => null,
            },
            Sees = await SeesAsync(call, cancel),
        };
        var page = await call.OutboxPageAsync(filter, QueueAdministration.EntryOf, cancel);
        return ApiAnswer.Ok(page, QueueApiJson.Default.PageQueueEntry);
    }

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel) =>
        ApiAnswer.Ok(await FindAsync(call, cancel), QueueApiJson.Default.QueueDetails);

    static async ValueTask<QueueDetails> FindAsync(ApiCall call, CancellationToken cancel)
    {
        var sees = await SeesAsync(call, cancel);
        if (
            TransactionId.TryParse(call["send"]) is not { } id
            || await call.Rooms.Backend.Sending.Control.ShowAsync(id, cancel) is not { } found
            || !sees(found.Message.Message)
        )
            throw new ApiException(ApiProblem.NotFound("message"));
        var recipients = found.Recipients.Select(to =>
            QueueAdministration.RecipientOf(SendResource.Seen(to, call.Caller))
        );
        // Dialogues tell of the operator's relays, and of others' addresses.
        return new(
            QueueAdministration.EntryOf(found.Message),
            [.. call.Caller.IsOperator ? recipients : recipients.Select(Outline)]
        );
    }

    static QueueRecipient Outline(QueueRecipient to) =>
        to with
        {
            Host = null,
            HostAddress = null,
            Transcript = null,
            History = [],
        };

    /// <summary>The operator sees what has no sender, too: notices and what is passed on.</summary>
    static async ValueTask<Func<Submission, bool>> SeesAsync(ApiCall call, CancellationToken cancel) =>
        call.Caller.IsOperator ? _ => true : await SendResource.SeesAsync(call, cancel);

    static async ValueTask<ApiAnswer> ListDeadAsync(ApiCall call, CancellationToken cancel)
    {
        var page = await call.OfAsync(
            DeadLetterRows.All,
            range => call.Rooms.Backend.Accounts.Rows.ReadAsync(DeadLetterRows.Table, range, cancel),
            row => new ValueTask<DeadTask?>(QueueAdministration.TaskOf(DeadLetters.From(row))),
            cancel
        );
        return ApiAnswer.Ok(page, QueueApiJson.Default.PageDeadTask);
    }

    static async ValueTask<ApiAnswer> ReplayAsync(ApiCall call, CancellationToken cancel)
    {
        await call.Rooms.Administration.Queue.ReplayDeadAsync(LetterOf(call), cancel);
        return ApiAnswer.Done();
    }

    static async ValueTask<ApiAnswer> ForgetAsync(ApiCall call, CancellationToken cancel)
    {
        await call.Rooms.Administration.Queue.RemoveDeadAsync(LetterOf(call), cancel);
        return ApiAnswer.Done();
    }

    static string LetterOf(ApiCall call) =>
        call["letter"] is { Length: < 100 } id && id.All(KeyText.IsAllowed)
            ? id
            : throw new ApiException(ApiProblem.NotFound("dead letter"));

    static QueueState StateOf(ApiCall call) =>
        call.Query("state") switch
        {
            null or "open" => QueueState.Open,
            "waiting" => QueueState.Waiting,
            "held" => QueueState.Held,
            "done" => QueueState.Done,
            "all" => QueueState.All,
            _ => throw new ApiException(ApiProblem.BadParameter("state", "state is open, waiting, held, done or all.")),
        };

    static string? PartyOf(ApiCall call, string name) =>
        call.Query(name) is not { } text || EmailAddress.TryParse(text) is not null || EmailAddress.IsDomain(text)
            ? call.Query(name)
            : throw new ApiException(ApiProblem.BadParameter(name, $"{name} is an address or a domain."));
}
