using Cloud.Store.Ports;

namespace Cloud.Store.Directory;

/// <summary>Writes down when programs' passwords were last used: at most once an hour for each.</summary>
sealed class PasswordUses(MailDirectory directory, TimeProvider time)
{
    /// <summary>A login that cannot be noted is a login all the same.</summary>
    public async ValueTask NoteAsync(UserRow user, Credentials by)
    {
        if (Used(user, by) is not { } used || !IsDue(used))
            return;
        try
        {
            // What the cache has may be some seconds old: a write upon it would undo what was changed since.
            var key = DirectoryRows.User(user.Address);
            if (await directory.ReadAsync(key, CancellationToken.None) is not { } row)
                return;
            var current = DirectoryRows.ToUser(row.Data);
            if (Used(current, by) is not { } kept || !IsDue(kept))
                return;
            var passwords = current.AppPasswords.Select(one =>
                one.Id == kept.Id ? one with { LastUsed = time.GetUtcNow() } : one
            );
            var changed = DirectoryRows.ToRow(current with { AppPasswords = [.. passwords] });
            await directory.CommitAsync(new RowTransaction(DirectoryRows.Partition).Replace(key, changed, row.ETag));
        }
        catch (StoreException)
        {
            return; // the next login notes it
        }
    }

    bool IsDue(AppPassword used) => !(time.GetUtcNow() - used.LastUsed < AppPassword.Exactness);

    static AppPassword? Used(UserRow user, Credentials by) =>
        user.AppPasswords.FirstOrDefault(one => one.StoredKey.AsSpan().SequenceEqual(by.StoredKey));
}
