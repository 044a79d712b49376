using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest.Suppressions;

/// <summary><c>/suppressions/{list}</c>: addresses that a user, or all of a domain, does not write to.</summary>
static class SuppressionResource
{
    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get(
            "/suppressions/{list}",
            ApiScope.Admin,
            "List what a user or a domain does not write to",
            ListAsync
        ) with
        {
            Response = SuppressionJson.Default.PageSuppressionInfo,
            Query = [QueryParameter.After, QueryParameter.Limit],
        },
        Route.Get(
            "/suppressions/{list}/{address}",
            ApiScope.Admin,
            "Show why an address is not written to",
            ShowAsync
        ) with
        {
            Response = SuppressionJson.Default.SuppressionInfo,
            HasTag = true,
        },
        Route.Put("/suppressions/{list}/{address}", ApiScope.Admin, "Write to an address no more", PutAsync) with
        {
            Request = SuppressionJson.Default.NewSuppression,
            Response = SuppressionJson.Default.SuppressionInfo,
            HasTag = true,
        },
        Route.Delete("/suppressions/{list}/{address}", ApiScope.Admin, "Write to it again", RemoveAsync) with
        {
            HasTag = true,
        },
    ];

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var (_, partition) = await ListOfAsync(call, cancel);
        var now = call.Rooms.Time.GetUtcNow();
        var page = await call.OfAsync(
            RowRange.All(partition),
            range => call.Rooms.Backend.Accounts.Rows.ReadAsync(SuppressionRows.Table, range, cancel),
            row => new ValueTask<SuppressionInfo?>(
                SuppressionEntry.From(row.Data) is var entry && !(entry.Until <= now) ? Info(entry) : null
            ),
            cancel
        );
        return ApiAnswer.Ok(page, SuppressionJson.Default.PageSuppressionInfo);
    }

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        var (_, partition) = await ListOfAsync(call, cancel);
        var row = await FindAsync(call, partition, cancel) ?? throw NotFound();
        var tag = EntityTag.Of(row.ETag);
        return call.Has(tag) ? ApiAnswer.NotModified(tag) : Shown(row);
    }

    static ApiAnswer Shown(Row row) =>
        ApiAnswer
            .Ok(Info(SuppressionEntry.From(row.Data)), SuppressionJson.Default.SuppressionInfo)
            .With("ETag", EntityTag.Of(row.ETag));

    static ApiException NotFound() => new(ApiProblem.NotFound("address on this list"));

    static async ValueTask<ApiAnswer> PutAsync(ApiCall call, CancellationToken cancel)
    {
        var (list, partition) = await ListOfAsync(call, cancel);
        var asked = await call.ReadAsync(SuppressionJson.Default.NewSuppression, cancel);
        if (asked.Text.Length > SuppressionEntry.MaxText)
            throw new ApiException(ApiProblem.Invalid("#/text", $"Up to {SuppressionEntry.MaxText} characters."));
        if (asked.Days is < 1 or > Admin.QueueQuery.MaxDays)
            throw new ApiException(ApiProblem.Invalid("#/days", $"From 1 to {Admin.QueueQuery.MaxDays}."));
        var address = $"{AddressOf(call)}";
        await MatchAsync(call, partition, cancel);
        await call.Rooms.Administration.Queue.SuppressAsync(list, address, asked.Text, asked.Days, cancel);
        return Shown(await FindAsync(call, partition, cancel) ?? throw NotFound());
    }

    static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call, CancellationToken cancel)
    {
        var (list, partition) = await ListOfAsync(call, cancel);
        var address = $"{AddressOf(call)}";
        await MatchAsync(call, partition, cancel);
        await call.Rooms.Administration.Queue.UnsuppressAsync(list, address, cancel);
        return ApiAnswer.Done();
    }

    static async ValueTask MatchAsync(ApiCall call, string partition, CancellationToken cancel) =>
        await call.MatchAsync(SuppressionRows.Table, await FindAsync(call, partition, cancel), cancel);

    /// <returns>Null where there is none that counts.</returns>
    static async ValueTask<Row?> FindAsync(ApiCall call, string partition, CancellationToken cancel)
    {
        var row = await call.Rooms.Backend.Accounts.Rows.GetAsync(
            SuppressionRows.Table,
            new(partition, SuppressionRows.Row(AddressOf(call).Key)),
            cancel
        );
        return row is not null && !(SuppressionEntry.From(row.Data).Until <= call.Rooms.Time.GetUtcNow()) ? row : null;
    }

    /// <summary>Whose list it is, and where it lies.</summary>
    static async ValueTask<(string List, string Partition)> ListOfAsync(ApiCall call, CancellationToken cancel)
    {
        var name = call["list"];
        if (!name.Contains('@'))
        {
            var domain = await call.DomainNameAsync(name, cancel);
            return (domain, SuppressionRows.Of(domain));
        }
        var address = await call.AddressAsync(name, "user", cancel);
        return await call.Rooms.Backend.Directory.FindUserAsync(address, cancel) is { } user
            ? (address, SuppressionRows.Of(user.Account))
            : throw new ApiException(ApiProblem.NotFound("user"));
    }

    static EmailAddress AddressOf(ApiCall call) =>
        EmailAddress.TryParse(call["address"])
        ?? throw new ApiException(ApiProblem.BadParameter("address", $"{call["address"]} is no address."));

    static SuppressionInfo Info(SuppressionEntry entry) =>
        new(entry.Address, $"{entry.Reason}".ToLowerInvariant(), entry.Text, entry.Since, entry.Until);
}
