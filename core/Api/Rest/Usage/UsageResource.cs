using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Directory;

namespace Cloud.Api.Rest.Usage;

/// <summary><c>/usage</c>: what the domains keep and send. Counted when it is asked for: nothing is written for it.</summary>
static class UsageResource
{
    /// <summary>Pages of the queue that are counted: 4,000 messages.</summary>
    const int MaxPages = 20;

    /// <summary>Days counted back: as long as the outbox keeps what is done, and longer.</summary>
    const int MaxDays = 31;

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get("/usage", ApiScope.Admin, "Show what each domain keeps and sends", ShowAsync) with
        {
            Response = UsageJson.Default.UsageInfo,
            Query = [new("days", $"How far back to count what was sent, 1 to {MaxDays}; 7", "integer")],
        },
    ];

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        var since = call.Rooms.Time.GetUtcNow().AddDays(-call.Number("days", 1, MaxDays, 7));
        var usage = new Dictionary<string, DomainUsage>(StringComparer.Ordinal);
        await foreach (var row in call.Rooms.Backend.Directory.ListAsync(DirectoryRows.Domains, cancel))
        {
            var domain = row.Key.Row[DirectoryRows.Domain("").Length..];
            if (call.Caller.SeesDomain(domain, DirectoryRows.TenantOf(row.Data)))
                usage[domain] = await KeptAsync(call, domain, cancel);
        }
        var isWhole = await AddSentAsync(call, since, usage, cancel);
        return ApiAnswer.Ok(
            new(
                since,
                isWhole,
                [.. usage.Values.OrderBy(one => one.Domain, StringComparer.Ordinal)],
                CostOf(usage.Values)
            ),
            UsageJson.Default.UsageInfo
        );
    }

    static CostEstimate CostOf(IReadOnlyCollection<DomainUsage> usage)
    {
        var prices = UnitPrices.Current;
        decimal Rounded(decimal amount) => decimal.Round(amount, 6);
        return new(
            prices.Currency,
            prices.Date,
            Rounded(usage.Sum(one => one.Octets) * prices.KeptOctetMonth),
            Rounded(usage.Sum(one => one.SentOctets) * prices.SentOctet)
        );
    }

    static async ValueTask<DomainUsage> KeptAsync(ApiCall call, string domain, CancellationToken cancel)
    {
        var (users, messages, octets) = (0, 0L, 0L);
        await foreach (var row in call.Rooms.Backend.Directory.ListAsync(DirectoryRows.Users(domain), cancel))
        {
            var account = DirectoryRows.ToUser(row.Data).Account;
            var state = (await call.Rooms.Backend.Accounts.CurrentAsync(account, cancel))?.Account;
            (users, messages, octets) = (users + 1, messages + (state?.Messages ?? 0), octets + (state?.Octets ?? 0));
        }
        return new(domain, users, messages, octets, 0, 0, 0);
    }

    /// <returns>Whether all were counted.</returns>
    static async ValueTask<bool> AddSentAsync(
        ApiCall call,
        DateTimeOffset since,
        Dictionary<string, DomainUsage> usage,
        CancellationToken cancel
    )
    {
        var filter = new OutboxFilter
        {
            Since = since,
            Sees = message => DomainOf(message) is { } domain && usage.ContainsKey(domain),
        };
        TransactionId? after = null;
        for (var pages = 0; pages < MaxPages; pages++)
        {
            var page = await call.Rooms.Backend.Sending.Control.ListAsync(filter, after, OutboxControl.MaxPage, cancel);
            foreach (var queued in page.Messages)
            {
                var domain = DomainOf(queued.Message)!;
                var known = usage[domain];
                usage[domain] = known with
                {
                    Sent = known.Sent + 1,
                    Recipients = known.Recipients + queued.Recipients,
                    SentOctets = known.SentOctets + queued.Message.Size,
                };
            }
            if (page.Cursor is not { } next)
                return true;
            after = next;
        }
        return false;
    }

    static string? DomainOf(Submission message) =>
        message is { IsForwarded: false, From: { } from } ? EmailAddress.CanonicalDomain(from.Domain) : null;
}
