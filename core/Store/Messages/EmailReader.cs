using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>Reads message rows by id: those that lie close together in one range, the others one by one.</summary>
static class EmailReader
{
    /// <summary>Up to so many, point reads are no dearer than a range that may hold strangers.</summary>
    const int PointReads = 3;

    /// <returns>Those that exist, in no order.</returns>
    public static async ValueTask<IReadOnlyList<EmailRow>> ReadAsync(
        IRows rows,
        AccountId account,
        IReadOnlyCollection<EmailId> wanted,
        CancellationToken cancel
    )
    {
        var found = new List<EmailRow>(wanted.Count);
        var rest = new SortedSet<ulong>(wanted.Select(email => email.Value));
        string? continuation = null;
        while (rest.Count > PointReads || continuation is not null)
        {
            // Twice as many rows as are wanted: where strangers lie between, the next range begins behind them.
            var limit = Math.Min(2 * rest.Count, RowLimits.QueryRows);
            var range = new RowRange(account.Value, EmailRows.Key(new(rest.Min)), EmailRows.Key(new(rest.Max)) + "!");
            var page = await rows.QueryAsync(Tables.Mail, range, continuation, limit, cancel);
            foreach (var row in page.Rows)
            {
                if (rest.Contains(EmailRows.IdOf(row.Key).Value))
                    found.Add(EmailRows.From(row.Key, row.Data));
            }
            if (page.Continuation is null)
                return found;
            if (page.Rows.Count == 0)
            {
                continuation = page.Continuation;
                continue;
            }
            continuation = null;
            var last = EmailRows.IdOf(page.Rows[^1].Key).Value;
            rest.RemoveWhere(email => email <= last);
        }
        foreach (var email in rest)
        {
            var row = await rows.GetAsync(Tables.Mail, new(account.Value, EmailRows.Key(new(email))), cancel);
            if (row is not null)
                found.Add(EmailRows.From(row.Key, row.Data));
        }
        return found;
    }
}
