using System.Globalization;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest.Users;

/// <summary>The ETag of a user: of all that administration sets, not of the mail that comes and goes, nor of logins.</summary>
/// <remarks>
/// A login may change the user's row (<see cref="AppPassword.LastUsed"/>), so it is of what the row says and not of the row's
/// own ETag. Each edit by tag counts one up: so it is another tag even where the edit sets what was set already.
/// </remarks>
static class UserTag
{
    /// <summary>Changes by others, of which a login is one, between which something is tried.</summary>
    const int MaxRaces = 20;

    public static async ValueTask<string> OfAsync(ApiCall call, Row row, CancellationToken cancel)
    {
        var user = DirectoryRows.ToUser(row.Data);
        var state = await call.Rooms.Backend.Accounts.CurrentAsync(user.Account, cancel);
        var account = state?.Account;
        var grants = await call.Rooms.Backend.Directory.ReadAsync(DirectoryRows.Grants(user.Account), cancel);
        var settings = string.Join('\n', (grants?.Data ?? []).Concat(Settings(user)).Select(TextOf));
        return EntityTag.Of($"{settings}\n{account?.Quota} {account?.SavesSent} {account?.UsesVerp}");
    }

    static RowData Settings(UserRow user) =>
        DirectoryRows.ToRow(
            user with
            {
                AppPasswords = [.. user.AppPasswords.Select(password => password with { LastUsed = null })],
            }
        );

    static string TextOf(KeyValuePair<string, object> setting) =>
        setting.Value switch
        {
            byte[] octets => $"{setting.Key}={Convert.ToHexString(octets)}",
            DateTimeOffset time => $"{setting.Key}={time.UtcTicks}",
            var value => string.Create(CultureInfo.InvariantCulture, $"{setting.Key}={value}"),
        };

    /// <summary>Stops an edit of a user who has changed since the asker read of it.</summary>
    /// <param name="address">One that the caller sees, as a key.</param>
    /// <exception cref="ApiException">412.</exception>
    public static async ValueTask MatchAsync(ApiCall call, string address, CancellationToken cancel)
    {
        if (call.Request.Header("If-Match") is null)
            return;
        for (var races = 0; races < MaxRaces; races++)
        {
            var row = await RowAsync(call, address, cancel);
            call.Match(row is null ? null : await OfAsync(call, row, cancel));
            if (row is null || await TryCountAsync(call, row))
                return;
        }
        throw new ApiException(ApiProblem.Changed);
    }

    /// <summary>Makes the user another one for all who compare with the same tag.</summary>
    static async ValueTask<bool> TryCountAsync(ApiCall call, Row row)
    {
        var user = DirectoryRows.ToUser(row.Data);
        var counted = DirectoryRows.ToRow(user with { Edits = user.Edits + 1 });
        var transaction = new RowTransaction(row.Key.Partition).Replace(row.Key.Row, counted, row.ETag);
        return (await call.Rooms.Backend.Directory.CommitAsync(transaction)).Committed;
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
