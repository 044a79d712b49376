using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Store.Directory;

/// <summary>Rows of table <c>directory</c>: one partition, so that a user cannot enter a domain that is going.</summary>
/// <remarks>
/// <c>d!{domain}</c> a domain, <c>u!{domain}!{local}</c> a user, <c>x!{domain}!{local}</c> an alias (<c>*</c> is the
/// catch-all), <c>k!{domain}!{number}</c> a pair of signing keys, <c>g!{account}</c> whom a user may send as, <c>o!{scope}</c> who shares mailboxes with all of a domain or tenant, <c>s!scram</c>,
/// <c>s!srs</c>, <c>s!links</c> and <c>s!cursors</c> secrets, <c>ak!{id}</c> a key to the API and <c>al!{id}</c> when it was last used, <c>h!hooks</c> the version of the webhooks' subscriptions. The domain comes first, so that one range lists its users; local parts are encoded to fit a key. To change it is a migration.
/// </remarks>
static class DirectoryRows
{
    public const string Partition = "directory";
    public const string Secret = "s!scram";
    public const string ReturnPathSecret = "s!srs";
    public const string LinkSecret = "s!links";
    public const string CursorSecret = "s!cursors";
    public const string Hooks = "h!hooks";

    static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static string Domain(string domain) => $"d!{domain}";

    public static string User(string address) => "u!" + Place(address);

    public static string Alias(string address) => "x!" + Place(address);

    public static RowRange Domains => RowRange.Prefix(Partition, "d!");

    /// <param name="domain">Null for all.</param>
    public static RowRange Users(string? domain) => RowRange.Prefix(Partition, domain is null ? "u!" : $"u!{domain}!");

    public static string ApiKey(string id) => $"ak!{id}";

    public static RowRange ApiKeys => RowRange.Prefix(Partition, "ak!");

    public static string ApiKeyUse(string id) => $"al!{id}";

    /// <param name="tenant">Whose the domain is; empty for the operator's own.</param>
    /// <param name="since">When it came to be the tenant's: what is older was somebody else's.</param>
    public static RowData ToDomainRow(string tenant, DateTimeOffset since)
    {
        var row = new RowData { { "Since", since } };
        if (tenant.Length > 0)
            row.Add("Tenant", tenant);
        return row;
    }

    /// <summary>From when on what is known of a domain is its tenant's; the beginning of time where that was not noted.</summary>
    public static DateTimeOffset SinceOf(RowData domain) => domain.Time("Since") ?? DateTimeOffset.MinValue;

    public static string TenantOf(RowData domain) => domain.String("Tenant") ?? "";

    /// <param name="row">Key of a user; empty for all users.</param>
    public static RowRange UsersAfter(string row) =>
        row.Length == 0 ? Users(null) : Users(null) with { From = row + " " };

    /// <param name="domain">Null for all.</param>
    public static RowRange Aliases(string? domain) =>
        RowRange.Prefix(Partition, domain is null ? "x!" : $"x!{domain}!");

    public static string Grants(AccountId account) => $"g!{account}";

    /// <param name="scope">A tenant or a domain: <c>t!</c> or <c>d!</c> and its name.</param>
    public static string Sharers(string scope) => $"o!{KeyText.Encode(scope)}";

    public static RowData ToSharersRow(IReadOnlyList<(AccountId Account, string Address)> sharers) =>
        new() { { "Sharers", string.Join('\n', sharers.Select(one => $"{one.Account} {one.Address}")) } };

    public static IReadOnlyList<(AccountId Account, string Address)> ToSharers(RowData row) =>
        [
            .. (row.String("Sharers") ?? "")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ', 2))
                .Select(parts => (new AccountId(parts[0]), parts[1])),
        ];

    public static RowRange AllGrants => RowRange.Prefix(Partition, "g!");

    /// <param name="user">The account's address.</param>
    /// <param name="addresses">Keys of addresses, or <c>*@domain</c>.</param>
    public static RowData ToGrantsRow(string user, IReadOnlyList<string> addresses) =>
        new() { { "User", user }, { "Addresses", string.Join('\n', addresses) } };

    public static string GrantedUser(RowData row) => row.String("User") ?? "";

    public static IReadOnlyList<string> Granted(RowData row) => (row.String("Addresses") ?? "").Split('\n');

