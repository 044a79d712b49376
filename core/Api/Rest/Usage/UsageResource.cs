using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Directory;

namespace Cloud.Api.Rest.Usage;

/// <summary><c>/usage</c>: what the domains keep and send, and <c>/cost</c>. Counted when it is asked for: nothing is written for it.</summary>
static class UsageResource
{
    /// <summary>Pages of the queue that are counted: 4,000 messages.</summary>
    const int MaxPages = 20;

    /// <summary>Octets of a GiB.</summary>
    const decimal Gibi = 1024 * 1024 * 1024;

    /// <summary>Days counted back: as long as the outbox keeps what is done, and longer.</summary>
    const int MaxDays = 31;

    static readonly QueryParameter Days = new(
        "days",
        $"How far back to count what was sent, 1 to {MaxDays}; 7",
        "integer"
    );

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get("/usage", ApiScope.Read, "Show what each domain that one sees keeps and sends", ShowAsync) with
        {
            Response = UsageJson.Default.UsageInfo,
            Query = [Days],
        },
        Route.Get("/cost", ApiScope.Read, "Show what that costs on Azure, by the domain", CostAsync) with
        {
            Response = UsageJson.Default.CostInfo,
            Query = [Days],
        },
    ];

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        var (since, isWhole, domains) = await CountAsync(call, cancel);
        return ApiAnswer.Ok(new(since, isWhole, domains, CostOf(domains)), UsageJson.Default.UsageInfo);
    }

    static async ValueTask<ApiAnswer> CostAsync(ApiCall call, CancellationToken cancel)
    {
        var (since, isWhole, domains) = await CountAsync(call, cancel);
        var prices = UnitPrices.Current;
        return ApiAnswer.Ok(
            new(
                since,
                isWhole,
                [
                    new("kept", "GiB and month", prices.KeptOctetMonth * Gibi),
                    new("sent", "GiB", prices.SentOctet * Gibi),
                ],
                [.. domains.Select(one => new DomainCost(one.Domain, KeptOf([one]), SentOf([one])))],
                CostOf(domains)
            ),
            UsageJson.Default.CostInfo
        );
    }

    static async ValueTask<(DateTimeOffset Since, bool IsWhole, IReadOnlyList<DomainUsage> Domains)> CountAsync(
        ApiCall call,
        CancellationToken cancel
    )
    {
        var since = call.Rooms.Time.GetUtcNow().AddDays(-call.Number("days", 1, MaxDays, 7));
        var usage = new Dictionary<string, DomainUsage>(StringComparer.Ordinal);
        var owned = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        await foreach (var row in call.Rooms.Backend.Directory.ListAsync(DirectoryRows.Domains, cancel))
        {
            var (domain, tenant) = (row.Key.Row[DirectoryRows.Domain("").Length..], DirectoryRows.TenantOf(row.Data));
            if (!call.Caller.SeesSomeOf(domain, tenant))
                continue;
            usage[domain] = await KeptAsync(call, domain, tenant, cancel);
            owned[domain] = DirectoryRows.SinceOf(row.Data);
        }
        var isWhole = await AddSentAsync(call, since, owned, usage, cancel);
        return (since, isWhole, [.. usage.Values.OrderBy(one => one.Domain, StringComparer.Ordinal)]);
    }

    static CostEstimate CostOf(IReadOnlyCollection<DomainUsage> usage) =>
        new(UnitPrices.Current.Currency, UnitPrices.Current.Date, KeptOf(usage), SentOf(usage));

    static decimal KeptOf(IEnumerable<DomainUsage> usage) =>
        decimal.Round(usage.Sum(one => one.Octets) * UnitPrices.Current.KeptOctetMonth, 6);

    static decimal SentOf(IEnumerable<DomainUsage> usage) =>
        decimal.Round(usage.Sum(one => one.SentOctets) * UnitPrices.Current.SentOctet, 6);

    static async ValueTask<DomainUsage> KeptAsync(ApiCall call, string domain, string tenant, CancellationToken cancel)
    {
        var (users, messages, octets) = (0, 0L, 0L);
        await foreach (var row in call.Rooms.Backend.Directory.ListAsync(DirectoryRows.Users(domain), cancel))
        {
            var user = DirectoryRows.ToUser(row.Data);
            if (!call.Caller.SeesAddress(user.Address, tenant))
                continue;
            var state = (await call.Rooms.Backend.Accounts.CurrentAsync(user.Account, cancel))?.Account;
            (users, messages, octets) = (users + 1, messages + (state?.Messages ?? 0), octets + (state?.Octets ?? 0));
        }
        return new(domain, users, messages, octets, 0, 0, 0);
    }

    /// <returns>Whether all were counted.</returns>
    static async ValueTask<bool> AddSentAsync(
        ApiCall call,
        DateTimeOffset since,
        Dictionary<string, DateTimeOffset> owned,
        Dictionary<string, DomainUsage> usage,
        CancellationToken cancel
    )
    {
        var filter = new OutboxFilter
        {
            Since = since,
            Sees = message =>
                DomainOf(message) is { } domain
                && owned.TryGetValue(domain, out var from)
                && (call.Caller.IsOperator || message.Accepted >= from)
                && (call.Caller.Mailbox is null || call.Caller.Mailbox == message.From?.WithoutDetail.Key),
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
