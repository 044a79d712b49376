using Cloud.Api.Gateway.Operations;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Directory;
using Cloud.Store.Mailboxes;
using Cloud.Store.Sharing;

namespace Cloud.Api.Gateway;

/// <summary>What readers may do with others' mailboxes: decided by the mailboxes' rows alone, at each request.</summary>
sealed class Sharing(AccountStore accounts, MailDirectory directory)
{
    public AccountStore Accounts => accounts;

    public MailDirectory Directory => directory;

    public ShareHints HintsOf(AccountId owner, string address) => new(accounts, directory, owner, address);

    /// <summary>Refuses what a reader may not do. Who may not even list the mailbox does not learn that it is there (RFC 4314 §6).</summary>
    /// <param name="needed">All of these.</param>
    public async ValueTask<Result> CheckAsync(
        Access account,
        MailboxId mailbox,
        MailboxRights needed,
        CancellationToken cancel
    ) => Judge((await OfAsync(account, cancel)).Of(mailbox), needed);

    public static Result Judge(MailboxRights rights, MailboxRights needed)
    {
        if ((rights & needed) == needed)
            return Result.Ok;
        return rights.HasFlag(MailboxRights.Lookup) ? Refusals.NoPermission : Refusals.NoMailbox;
    }

    /// <summary>What is granted to whoever asks, mailbox by mailbox.</summary>
    public async ValueTask<GrantedRights> OfAsync(Access account, CancellationToken cancel)
    {
        if (account.By is not { } reader)
            return GrantedRights.Owner;
        if (await accounts.CurrentAsync(account.Id, cancel) is not { } state)
            return GrantedRights.None;
        var owner = state.Mailboxes.Values.Select(row => row.Acl?.Owner).FirstOrDefault(address => address is not null);
        if (owner is null || !await IsOwnerAsync(owner, account.Id, cancel) || !await IsActiveAsync(reader, cancel))
            return GrantedRights.None;
        return new(state, reader.Account, await AreNeighboursAsync(owner, reader.Address, cancel));
    }

    /// <summary>An account's address; where its user is deleted nobody reads its mail.</summary>
    public async ValueTask<bool> IsOwnerAsync(string address, AccountId account, CancellationToken cancel) =>
        await directory.FindUserAsync(address, cancel) is { Removing: false } user && user.Account == account;

    public async ValueTask<bool> IsActiveAsync(Reader reader, CancellationToken cancel) =>
        await directory.FindUserAsync(reader.Address, cancel) is { IsActive: true } user
        && user.Account == reader.Account;

    /// <summary>Of one domain, or of domains of one tenant: <c>anyone</c> of one is the other.</summary>
    public async ValueTask<bool> AreNeighboursAsync(string one, string other, CancellationToken cancel) =>
        await directory.ScopeOfAsync(one, cancel) == await directory.ScopeOfAsync(other, cancel);

    /// <summary>Whether somebody's mail may be shared with somebody else: tenants keep to themselves.</summary>
    public async ValueTask<bool> MaySeeAsync(string owner, string reader, CancellationToken cancel) =>
        await directory.TenantOfAsync(DomainOf(owner), cancel)
        == await directory.TenantOfAsync(DomainOf(reader), cancel);

    static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..];
}

/// <summary>Rights in the mailboxes of one account, as they were when they were read.</summary>
sealed class GrantedRights(AccountState? state, AccountId reader, bool isNeighbour)
{
    public static readonly GrantedRights None = new(null, default, false);

    /// <summary>All, whatever mailboxes there are.</summary>
    public static readonly GrantedRights Owner = new(null, default, false) { IsOwner = true };

    bool IsOwner { get; init; }

    public MailboxRights Of(MailboxId mailbox) => IsOwner ? MailboxRights.All : Of(state?.Find(mailbox));

    public MailboxRights Of(MailboxRow? row) =>
        IsOwner ? MailboxRights.All : row?.Acl?.RightsOf(reader, isNeighbour) ?? MailboxRights.None;

    /// <summary>A right to some mailbox or other.</summary>
    public bool Has(MailboxRights right) =>
        IsOwner || (state?.Mailboxes.Values.Any(row => !row.Doomed && Of(row).HasFlag(right)) ?? false);

    /// <summary>Mailboxes that something is granted to.</summary>
    public IEnumerable<(MailboxRow Row, MailboxRights Rights)> Mailboxes() =>
        (state?.Mailboxes.Values ?? [])
            .Where(row => !row.Doomed)
            .Select(row => (row, Of(row)))
            .Where(pair => (pair.Item2 & MailboxRights.Any) != 0);

    public AccountState? State => state;
}
