using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest.Users;

/// <summary>The ETag of a user: of all that administration sets, not of the mail that comes and goes.</summary>
/// <remarks>What the account keeps of it is named with its value; all else changes the user's row.</remarks>
static class UserTag
{
    public static async ValueTask<string> OfAsync(ApiCall call, Row row, CancellationToken cancel)
    {
        var state = await call.Rooms.Backend.Accounts.CurrentAsync(DirectoryRows.ToUser(row.Data).Account, cancel);
        var account = state?.Account;
        return EntityTag.Of($"{row.ETag} {account?.Quota} {account?.SavesSent} {account?.UsesVerp}");
    }

    /// <summary>Stops an edit of a user who has changed since the asker read of it.</summary>
    /// <param name="address">One that the caller sees, as a key.</param>
    /// <exception cref="ApiException">412.</exception>
    public static async ValueTask MatchAsync(ApiCall call, string address, CancellationToken cancel)
    {
        if (call.Request.Header("If-Match") is null)
            return;
        var row = await RowAsync(call, address, cancel);
        await call.MatchAsync(row, row is null ? null : await OfAsync(call, row, cancel));
    }

    /// <summary>The answer with the user's tag as it is now, for the next edit.</summary>
    public static async ValueTask<ApiAnswer> OnAsync(
        ApiCall call,
        ApiAnswer answer,
        string address,
        CancellationToken cancel
    ) =>
        await RowAsync(call, address, cancel) is { } row
            ? answer.With("ETag", await OfAsync(call, row, cancel))
            : answer;

    static ValueTask<Row?> RowAsync(ApiCall call, string address, CancellationToken cancel) =>
        call.Rooms.Backend.Directory.ReadAsync(DirectoryRows.User(address), cancel);
}
