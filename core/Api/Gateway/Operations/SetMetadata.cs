using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;

namespace Cloud.Api.Gateway.Operations;

/// <summary>SETMETADATA: annotations are set and removed, all in one transaction or none (RFC 5464 §4.3).</summary>
static class SetMetadata
{
    public static ValueTask<Result<MetadataChange>> RunAsync(
        AccountStore accounts,
        SetMetadataRequest request,
        CancellationToken cancel
    ) => accounts.ChangeAsync(request.Account, change => RunAsync(change, request), cancel);

    static async ValueTask<Result<MetadataChange>> RunAsync(AccountChange change, SetMetadataRequest request)
    {
        var isServer = request.Mailbox == MetadataRows.Server;
        if (!isServer && change.Mailbox(request.Mailbox) is null)
            return Refusals.NoMailbox;
        // RFC 5464 §3.3: users share a server.
        if (
            isServer
            && request.Entries.Any(entry => MetadataNames.Matches(entry.Name, MetadataNames.Shared, int.MaxValue))
        )
            return Refusals.SharedEntry;

        var refused = SetUse(change, request);
        if (!refused.IsOk)
            return Refuse(change, refused);
        var before = await change.Metadata.ReadAsync(request.Mailbox);
        var after = Merge(change, before, request);
        if (after.Count(entry => entry.Value is not null) > MetadataLimits.Entries)
            return Refuse(change, Refusals.TooManyEntries);
        var (old, size) = (MetadataDraft.SizeOf(before), MetadataDraft.SizeOf(after));
        var all = change.Account.MetadataOctets + size - old;
        if (size > old && (size > MetadataLimits.MailboxBytes || all > MetadataLimits.AccountBytes))
            return Refuse(change, Refusals.NoRoomForEntries);
        if (after.Exists(entry => entry.Revision == change.Revision))
            change.Metadata.Replace(request.Mailbox, before, after);
        return new MetadataChange(change.IsEmpty ? 0 : change.Revision);
    }

    static Result Refuse(AccountChange change, Result refused)
    {
        change.Discard();
        return refused;
    }

    /// <summary>The annotations as they are to be, with the newest of those that are gone.</summary>
    static List<MetadataEntry> Merge(AccountChange change, List<MetadataEntry> before, SetMetadataRequest request)
    {
        var merged = before.ToDictionary(entry => entry.Name);
        foreach (var entry in request.Entries.Where(entry => !IsUse(request, entry)))
        {
            var known = merged.GetValueOrDefault(entry.Name);
            if (entry.Value is not null || known?.Value is not null)
                merged[entry.Name] = entry with { Revision = change.Revision };
        }
        var gone = merged
            .Values.Where(entry => entry.Value is null)
            .OrderByDescending(entry => entry.Revision)
            .ToList();
        foreach (var entry in gone.Skip(MetadataLimits.Kept - MetadataLimits.Entries))
            merged.Remove(entry.Name);
        return [.. merged.Values];
    }

    /// <summary>RFC 6154 §4: the entry is the special use itself.</summary>
    static Result SetUse(AccountChange change, SetMetadataRequest request)
    {
        foreach (var entry in request.Entries.Where(entry => IsUse(request, entry)))
        {
            if (MailboxUses.Role(entry.Value) is not { } role || request.Mailbox == MailboxRow.Inbox)
                return Refusals.UnknownUse;
            var mailbox = change.Mailbox(request.Mailbox)!;
            if (role != MailboxRole.None && change.AllMailboxes().Any(row => IsTaken(row, mailbox, role)))
                return Refusals.RoleTaken;
            if (role != mailbox.Role)
                change.SetMailbox(mailbox with { Role = role });
        }
        return Result.Ok;
    }

    static bool IsTaken(MailboxRow row, MailboxRow mailbox, MailboxRole role) =>
        row.Role == role && row.Id != mailbox.Id && !row.Doomed;

    static bool IsUse(SetMetadataRequest request, MetadataEntry entry) =>
        request.Mailbox != MetadataRows.Server && entry.Name == MetadataNames.SpecialUse;
}