    /// <param name="domain">As in <see cref="Domain"/>.</param>
    /// <param name="number">From 1, one more with each pair: the text order is the order they were made in.</param>
    public static string Key(string domain, int number) => string.Create(Invariant, $"k!{domain}!{number:D8}");

    public static RowRange Keys(string domain) => RowRange.Prefix(Partition, $"k!{domain}!");

    public static int KeyNumber(string row) => int.Parse(row.AsSpan(row.LastIndexOf('!') + 1), Invariant);

    public static RowData ToKeyRow(DomainKeyRow pair) =>
        new()
        {
            { "Name", pair.Name },
            { "State", (int)pair.State },
            { "Since", pair.Since },
            { "RsaText", pair.RsaText },
            { "Rsa", pair.Rsa },
            { "Ed25519Text", pair.Ed25519Text },
            { "Ed25519", pair.Ed25519 },
        };

    public static DomainKeyRow ToKeys(RowData row) =>
        new(
            row.String("Name") ?? "",
            (DomainKeyState)row.Int("State"),
            row.Time("Since") ?? default,
            row.String("RsaText") ?? "",
            row.Bytes("Rsa") ?? [],
            row.String("Ed25519Text") ?? "",
            row.Bytes("Ed25519") ?? []
        );

    public static RowData ToRow(UserRow user)
    {
        var row = new RowData
        {
            { "Address", user.Address },
            { "Account", user.Account.Value },
            { "Salt", user.Credentials.Salt },
            { "Iterations", user.Credentials.Iterations },
            { "StoredKey", user.Credentials.StoredKey },
            { "ServerKey", user.Credentials.ServerKey },
            { "Removing", user.Removing },
        };
        if (user.IsRoute)
            row.Add("Route", true);
        if (user.IsShared)
            row.Add("Shared", true);
        if (user.Suspended)
            row.Add("Suspended", true);
        if (user.KeptUntil is { } until)
            row.Add("KeptUntil", until);
        if (user.Edits > 0)
            row.Add("Edits", user.Edits);
        if (user.AppPasswords.Count > 0)
            row.Add("AppPasswords", AppPassword.Pack(user.AppPasswords));
        if (user.Forward is not { } forward)
            return row;
        row.Add("Forward", string.Join('\n', forward.Targets));
        row.Add("ForwardKeeps", forward.Keeps);
        return row;
    }

    public static UserRow ToUser(RowData row) =>
        new(
            row.String("Address") ?? "",
            new(row.String("Account") ?? ""),
            new(
                row.Bytes("Salt") ?? [],
                row.Int("Iterations"),
                row.Bytes("StoredKey") ?? [],
                row.Bytes("ServerKey") ?? []
            ),
            row.Bool("Removing")
        )
        {
            IsRoute = row.Bool("Route"),
            IsShared = row.Bool("Shared"),
            Suspended = row.Bool("Suspended"),
            KeptUntil = row.Time("KeptUntil"),
            Edits = row.Long("Edits"),
            AppPasswords = AppPassword.Unpack(row.Bytes("AppPasswords")),
            Forward = row.String("Forward") is { } targets ? new(targets.Split('\n'), row.Bool("ForwardKeeps")) : null,
        };

    /// <summary>Local parts of a domain's routes that are patterns.</summary>
    public static IReadOnlyList<string> Patterns(RowData domain) =>
        domain.String("Routes") is { Length: > 0 } text ? text.Split('\n') : [];

    /// <summary>The same domain with other patterns.</summary>
    public static RowData WithPatterns(RowData domain, IReadOnlyList<string> patterns)
    {
        var row = new RowData();
        foreach (var (name, value) in domain.Where(property => property.Key != "Routes"))
            row.Add(name, value);
        if (patterns.Count > 0)
            row.Add("Routes", string.Join('\n', patterns));
        return row;
    }

    public static RowData ToRow(string alias, IReadOnlyList<string> targets) =>
        new() { { "Alias", alias }, { "Targets", string.Join('\n', targets) } };

    public static string AliasOf(RowData row) => row.String("Alias") ?? "";

    public static IReadOnlyList<string> Targets(RowData row) => (row.String("Targets") ?? "").Split('\n');

    static string Place(string address)
    {
        var at = address.LastIndexOf('@');
        return $"{KeyText.Encode(address[(at + 1)..])}!{KeyText.Encode(address[..at])}";
    }
}
