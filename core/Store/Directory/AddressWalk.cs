using Cloud.Mail;

namespace Cloud.Store.Directory;

/// <summary>
/// Goes where addresses lead: an exact user or alias, then without the detail (RFC 5233), then the domain's patterns of
/// routes, then its catch-all.
/// </summary>
/// <param name="follows">Also where users have their mail forwarded to.</param>
/// <param name="origin">The key of an address that is about to lead here; null for none.</param>
sealed class AddressWalk(MailDirectory directory, bool follows, string? origin = null)
{
    readonly HashSet<string> visited = new(StringComparer.Ordinal);

    public List<AccountId> Accounts { get; } = [];

    /// <summary>Whose they are.</summary>
    public List<UserRow> Users { get; } = [];

    /// <summary>Those among them that may not send.</summary>
    public List<AccountId> Suspended { get; } = [];

    /// <summary>Whose mail goes on to elsewhere without being kept.</summary>
    public List<AccountId> Bypassed { get; } = [];

    /// <summary>In domains that are not ours.</summary>
    public List<EmailAddress> Outside { get; } = [];

    /// <summary>It came back to where it began.</summary>
    public bool IsCircle { get; private set; }

    public ValueTask AddAsync(EmailAddress address, CancellationToken cancel) => AddAsync(address, 0, cancel);

    async ValueTask AddAsync(EmailAddress address, int depth, CancellationToken cancel)
    {
        var key = address.Key;
        if (depth > MailDirectory.AliasDepth || visited.Count > MailDirectory.MaxTargets || !visited.Add(key))
            return;
        if (!await directory.HasDomainAsync(EmailAddress.CanonicalDomain(address.Domain), cancel))
        {
            Outside.Add(address);
            return;
        }
        var plain = address.WithoutDetail.Key;
        var domain = key[key.LastIndexOf('@')..];
        var patterns = await directory.PatternsAsync(domain[1..], cancel);
        var matching = patterns.Where(pattern => Wildcards.Matches(pattern, key.AsSpan(0, key.Length - domain.Length)));
        IEnumerable<string> names = plain == key ? [key] : [key, plain];
        foreach (var name in names.Concat(matching.Append("*").Select(local => local + domain)))
        {
            if (name == origin)
            {
                IsCircle = true;
                return;
            }
            if (await TargetsAsync(name, cancel) is not { } targets)
                continue;
            if (name != key && !visited.Add(name))
                return; // what stands behind it is here already
            foreach (var target in targets)
            {
                if (EmailAddress.TryParse(target) is { } next)
                    await AddAsync(next, depth + 1, cancel);
            }
            return;
        }
    }

    /// <returns>Null where there is no such name.</returns>
    async ValueTask<IReadOnlyList<string>?> TargetsAsync(string name, CancellationToken cancel)
    {
        if (await directory.FindUserAsync(name, cancel) is not { Removing: false } user)
            return await directory.FindAliasAsync(name, cancel);
        var forward = follows ? user.Forward : null;
        var accounts = forward is { Keeps: false } ? Bypassed : Accounts;
        if (!accounts.Contains(user.Account))
        {
            accounts.Add(user.Account);
            Users.Add(user);
        }
        if (user.Suspended)
            Suspended.Add(user.Account);
        return forward?.Targets ?? [];
    }
}
