using System.Text;
using Cloud.Api.Gateway;
using Cloud.Flow.Keys;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;
using Cloud.Store.Requests;

namespace Cloud.Api.Admin;

/// <summary>The directory, as the operator changes it on the store at hand.</summary>
public sealed class Administration(Backend backend) : IAdministration
{
    readonly MailDirectory directory = backend.Directory;
    readonly AccountStore accounts = backend.Accounts;
    readonly DomainKeys keys = backend.Keys;
    readonly TargetCheck targeting = new(backend.Directory);

    public IQueueAdministration Queue { get; } = new QueueAdministration(backend);

    /// <summary>Users' passwords of programs, suspension, quota and deletion.</summary>
    public IUserAdministration Users { get; } = new UserAdministration(backend);

    public ValueTask AddDomainAsync(string domain, CancellationToken cancel) => AddDomainAsync(domain, "", cancel);

    /// <inheritdoc cref="IAdministration.AddDomainAsync"/>
    /// <param name="tenant">Whose it is; empty for the operator's own.</param>
    internal async ValueTask AddDomainAsync(string domain, string tenant, CancellationToken cancel)
    {
        var key = DomainKey(domain);
        if (await directory.ReadAsync(DirectoryRows.Domain(key), cancel) is not null)
            throw Exists($"The domain {key} is here already");
        await ForgetAsync(key, cancel); // what a removal that was broken off has left
        var transaction = New()
            .Insert(DirectoryRows.Domain(key), DirectoryRows.ToDomainRow(tenant, accounts.Time.GetUtcNow()));
        keys.AddFirst(key, transaction);
        if (!(await directory.CommitAsync(transaction)).Committed)
            throw Exists($"The domain {key} is here already");
    }

    public async ValueTask<IReadOnlyList<string>> ListDomainsAsync(CancellationToken cancel)
    {
        var domains = new List<string>();
        await foreach (var row in directory.ListAsync(DirectoryRows.Domains, cancel))
            domains.Add(row.Key.Row[DirectoryRows.Domain("").Length..]);
        return domains;
    }

    public async ValueTask RemoveDomainAsync(string domain, CancellationToken cancel)
    {
        var key = DomainKey(domain);
        var row = await directory.ReadAsync(DirectoryRows.Domain(key), cancel) ?? throw NoDomain(key);
        await foreach (var _ in directory.ListAsync(DirectoryRows.Users(key), cancel))
            throw new AdminException($"The domain {key} still has users", AdminFault.InTheWay);
        await foreach (var _ in directory.ListAsync(DirectoryRows.Aliases(key), cancel))
            throw new AdminException($"The domain {key} still has aliases", AdminFault.InTheWay);
        var transaction = New().Delete(DirectoryRows.Domain(key), row.ETag);
        await keys.RemoveAllAsync(key, transaction, cancel);
        await CommitAsync(transaction);
        await ForgetAsync(key, cancel);
    }

    /// <summary>Removes what is kept of a domain that is not here: who has it next may be somebody else.</summary>
    async ValueTask ForgetAsync(string domain, CancellationToken cancel)
    {
        await RemoveAsync(ApiRows.Table, ApiRows.Templates(domain), cancel);
        await RemoveAsync(SuppressionRows.Table, RowRange.All(SuppressionRows.Of(domain)), cancel);
        await GrantsOfDomain.RemoveAsync(directory, domain, cancel);
    }

    async ValueTask RemoveAsync(string table, RowRange range, CancellationToken cancel)
    {
        await foreach (var row in accounts.Rows.ReadAsync(table, range, cancel))
            await accounts.Rows.CommitAsync(table, new RowTransaction(row.Key.Partition).Delete(row.Key.Row), cancel);
    }

    public async ValueTask<IReadOnlyList<DomainKeyPair>> ListKeysAsync(string domain, CancellationToken cancel) =>
        await keys.ListAsync(await OurDomainAsync(domain, cancel), cancel);

    public async ValueTask<DomainKeyPair> PrepareKeysAsync(string domain, CancellationToken cancel)
    {
        var key = await OurDomainAsync(domain, cancel);
        if (!keys.CanSign)
            throw new AdminException(
                "The key-encryption key is not known here (CLOUD_KEY_ENCRYPTION_KEY): no signing keys can be made"
            );
        return await keys.PrepareAsync(key, cancel) ?? throw Changed();
    }

