using Cloud.Api.Gateway;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Admin;

/// <summary>Users' lives, as the operator decides on them on the store at hand.</summary>
sealed class UserAdministration(Backend backend) : IUserAdministration
{
    /// <summary>Easy to read out and to type: no 0, 1, l, o. 32 of them, so that each is five bits.</summary>
    const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>Five groups of four characters: 100 bits.</summary>
    const int Groups = 5;

    const int IdLength = 8;

    readonly MailDirectory directory = backend.Directory;
    readonly AccountStore accounts = backend.Accounts;

    public async ValueTask<NewAppPassword> AddAppPasswordAsync(string address, string name, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > AppPassword.MaxName || name.Any(char.IsControl))
            throw new AdminException($"A name has 1 to {AppPassword.MaxName} characters and no control characters");
        var (row, user) = await FindAsync(address, cancel);
        if (user.IsShared)
            throw DirectoryLookup.NobodyLogsIn(user);
        if (user.AppPasswords.Count == AppPassword.Most)
            throw new AdminException(
                $"{user.Address} has {AppPassword.Most} passwords of programs: revoke one first",
                AdminFault.InTheWay
            );
        if (user.AppPasswords.Any(one => one.Name == name))
            throw new AdminException($"{user.Address} has a password named {name} already", AdminFault.Exists);
        var text = string.Join('-', Enumerable.Range(0, Groups).Select(_ => Random(4)));
        var made =
            Passwords.Derive(text, user.Credentials.Salt, user.Credentials.Iterations)
            ?? throw new InvalidOperationException("A password that was made up cannot be one");
        var added = new AppPassword(
            Random(IdLength),
            name,
            made.StoredKey,
            made.ServerKey,
            accounts.Time.GetUtcNow(),
            LastUsed: null
        );
        await ReplaceAsync(row, user with { AppPasswords = [.. user.AppPasswords, added] });
        return new(added.Id, name, text);
    }

    string Random(int length) =>
        string.Concat(accounts.Entropy.Bytes(length).Select(octet => Alphabet[octet % Alphabet.Length]));

    public async ValueTask<IReadOnlyList<AppPasswordInfo>> ListAppPasswordsAsync(
        string address,
        CancellationToken cancel
    )
    {
        var (_, user) = await FindAsync(address, cancel);
        return [.. user.AppPasswords.Select(one => new AppPasswordInfo(one.Id, one.Name, one.Created, one.LastUsed))];
    }

    public async ValueTask RevokeAppPasswordAsync(string address, string id, CancellationToken cancel)
    {
        var (row, user) = await FindAsync(address, cancel);
        var left = user.AppPasswords.Where(one => one.Id != id).ToList();
        if (left.Count == user.AppPasswords.Count)
            throw new AdminException(
                $"{user.Address} has no password of a program with the id {id}",
                AdminFault.Missing
            );
        await ReplaceAsync(row, user with { AppPasswords = left });
    }

    public ValueTask SuspendAsync(string address, CancellationToken cancel) => SetAsync(address, true, cancel);

    public ValueTask ResumeAsync(string address, CancellationToken cancel) => SetAsync(address, false, cancel);

    async ValueTask SetAsync(string address, bool suspended, CancellationToken cancel)
    {
        var (row, user) = await FindAsync(address, cancel);
        if (user.Suspended != suspended)
            await ReplaceAsync(row, user with { Suspended = suspended });
    }

    public async ValueTask SetQuotaAsync(string address, long octets, CancellationToken cancel)
    {
        if (octets < 0)
            throw new AdminException("A quota has 0 octets, which is no limit, or more");
        var (_, user) = await FindAsync(address, cancel);
        await accounts.ChangeAsync(
            user.Account,
            change =>
            {
                change.SetQuietly(row => row with { Quota = octets });
                return new ValueTask<bool>(true);
            },
            cancel
        );
    }

    public async ValueTask<DateTimeOffset?> RemoveAsync(string address, TimeSpan grace, CancellationToken cancel)
    {
        if (grace < TimeSpan.Zero || grace > UserLimits.MaxGrace)
            throw new AdminException($"A deleted user is kept for 0 to {UserLimits.MaxGrace.Days} days");
        var (row, user) = await UserAsync(address, cancel);
        if (grace > TimeSpan.Zero)
        {
            if (user is { Removing: true, KeptUntil: null })
                throw new AdminException($"{user.Address} is being removed for good: --now ends it");
            var until = accounts.Time.GetUtcNow() + grace;
            await ReplaceAsync(row, user with { Removing = true, KeptUntil = until });
            return until;
        }
        // First nobody can log in or send to it; then the mail goes; a crash in between is made good by a repetition.
        if (user is not { Removing: true, KeptUntil: null })
            await ReplaceAsync(row, user with { Removing = true, KeptUntil = null });
        await UserRemoval.RunAsync(accounts, directory, user, cancel);
        return null;
    }

    public async ValueTask RestoreAsync(string address, CancellationToken cancel)
    {
        var (row, user) = await UserAsync(address, cancel);
        if (!user.Removing)
            throw new AdminException($"{user.Address} is not deleted", AdminFault.Missing);
        if (user.KeptUntil is null)
            throw new AdminException($"{user.Address} is being removed for good");
        await ReplaceAsync(row, user with { Removing = false, KeptUntil = null });
    }

    async ValueTask<(Row Row, UserRow User)> FindAsync(string address, CancellationToken cancel)
    {
        var (row, user) = await UserAsync(address, cancel);
        return user.Removing
            ? throw new AdminException(
                $"{user.Address} is deleted: `cloud user restore` brings it back",
                AdminFault.InTheWay
            )
            : (row, user);
    }

    /// <summary>Also one that is deleted; no route, whose life is another.</summary>
    async ValueTask<(Row Row, UserRow User)> UserAsync(string address, CancellationToken cancel)
    {
        var (row, user) = await DirectoryLookup.UserAsync(directory, address, cancel);
        return !user.IsRoute
            ? (row, user)
            : throw new AdminException($"There is no user {user.Address}", AdminFault.Missing);
    }

    async ValueTask ReplaceAsync(Row row, UserRow user)
    {
        var transaction = new RowTransaction(DirectoryRows.Partition);
        transaction.Replace(row.Key.Row, DirectoryRows.ToRow(user), row.ETag);
        if (!(await directory.CommitAsync(transaction)).Committed)
            throw DirectoryLookup.Changed();
    }
}
