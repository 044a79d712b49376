using System.Security.Cryptography;
using Cloud.Mail;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Flow.Hooks.Routes;

/// <summary>An address, or a pattern of some, whose mail webhooks alone tell of.</summary>
/// <param name="Days">That messages are kept; 0 until endpoints have them.</param>
public sealed record RouteInfo(string Address, string Account, int Days);

/// <summary>Makes and removes inbound routes without a mailbox.</summary>
/// <remarks>
/// A route is an account that nobody can log in to: its mail is received, judged and kept as any other, so that 250 means
/// the same, and goes by itself after its days. What leads there is a row beside the users'; a pattern stands in its
/// domain's row as well, where it is found without another read.
/// </remarks>
public sealed class RouteControl
{
    /// <summary>The longest that messages of a route are kept.</summary>
    public const int MaxDays = 3650;

    readonly MailDirectory directory;
    readonly AccountStore accounts;

    internal RouteControl(MailDirectory rows, AccountStore mail) => (directory, accounts) = (rows, mail);

    /// <param name="address">An address of ours; with <c>*</c> or <c>?</c> before the @ all that it matches.</param>
    /// <returns>The route; or what is wrong with it.</returns>
    /// <exception cref="StoreException">It is not made.</exception>
    public async ValueTask<(RouteInfo? Route, string? Fault)> AddAsync(
        string address,
        int days,
        CancellationToken cancel
    )
    {
        if (EmailAddress.TryParse(address)?.Key is not { } key)
            return (null, $"{address} is no address");
        if (days is < 0 or > MaxDays)
            return (null, $"Messages are kept 0 to {MaxDays} days");
        var (local, name) = (key[..key.LastIndexOf('@')], key[(key.LastIndexOf('@') + 1)..]);
        if (await directory.ReadAsync(DirectoryRows.Domain(name), cancel) is not { } domain)
            return (null, $"The domain {name} is not one of ours");
        if (await directory.ReadAsync(DirectoryRows.User(key), cancel) is not null)
            return (null, $"{key} is a user or a route already");
        if (await directory.ReadAsync(DirectoryRows.Alias(key), cancel) is not null)
            return (null, $"{key} is an alias");
        var patterns = DirectoryRows.Patterns(domain.Data);
        if (patterns.Count >= MailDirectory.MaxPatterns)
            return (null, $"The domain {name} has {MailDirectory.MaxPatterns} patterns already");

        // The account first: without what leads there it harms nobody.
        var account = await AccountBirth.CreateAsync(accounts, cancel, days);
        var user = new UserRow(key, account, Passwords.None(accounts.Entropy), Removing: false) { IsRoute = true };
        var known = IsPattern(local) ? Ordered([.. patterns, local]) : patterns;
        var transaction = new RowTransaction(DirectoryRows.Partition)
            .Replace(domain.Key.Row, DirectoryRows.WithPatterns(domain.Data, known), domain.ETag)
            .Insert(DirectoryRows.User(key), DirectoryRows.ToRow(user));
        if ((await directory.CommitAsync(transaction)).Committed)
            return (new(key, account.Value, days), null);
        await AccountRemoval.RunAsync(accounts, account, cancel);
        return (null, "Somebody else changed the directory at the same moment: try again");
    }

    /// <param name="domain">Null for all.</param>
    public async ValueTask<IReadOnlyList<RouteInfo>> ListAsync(string? domain, CancellationToken cancel)
    {
        var routes = new List<RouteInfo>();
        await foreach (var row in directory.ListAsync(DirectoryRows.Users(domain), cancel))
        {
            if (DirectoryRows.ToUser(row.Data) is { IsRoute: true } user)
                routes.Add(await InfoAsync(user, cancel));
        }
        return routes;
    }

    /// <returns>Null where there is none.</returns>
    public async ValueTask<RouteInfo?> FindAsync(string address, CancellationToken cancel) =>
        await RowAsync(address, cancel) is { } row ? await InfoAsync(DirectoryRows.ToUser(row.Data), cancel) : null;

    /// <summary>Removes a route with the mail that is kept of it.</summary>
    /// <returns>False where there is none.</returns>
    /// <exception cref="StoreException">It may be there in part; to remove it again goes on.</exception>
    public async ValueTask<bool> RemoveAsync(string address, CancellationToken cancel)
    {
        if (await RowAsync(address, cancel) is not { } row)
            return false;
        var user = DirectoryRows.ToUser(row.Data);
        var (local, name) = (
            user.Address[..user.Address.LastIndexOf('@')],
            user.Address[(user.Address.LastIndexOf('@') + 1)..]
        );
        if (!user.Removing)
        {
            var first = new RowTransaction(DirectoryRows.Partition);
            first.Replace(row.Key.Row, DirectoryRows.ToRow(user with { Removing = true }), row.ETag);
            if (await directory.ReadAsync(DirectoryRows.Domain(name), cancel) is { } domain)
            {
                var left = DirectoryRows.Patterns(domain.Data).Where(pattern => pattern != local).ToList();
                first.Replace(domain.Key.Row, DirectoryRows.WithPatterns(domain.Data, left), domain.ETag);
            }
            await CommitAsync(first);
        }
        await AccountRemoval.RunAsync(accounts, user.Account, cancel);
        await CommitAsync(new RowTransaction(DirectoryRows.Partition).Delete(row.Key.Row));
        return true;
    }

    async ValueTask CommitAsync(RowTransaction transaction)
    {
        if (!(await directory.CommitAsync(transaction)).Committed)
            throw new StoreException("Somebody else changed the directory at the same moment: try again");
    }

    async ValueTask<Row?> RowAsync(string address, CancellationToken cancel) =>
        EmailAddress.TryParse(address)?.Key is { } key
        && await directory.ReadAsync(DirectoryRows.User(key), cancel) is { } row
        && DirectoryRows.ToUser(row.Data).IsRoute
            ? row
            : null;

    async ValueTask<RouteInfo> InfoAsync(UserRow user, CancellationToken cancel)
    {
        var state = await accounts.CurrentAsync(user.Account, cancel);
        return new(user.Address, user.Account.Value, state?.Account.Retention ?? 0);
    }

    static bool IsPattern(string local) => local != "*" && local.AsSpan().ContainsAny('*', '?');

    /// <summary>What is more exact counts first.</summary>
    static IReadOnlyList<string> Ordered(IEnumerable<string> patterns) =>
        [
            .. patterns
                .OrderByDescending(one => one.Count(c => c is not ('*' or '?')))
                .ThenBy(one => one, StringComparer.Ordinal),
        ];
}