    public async ValueTask ActivateKeysAsync(string domain, string name, CancellationToken cancel)
    {
        if (!await keys.ActivateAsync(await OurDomainAsync(domain, cancel), name, cancel))
            throw new AdminException($"{name} is no upcoming pair of keys of {domain} (any more)");
    }

    public async ValueTask AddUserAsync(string address, string password, CancellationToken cancel) =>
        await AddUserAsync(address, CredentialsOf(password), isShared: false, cancel);

    public ValueTask AddSharedUserAsync(string address, CancellationToken cancel) =>
        AddUserAsync(address, Passwords.None(accounts.Entropy), isShared: true, cancel);

    async ValueTask AddUserAsync(string address, Credentials credentials, bool isShared, CancellationToken cancel)
    {
        var key = AddressKey(address);
        var domain = await DomainOfAsync(key, cancel);
        if (await directory.ReadAsync(DirectoryRows.User(key), cancel) is { } taken)
            throw Exists(Taken(DirectoryRows.ToUser(taken.Data)));
        if (await directory.ReadAsync(DirectoryRows.Alias(key), cancel) is not null)
            throw Exists($"{key} is an alias");

        // The account first: a user without one could receive nothing, an account without a user harms nobody.
        var account = await AccountBirth.CreateAsync(accounts, cancel);
        var user = new UserRow(key, account, credentials, Removing: false) { IsShared = isShared };
        var transaction = New()
            .Replace(domain.Key.Row, domain.Data, domain.ETag)
            .Insert(DirectoryRows.User(key), DirectoryRows.ToRow(user));
        if ((await directory.CommitAsync(transaction)).Committed)
            return;
        await AccountRemoval.RunAsync(accounts, account, cancel);
        throw Changed();
    }

    static string Taken(UserRow user) =>
        user.Removing
            ? $"The user {user.Address} is deleted, and kept for a while: `cloud user restore`, or `user remove --now`"
            : $"The user {user.Address} is here already";

    public async ValueTask<IReadOnlyList<UserInfo>> ListUsersAsync(CancellationToken cancel)
    {
        var users = new List<UserInfo>();
        await foreach (var row in directory.ListAsync(DirectoryRows.Users(null), cancel))
        {
            var user = DirectoryRows.ToUser(row.Data);
            if (user.IsRoute)
                continue;
            var state = await accounts.CurrentAsync(user.Account, cancel);
            var account = state?.Account;
            users.Add(
                new(user.Address, account?.Messages ?? 0, account?.Octets ?? 0)
                {
                    Quota = account?.Quota ?? 0,
                    IsSuspended = user.Suspended,
                    IsShared = user.IsShared,
                    IsDeleted = user.Removing,
                    KeptUntil = user.KeptUntil,
                    AppPasswords = user.AppPasswords.Count,
                }
            );
        }
        return users;
    }

    public async ValueTask SetPasswordAsync(string address, string password, CancellationToken cancel)
    {
        var (row, user) = await UserAsync(address, cancel);
        if (user.IsShared)
            throw DirectoryLookup.NobodyLogsIn(user);
        var changed = user with { Credentials = CredentialsOf(password, user) };
        await CommitAsync(New().Replace(row.Key.Row, DirectoryRows.ToRow(changed), row.ETag));
    }

    public async ValueTask RemoveUserAsync(string address, CancellationToken cancel) =>
        await Users.RemoveAsync(address, TimeSpan.Zero, cancel);

    public async ValueTask GrantAsync(string address, string sendsAs, CancellationToken cancel)
    {
        var (row, user) = await UserAsync(address, cancel);
        var key = AddressKey(sendsAs);
        var domain = await DomainOfAsync(key, cancel);
        var (grants, granted) = await GrantsAsync(user, cancel);
        if (granted.Contains(key))
            return;
        if (granted.Count == MailDirectory.MaxGrants)
            throw new AdminException($"{user.Address} may send as {MailDirectory.MaxGrants} addresses already");
        // The rows of user and domain go along, so that nobody is granted anything who, or of what, is being removed.
        var transaction = New()
            .Replace(row.Key.Row, row.Data, row.ETag)
            .Replace(domain.Key.Row, domain.Data, domain.ETag);
        await SetGrantsAsync(transaction, user, grants, [.. granted, key]);
    }

