using Cloud.Flow.Trace;
using Cloud.Mail;
using Cloud.Store;

namespace Cloud.Api.Admin;

/// <summary>Finds out what somebody means who asks for a trace.</summary>
static class TraceLookup
{
    /// <summary>Messages in the list of an address.</summary>
    const int Newest = 50;

    /// <exception cref="AdminException">Nothing is known of it.</exception>
    public static async ValueTask<TraceAnswer> FindAsync(
        Tracing traces,
        string what,
        TraceScope scope,
        CancellationToken cancel
    )
    {
        if (TransactionId.TryParse(what) is { } id)
            return new(await traces.ShowAsync(id, scope, cancel) ?? throw Unknown(what), []);
        if (!what.Contains('@'))
            throw new AdminException(
                $"{what} is no message's id, such as 1a2057827315f66d9c09c6f93d2, no Message-ID and no address"
            );
        var address = what[0] == '<' ? null : EmailAddress.TryParse(what);
        var found = address is null ? [] : await traces.ListAsync(address, scope, Newest, cancel);
        // A Message-ID without its brackets looks like an address of somebody elsewhere.
        if (found.Count == 0)
            found = await traces.FindAsync(what, scope, cancel);
        if (found.Count == 0)
            throw Unknown(what);
        var ids = found.Select(one => one.Id).Distinct().ToList();
        if (address is null && ids is [var only] && TransactionId.TryParse(only) is { } single)
            return new(await traces.ShowAsync(single, scope, cancel), found);
        return new(null, found);
    }

    static AdminException Unknown(string what) =>
        new(
            $"Nothing is known of {what}: it came over 30 days ago, or not at all; "
                + "or it was refused over 7 days ago, or with many others",
            AdminFault.Missing
        );
}
