using Cloud.Store.Ports;

namespace Cloud.Api.Rest;

/// <summary>Edits that heed <c>If-Match</c>: of several that ask with the same tag, one goes on.</summary>
/// <remarks>
/// The tag is compared with the row as it is read, and a transaction puts the same row in its place if it still is that
/// one: so it gets another ETag, and whoever compared with the old one at the same time finds it changed. What follows may
/// take several transactions.
/// </remarks>
static class Editing
{
    /// <param name="row">Of the directory; null where there is nothing.</param>
    /// <param name="tag">As in the answer that showed it.</param>
    /// <exception cref="ApiException">412: it is another one by now.</exception>
    public static ValueTask MatchAsync(this ApiCall call, Row? row, string? tag) =>
        call.MatchAsync(row, tag, call.Rooms.Backend.Directory.CommitAsync);

    /// <param name="table">Where the row lies.</param>
    /// <inheritdoc cref="MatchAsync(ApiCall, Row, string)"/>
    public static ValueTask MatchAsync(this ApiCall call, string table, Row? row, CancellationToken cancel) =>
        call.MatchAsync(
            row,
            row is null ? null : EntityTag.Of(row.ETag),
            same => call.Rooms.Backend.Accounts.Rows.CommitAsync(table, same, cancel)
        );

    static async ValueTask MatchAsync(
        this ApiCall call,
        Row? row,
        string? tag,
        Func<RowTransaction, ValueTask<CommitResult>> commitAsync
    )
    {
        call.Match(tag);
        if (row is null || call.Request.Header("If-Match") is null)
            return;
        var same = new RowTransaction(row.Key.Partition).Replace(row.Key.Row, row.Data, row.ETag);
        if (!(await commitAsync(same)).Committed)
            throw new ApiException(ApiProblem.Changed);
    }
}