    public async ValueTask RevokeAsync(string address, string sendsAs, CancellationToken cancel)
    {
        var (row, user) = await UserAsync(address, cancel);
        var key = AddressKey(sendsAs);
        var (grants, granted) = await GrantsAsync(user, cancel);
        if (!granted.Contains(key))
            throw Missing($"{user.Address} was not granted to send as {key}");
        // The user's row tells by its ETag that something of the user has changed.
        var transaction = New().Replace(row.Key.Row, row.Data, row.ETag);
        await SetGrantsAsync(transaction, user, grants, [.. granted.Where(one => one != key)]);
    }

    public async ValueTask<IReadOnlyList<GrantInfo>> ListGrantsAsync(CancellationToken cancel)
    {
        var grants = new List<GrantInfo>();
        await foreach (var row in directory.ListAsync(DirectoryRows.AllGrants, cancel))
            grants.Add(new(DirectoryRows.GrantedUser(row.Data), DirectoryRows.Granted(row.Data)));
        return [.. grants.OrderBy(grant => grant.Address, StringComparer.Ordinal)];
    }

    public async ValueTask SetSavesSentAsync(string address, bool savesSent, CancellationToken cancel)
    {
        var (_, user) = await UserAsync(address, cancel);
        await accounts.ChangeAsync(
            user.Account,
            change =>
            {
                change.SetQuietly(row => row with { SavesSent = savesSent });
                return new ValueTask<bool>(true);
            },
            cancel
        );
    }

    public async ValueTask SetVerpAsync(string address, bool usesVerp, CancellationToken cancel)
    {
        var (_, user) = await UserAsync(address, cancel);
        await accounts.ChangeAsync(
            user.Account,
            change =>
            {
                change.SetQuietly(row => row with { UsesVerp = usesVerp });
                return new ValueTask<bool>(true);
            },
            cancel
        );
    }

    public async ValueTask ForwardAsync(
        string address,
        IReadOnlyList<string> targets,
        bool keeps,
        CancellationToken cancel
    )
    {
        var (row, user) = await UserAsync(address, cancel);
        await targeting.CheckAsync(user.Address, targets, cancel);
        var changed = user with { Forward = new(targets, keeps) };
        await CommitAsync(New().Replace(row.Key.Row, DirectoryRows.ToRow(changed), row.ETag));
    }

    public async ValueTask StopForwardAsync(string address, CancellationToken cancel)
    {
        var (row, user) = await UserAsync(address, cancel);
        if (user.Forward is null)
            throw Missing($"Mail for {user.Address} is not sent on");
        await CommitAsync(New().Replace(row.Key.Row, DirectoryRows.ToRow(user with { Forward = null }), row.ETag));
    }

    public async ValueTask<IReadOnlyList<ForwardInfo>> ListForwardsAsync(CancellationToken cancel)
    {
        var forwards = new List<ForwardInfo>();
        await foreach (var row in directory.ListAsync(DirectoryRows.Users(null), cancel))
        {
            var user = DirectoryRows.ToUser(row.Data);
            if (user.Forward is { } forward)
                forwards.Add(new(user.Address, forward.Targets, forward.Keeps));
        }
        return forwards;
    }

    public ValueTask AddAliasAsync(string alias, IReadOnlyList<string> targets, CancellationToken cancel) =>
        AddAliasAsync(alias, targets, isNew: false, cancel);

