using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Changes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Trace;

/// <summary>Finds the messages that came to an account last.</summary>
static class NewestEmails
{
    /// <summary>Rows of the log read at a time, from its end on.</summary>
    const ulong Step = 500;

    /// <returns>Newest first; those of the log's time at most.</returns>
    public static async ValueTask<IReadOnlyList<EmailId>> ReadAsync(
        AccountStore accounts,
        AccountId account,
        int limit,
        CancellationToken cancel
    )
    {
        var newest = new List<EmailId>();
        if (await accounts.CurrentAsync(account, cancel) is not { } state)
            return newest;
        for (var end = state.Revision; newest.Count < limit && end >= state.Account.LogFrom && end > 0; )
        {
            var start = Math.Max(end > Step ? end - Step + 1 : 1, state.Account.LogFrom);
            var part = new List<EmailId>();
            await foreach (
                var row in accounts.Rows.ReadAsync(Tables.Mail, ChangeRows.Range(account, start, end), cancel)
            )
            {
                var placed = ChangeRows.Notes(row.Data).All.Where(note => note.Kind == ChangeNoteKind.Placed);
                part.AddRange(placed.Select(note => note.Email));
            }
            part.Reverse();
            newest.AddRange(part.Except(newest));
            end = start - 1;
        }
        return [.. newest.Take(limit)];
    }
}
