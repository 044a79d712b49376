using Cloud.Mail;
using Cloud.Store.Ports;

namespace Cloud.Store.Directory;

/// <summary>Who has which address here. Look-ups are remembered for a while, so that RCPT costs no storage operation.</summary>
sealed class MailDirectory(IRows rows, TimeProvider time, StoreOptions options)
{
    /// <summary>Aliases that lead to aliases: more is taken for a loop.</summary>
    public const int AliasDepth = 10;

    /// <summary>Targets of one alias: what fits its row.</summary>
    public const int MaxAliasTargets = 100;

    /// <summary>Addresses that a user may send as beside those that reach him: what fits the row.</summary>
    public const int MaxGrants = 100;

    /// <summary>Users who share mailboxes with all of a domain or tenant: what fits the row.</summary>
    public const int MaxSharers = 100;

    /// <summary>Addresses that one address leads to, over all its aliases.</summary>
    public const int MaxTargets = 1000;

    /// <summary>Addresses elsewhere that one address may be made to lead to, over all its aliases.</summary>
    public const int MaxOutside = 100;

    readonly RowCache cache = new(rows, time, options.SoleOwner ? Timeout.InfiniteTimeSpan : options.DirectoryAge);

    volatile Remembered onlyDomain = new(null, 0);

    public IRows Rows => rows;

    /// <summary>This process has changed a row; told with its key, by whatever thread changed it.</summary>
    public event Action<string>? Changed;

    public async ValueTask<bool> HasDomainAsync(string domain, CancellationToken cancel) =>
        domain.All(KeyText.IsAllowed) && await cache.GetAsync(DirectoryRows.Domain(domain), cancel) is not null;

    /// <summary>Patterns that a domain's routes may have: each is compared with every address that is nobody's.</summary>
    public const int MaxPatterns = 100;

    /// <summary>Local parts of a domain's routes that are patterns, in the order in which they count.</summary>
    public async ValueTask<IReadOnlyList<string>> PatternsAsync(string domain, CancellationToken cancel) =>
        domain.All(KeyText.IsAllowed) && await cache.GetAsync(DirectoryRows.Domain(domain), cancel) is { } row
            ? DirectoryRows.Patterns(row)
            : [];

    /// <summary>Whose a domain is; empty for the operator's own, and for none of ours.</summary>
    public async ValueTask<string> TenantOfAsync(string domain, CancellationToken cancel) =>
        domain.All(KeyText.IsAllowed) && await cache.GetAsync(DirectoryRows.Domain(domain), cancel) is { } row
            ? DirectoryRows.TenantOf(row)
            : "";

    /// <summary>Another one whenever subscriptions of webhooks have changed; null where there never was one.</summary>
    public async ValueTask<string?> HooksVersionAsync(CancellationToken cancel) =>
        (await cache.GetAsync(DirectoryRows.Hooks, cancel))?.String("Version");

    /// <summary>What links in webhooks are made with; null where nobody has made one yet.</summary>
    public ValueTask<RowData?> LinkSecretsAsync(CancellationToken cancel) =>
        cache.GetAsync(DirectoryRows.LinkSecret, cancel);

    /// <summary>The domain, when there is but one: it completes a bare name at login.</summary>
    public async ValueTask<string?> OnlyDomainAsync(CancellationToken cancel)
    {
        var (found, readAt) = onlyDomain;
        if (readAt != 0 && !cache.IsOld(readAt))
            return found;
        var before = cache.Generation;
        var page = await rows.QueryAsync(Tables.Directory, DirectoryRows.Domains, null, 2, cancel);
        found = page.Rows is [var only] ? only.Key.Row[DirectoryRows.Domain("").Length..] : null;
        if (cache.Generation == before)
            onlyDomain = new(found, time.GetTimestamp());
        return found;
    }

    /// <param name="key">An address' <see cref="EmailAddress.Key"/>.</param>
    public async ValueTask<UserRow?> FindUserAsync(string key, CancellationToken cancel) =>
        await cache.GetAsync(DirectoryRows.User(key), cancel) is { } row ? DirectoryRows.ToUser(row) : null;

    public async ValueTask<IReadOnlyList<string>?> FindAliasAsync(string key, CancellationToken cancel) =>
        await cache.GetAsync(DirectoryRows.Alias(key), cancel) is { } row ? DirectoryRows.Targets(row) : null;

    /// <summary>Addresses that an account may send as although they do not reach it; <c>*@domain</c> for all of a domain.</summary>
    public async ValueTask<IReadOnlyList<string>> FindGrantsAsync(AccountId account, CancellationToken cancel) =>
        await cache.GetAsync(DirectoryRows.Grants(account), cancel) is { } row ? DirectoryRows.Granted(row) : [];

