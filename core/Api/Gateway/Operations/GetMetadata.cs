using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;

namespace Cloud.Api.Gateway.Operations;

/// <summary>GETMETADATA: annotations of a mailbox or of the server (RFC 5464 §4.2). Where none ever was, none is read.</summary>
static class GetMetadata
{
    public static async ValueTask<MetadataAnswer?> RunAsync(
        AccountStore accounts,
        MetadataRequest request,
        CancellationToken cancel
    )
    {
        var state = await accounts.CurrentAsync(request.Account, cancel) ?? throw new AccountMissingException();
        var isServer = request.Mailbox == MetadataRows.Server;
        var mailbox = state.Find(request.Mailbox);
        if (mailbox is null && !isServer)
            return null;
        var last = mailbox?.MetadataRevision ?? state.Account.MetadataRevision;
        var entries =
            last <= (request.ChangedSince ?? 0)
                ? []
                : await MetadataRows.ReadAsync(accounts.Rows, request.Account, request.Mailbox, cancel);
        if (request.ChangedSince is { } since)
        {
            var changed = entries.Where(entry => entry.Revision > since && IsAsked(request, entry.Name));
            return new(state.Revision, [.. changed.Select(entry => entry with { Value = null })], 0);
        }

        if (mailbox is not null && MailboxUses.Name(mailbox.Role) is { } use)
            entries.Add(new(MetadataNames.SpecialUse, use));
        var found = entries.FindAll(entry => entry.Value is not null && IsAsked(request, entry.Name));
        var limit = request.MaxSize ?? long.MaxValue;
        var tooLong = found
            .Where(entry => entry.Value?.Length > limit)
            .Select(entry => (long)entry.Value!.Value.Length);
        return new(
            state.Revision,
            [.. found.Where(entry => entry.Value?.Length <= limit)],
            tooLong.DefaultIfEmpty(0).Max()
        );
    }

    static bool IsAsked(MetadataRequest request, string name) =>
        request.Names.Any(asked => MetadataNames.Matches(name, asked, request.Depth));
}