    /// <inheritdoc cref="IAdministration.AddAliasAsync"/>
    /// <param name="isNew">Replaces none.</param>
    internal async ValueTask AddAliasAsync(
        string alias,
        IReadOnlyList<string> targets,
        bool isNew,
        CancellationToken cancel
    )
    {
        var key = AddressKey(alias);
        var domain = await DomainOfAsync(key, cancel);
        if (await directory.ReadAsync(DirectoryRows.User(key), cancel) is not null)
            throw Exists($"{key} is a user");
        await targeting.CheckAsync(key, targets, cancel);
        var transaction = New().Replace(domain.Key.Row, domain.Data, domain.ETag);
        var row = DirectoryRows.ToRow(key, targets);
        _ = isNew
            ? transaction.Insert(DirectoryRows.Alias(key), row)
            : transaction.Upsert(DirectoryRows.Alias(key), row);
        await CommitAsync(transaction);
    }

    public async ValueTask<IReadOnlyList<AliasInfo>> ListAliasesAsync(CancellationToken cancel)
    {
        var aliases = new List<AliasInfo>();
        await foreach (var row in directory.ListAsync(DirectoryRows.Aliases(null), cancel))
            aliases.Add(new(DirectoryRows.AliasOf(row.Data), DirectoryRows.Targets(row.Data)));
        return aliases;
    }

    public async ValueTask RemoveAliasAsync(string alias, CancellationToken cancel)
    {
        var key = AddressKey(alias);
        var row = await directory.ReadAsync(DirectoryRows.Alias(key), cancel);
        if (row is null)
            throw Missing($"There is no alias {key}");
        await CommitAsync(New().Delete(row.Key.Row, row.ETag));
    }

    async ValueTask<(Row? Row, IReadOnlyList<string> Granted)> GrantsAsync(UserRow user, CancellationToken cancel)
    {
        var row = await directory.ReadAsync(DirectoryRows.Grants(user.Account), cancel);
        return (row, row is null ? [] : DirectoryRows.Granted(row.Data));
    }

    async ValueTask SetGrantsAsync(RowTransaction transaction, UserRow user, Row? before, IReadOnlyList<string> granted)
    {
        var key = DirectoryRows.Grants(user.Account);
        var data = DirectoryRows.ToGrantsRow(user.Address, granted);
        if (before is null)
            transaction.Insert(key, data);
        else if (granted.Count == 0)
            transaction.Delete(key, before.ETag);
        else
            transaction.Replace(key, data, before.ETag);
        await CommitAsync(transaction);
    }

    /// <summary>One that is not deleted.</summary>
    async ValueTask<(Row Row, UserRow User)> UserAsync(string address, CancellationToken cancel)
    {
        var (row, user) = await DirectoryLookup.UserAsync(directory, address, cancel);
        return user.Removing || user.IsRoute
            ? throw Missing($"There is no user {user.Address} (any more)")
            : (row, user);
    }

    async ValueTask<string> OurDomainAsync(string domain, CancellationToken cancel)
    {
        var key = DomainKey(domain);
        return await directory.HasDomainAsync(key, cancel) ? key : throw NoDomain(key);
    }

    async ValueTask<Row> DomainOfAsync(string key, CancellationToken cancel)
    {
        var domain = key[(key.LastIndexOf('@') + 1)..];
        return await directory.ReadAsync(DirectoryRows.Domain(domain), cancel) ?? throw NoDomain(domain);
    }

    async ValueTask CommitAsync(RowTransaction transaction)
    {
        if (!(await directory.CommitAsync(transaction)).Committed)
            throw Changed();
    }

    /// <param name="user">Null for a new one.</param>
    Credentials CredentialsOf(string password, UserRow? user = null) =>
        // The passwords of programs hold by the salt that they were made with.
        (
            user is { AppPasswords.Count: > 0, Credentials: var old }
                ? Passwords.Derive(password, old.Salt, old.Iterations)
                : Passwords.Derive(password, accounts.Entropy)
        )
        ?? throw new AdminException($"A password has 1 to {Passwords.MaxLength} characters and no control characters");

    static RowTransaction New() => new(DirectoryRows.Partition);

    static AdminException NoDomain(string domain) => Missing($"The domain {domain} is not one of ours");

    static AdminException Missing(string message) => new(message, AdminFault.Missing);

    static AdminException Exists(string message) => new(message, AdminFault.Exists);

    static AdminException Changed() => DirectoryLookup.Changed();

    static string AddressKey(string address) => DirectoryLookup.AddressKey(address);

    static string DomainKey(string domain) => DirectoryLookup.DomainKey(domain);
}