    /// <summary>Those of <see cref="FindGrantsAsync"/> that count: none while the user is deleted or suspended.</summary>
    public async ValueTask<IReadOnlyList<string>> FindActiveGrantsAsync(AccountId account, CancellationToken cancel) =>
        await cache.GetAsync(DirectoryRows.Grants(account), cancel) is { } row
        && await FindUserAsync(DirectoryRows.GrantedUser(row), cancel) is { IsActive: true } user
        && user.Account == account
            ? DirectoryRows.Granted(row)
            : [];

    /// <summary>As the row is now, whatever is remembered of it.</summary>
    /// <inheritdoc cref="FindUserAsync"/>
    public async ValueTask<UserRow?> ReadUserAsync(string key, CancellationToken cancel) =>
        await ReadAsync(DirectoryRows.User(key), cancel) is { } row ? DirectoryRows.ToUser(row.Data) : null;

    /// <summary>Whom <c>anyone</c> means: the users of a tenant, or of a domain of the operator's own.</summary>
    public async ValueTask<string> ScopeOfAsync(string address, CancellationToken cancel)
    {
        var domain = address[(address.LastIndexOf('@') + 1)..];
        var tenant = await TenantOfAsync(domain, cancel);
        return tenant.Length > 0 ? $"t!{tenant}" : $"d!{domain}";
    }

    /// <summary>Who may share mailboxes with all of a scope. Whether they do, the mailboxes say.</summary>
    public async ValueTask<IReadOnlyList<(AccountId Account, string Address)>> SharersAsync(
        string scope,
        CancellationToken cancel
    ) => await cache.GetAsync(DirectoryRows.Sharers(scope), cancel) is { } row ? DirectoryRows.ToSharers(row) : [];

    /// <param name="id">Of a key to the API.</param>
    public async ValueTask<ApiKeyRow?> FindApiKeyAsync(string id, CancellationToken cancel) =>
        await cache.GetAsync(DirectoryRows.ApiKey(id), cancel) is { } row ? ApiKeyRow.Of(id, row) : null;

    /// <summary>The accounts that an address of ours names, each once, wherever their mail is forwarded to.</summary>
    /// <returns>Empty when there is no such address; null when its domain is not ours.</returns>
    public async ValueTask<IReadOnlyList<AccountId>?> ResolveAsync(EmailAddress address, CancellationToken cancel)
    {
        var domain = EmailAddress.CanonicalDomain(address.Domain);
        if (!await HasDomainAsync(domain, cancel))
            return null;
        var walk = new AddressWalk(this, follows: false);
        await walk.AddAsync(address, cancel);
        return walk.Accounts;
    }

    /// <summary>The accounts that may send in an address' name, since it reaches them and they are not suspended.</summary>
    /// <returns>Null when its domain is not ours.</returns>
    public async ValueTask<IReadOnlyList<AccountId>?> SendersAsync(EmailAddress address, CancellationToken cancel) =>
        await SendingUsersAsync(address, cancel) is { } users ? [.. users.Select(user => user.Account)] : null;

    /// <summary>The users of <see cref="SendersAsync"/>, in the order in which the address names them.</summary>
    /// <returns>Null when its domain is not ours.</returns>
    public async ValueTask<IReadOnlyList<UserRow>?> SendingUsersAsync(EmailAddress address, CancellationToken cancel)
    {
        if (!await HasDomainAsync(EmailAddress.CanonicalDomain(address.Domain), cancel))
            return null;
        var walk = new AddressWalk(this, follows: false);
        await walk.AddAsync(address, cancel);
        return [.. walk.Users.Where(user => user.IsActive)];
    }

    /// <summary>Where mail for an address of ours goes: over aliases, and where users have it forwarded.</summary>
    /// <returns>Null when its domain is not ours.</returns>
    public async ValueTask<AddressWalk?> ReachAsync(EmailAddress address, CancellationToken cancel)
    {
        if (!await HasDomainAsync(EmailAddress.CanonicalDomain(address.Domain), cancel))
            return null;
        var walk = new AddressWalk(this, follows: true);
        await walk.AddAsync(address, cancel);
        return walk;
    }

    /// <summary>Changes the directory; what was remembered of those rows is forgotten.</summary>
    public async ValueTask<CommitResult> CommitAsync(RowTransaction transaction)
    {
        try
        {
            return await rows.CommitAsync(Tables.Directory, transaction, CancellationToken.None);
        }
        finally
        {
            foreach (var change in transaction.Changes)
                cache.Forget(change.Key.Row);
            onlyDomain = new(null, 0);
            foreach (var change in transaction.Changes)
                Changed?.Invoke(change.Key.Row);
        }
    }

    public ValueTask<Row?> ReadAsync(string row, CancellationToken cancel) =>
        rows.GetAsync(Tables.Directory, new(DirectoryRows.Partition, row), cancel);

    public IAsyncEnumerable<Row> ListAsync(RowRange range, CancellationToken cancel) =>
        rows.ReadAsync(Tables.Directory, range, cancel);

    sealed record Remembered(string? Domain, long ReadAt);
}
