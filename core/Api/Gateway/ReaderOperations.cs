using Cloud.Api.Gateway.Operations;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;

namespace Cloud.Api.Gateway;

/// <summary>The gateway's operations for who asks for another's mail: each looks at the rights first (RFC 4314 §4).</summary>
/// <remarks>But for the lists of rights an owner's requests do not come here, and cost what they cost without sharing.</remarks>
sealed class ReaderOperations(Backend backend, Sharing sharing, Uploads uploads)
{
    const MailboxRights Moving = MailboxRights.Read | MailboxRights.Remove | MailboxRights.Expunge;

    readonly AccountStore accounts = backend.Accounts;

    public async ValueTask<AccountUse> ShowUseAsync(Access account, CancellationToken cancel) =>
        (await sharing.OfAsync(account, cancel)).Has(MailboxRights.Read)
            ? await ShowUse.RunAsync(accounts, account.Id, cancel)
            : throw new AccountMissingException();

    public async ValueTask<Result<Mailbox>> CreateAsync(
        Access account,
        string name,
        MailboxRole role,
        CancellationToken cancel
    )
    {
        var granted = await sharing.OfAsync(account, cancel);
        if (MayNotAdd(granted, name) is { IsOk: false } refused)
            return refused;
        if (role != MailboxRole.None)
            return Refusals.RoleTaken; // What another's mailboxes are for is the owner's to say.
        var made = await CreateMailbox.RunAsync(accounts, account.Id, name, role, cancel);
        if (!made.IsOk)
            return made;
        return ReaderView.Of(made.Value, (await sharing.OfAsync(account, cancel)).Of(made.Value.Id));
    }

    public async ValueTask<Result> DeleteAsync(Access account, MailboxId mailbox, CancellationToken cancel)
    {
        var refused = await sharing.CheckAsync(account, mailbox, MailboxRights.Delete, cancel);
        return refused.IsOk
            ? await DeleteMailbox.RunAsync(accounts, backend.Directory, account.Id, mailbox, check: null, cancel)
            : refused;
    }

    public async ValueTask<Result> RenameAsync(Access account, MailboxId mailbox, string name, CancellationToken cancel)
    {
        var granted = await sharing.OfAsync(account, cancel);
        if (Sharing.Judge(granted.Of(mailbox), MailboxRights.Delete) is { IsOk: false } refused)
            return refused;
        if (mailbox == MailboxRow.Inbox)
            return Refusals.InboxStays;
        if (MayNotAdd(granted, name) is { IsOk: false } forbidden)
            return forbidden;
        return await RenameMailbox.RunAsync(accounts, account.Id, mailbox, name, check: null, cancel);
    }

    /// <summary>To stop hearing of a mailbox takes no right.</summary>
    public async ValueTask<Result> SubscribeAsync(
        Access account,
        MailboxId mailbox,
        bool subscribed,
        CancellationToken cancel
    )
    {
        var granted = await sharing.OfAsync(account, cancel);
        if (subscribed && Sharing.Judge(granted.Of(mailbox), MailboxRights.Lookup) is { IsOk: false } refused)
            return refused;
        var owner = granted.State?.Find(mailbox)?.Acl?.Owner;
        return await SubscribeShared.RunAsync(sharing, account, owner, mailbox, subscribed, cancel);
    }

    /// <returns>Null where the reader may not read it.</returns>
    public async ValueTask<Mailbox?> CountAsync(
        Access account,
        MailboxId mailbox,
        bool unseen,
        CancellationToken cancel
    )
    {
        var rights = (await sharing.OfAsync(account, cancel)).Of(mailbox);
        return rights.HasFlag(MailboxRights.Read)
            ? await ReaderView.CountAsync(accounts, account, mailbox, rights, unseen, cancel)
            : null;
    }

    /// <returns>Null where the reader may not read it.</returns>
    public async ValueTask<MailboxView?> OpenAsync(Access account, MailboxId mailbox, CancellationToken cancel)
    {
        var rights = (await sharing.OfAsync(account, cancel)).Of(mailbox);
        if (!rights.HasFlag(MailboxRights.Read))
            return null;
        var view = await OpenMailbox.RunAsync(accounts, account, mailbox, 1, uint.MaxValue, cancel);
        return view is null ? null : view with { Mailbox = ReaderView.Of(view.Mailbox, rights) };
    }

    /// <returns>Null where the reader may not read it, or may no more.</returns>
    public async ValueTask<MailboxChanges?> SyncAsync(
        Access account,
        MailboxId mailbox,
        ulong since,
        CancellationToken cancel
    )
    {
        var rights = (await sharing.OfAsync(account, cancel)).Of(mailbox);
        if (!rights.HasFlag(MailboxRights.Read))
            return null;
        var changes = await ReaderView.SyncAsync(accounts, account, mailbox, since, cancel);
        return changes is null ? null : changes with { Mailbox = ReaderView.Of(changes.Mailbox, rights) };
    }

    /// <summary>Messages that a mailbox shows which the reader may read.</summary>
    public async ValueTask<IReadOnlyList<Email>> FetchAsync(
        Access account,
        IReadOnlyList<EmailId> emails,
        CancellationToken cancel
    )
    {
        var granted = await sharing.OfAsync(account, cancel);
        if (!granted.Has(MailboxRights.Read))
            return [];
        return await FetchEmails.RunAsync(
            accounts,
            account.Id,
            emails,
            cancel,
            row => row.Placements.Any(place => granted.Of(place.Mailbox).HasFlag(MailboxRights.Read))
        );
    }

    public async ValueTask<IReadOnlyList<OverviewPage>?> FetchOverviewsAsync(
        Access account,
        MailboxId mailbox,
        UidSet uids,
        CancellationToken cancel
    ) =>
        (await sharing.CheckAsync(account, mailbox, MailboxRights.Read, cancel)).IsOk
            ? await FetchOverviews.RunAsync(accounts, account.Id, mailbox, uids, cancel)
            : null;

    public async ValueTask<Result<StoreFlagsResult>> StoreFlagsAsync(
        StoreFlagsRequest request,
        CancellationToken cancel
    )
    {
        var rights = (await sharing.OfAsync(request.Account, cancel)).Of(request.Mailbox);
        if (Sharing.Judge(rights, MailboxRights.Read) is { IsOk: false } refused)
            return refused;
        return await StoreFlags.RunAsync(accounts, request, cancel, check: null, rights);
    }

    public async ValueTask<Result<AppendResult>> AppendAsync(
        AppendRequest request,
        bool repeated,
        CancellationToken cancel
    )
    {
        var rights = (await sharing.OfAsync(request.Account, cancel)).Of(request.Mailbox);
        if (Sharing.Judge(rights, MailboxRights.Insert) is { IsOk: false } refused)
            return refused;
        return await AppendMessage.RunAsync(accounts, uploads, request, repeated, cancel, rights);
    }

    public async ValueTask<Result<CopyResult>> CopyAsync(CopyRequest request, bool move, CancellationToken cancel)
    {
        var (from, to) = (request.Account, request.To ?? request.Account);
        var needed = move ? Moving : MailboxRights.Read;
        if (await sharing.CheckAsync(from, request.Source, needed, cancel) is { IsOk: false } refused)
            return refused;
        var rights = (await sharing.OfAsync(to, cancel)).Of(request.Target);
        if (Sharing.Judge(rights, MailboxRights.Insert) is { IsOk: false } forbidden)
            return forbidden;
        return from.Id == to.Id
            ? await CopyMessages.RunAsync(accounts, backend.Lessons, request, move, cancel, check: null, rights)
            : await CopyAcross.RunAsync(accounts, request, to, rights, move, cancel);
    }

    /// <param name="onlyDeleted">False is EXPUNGE and what sets \Deleted before it, in one.</param>
    public async ValueTask<Result<ExpungeResult>> ExpungeAsync(
        Access account,
        MailboxId mailbox,
        UidSet uids,
        bool onlyDeleted,
        CancellationToken cancel
    )
    {
        var needed = onlyDeleted ? MailboxRights.Expunge : MailboxRights.Expunge | MailboxRights.Remove;
        if (await sharing.CheckAsync(account, mailbox, needed, cancel) is { IsOk: false } refused)
            return refused;
        return await ExpungeMessages.RunAsync(accounts, account.Id, mailbox, uids, onlyDeleted, cancel);
    }

    /// <summary>Who may append may undo that: an APPEND is done as a whole or not at all.</summary>
    public async ValueTask<Result> WithdrawAsync(
        Access account,
        MailboxId mailbox,
        IReadOnlyList<TransactionId> appended,
        CancellationToken cancel
    ) =>
        await sharing.CheckAsync(account, mailbox, MailboxRights.Insert, cancel) is { IsOk: false } refused
            ? refused
            : await WithdrawMessages.RunAsync(accounts, account, mailbox, appended, cancel);

    public async ValueTask<Result<UidSet>> SearchAsync(SearchRequest request, CancellationToken cancel) =>
        await CheckReadAsync(request, cancel) is { IsOk: false } refused
            ? refused
            : await SearchMailbox.RunAsync(accounts, request, cancel);

    public async ValueTask<Result<SortResult>> SortAsync(SortRequest request, CancellationToken cancel) =>
        await CheckReadAsync(request.Search, cancel) is { IsOk: false } refused
            ? refused
            : await SortMailbox.RunAsync(accounts, request, cancel);

    public async ValueTask<Result<ThreadResult>> ThreadAsync(ThreadRequest request, CancellationToken cancel) =>
        await CheckReadAsync(request.Search, cancel) is { IsOk: false } refused
            ? refused
            : await ThreadMailbox.RunAsync(accounts, request, cancel);

    public async ValueTask<Result<MailboxAcl>> ShowAclAsync(
        Access account,
        MailboxId mailbox,
        CancellationToken cancel
    ) =>
        await sharing.CheckAsync(account, mailbox, MailboxRights.Administer, cancel) is { IsOk: false } refused
            ? refused
            : await ShowAcl.RunAsync(sharing, account.Id, mailbox, cancel);

    public async ValueTask<Result> ChangeAclAsync(ChangeAclRequest request, CancellationToken cancel) =>
        await sharing.CheckAsync(request.Account, request.Mailbox, MailboxRights.Administer, cancel)
            is { IsOk: false } refused
            ? refused
            : await ChangeAcl.RunAsync(sharing, request, cancel);

    ValueTask<Result> CheckReadAsync(SearchRequest request, CancellationToken cancel) =>
        sharing.CheckAsync(request.Account, request.Mailbox, MailboxRights.Read, cancel);

    /// <summary>A new name needs the right on the nearest mailbox above it that is there; the top level is the owner's.</summary>
    static Result MayNotAdd(GrantedRights granted, string name)
    {
        if (MailboxPaths.TryParse(name) is not { } levels)
            return Refusals.BadName;
        MailboxRow? parent = null;
        foreach (var level in levels[..^1])
        {
            var above = parent?.Id ?? default;
            var child = granted.State?.Mailboxes.Values.FirstOrDefault(row =>
                row.Parent == above && !row.Doomed && row.Name == level
            );
            if (child is null)
                break;
            parent = child;
        }
        var rights = parent is null ? MailboxRights.None : granted.Of(parent);
        return rights.HasFlag(MailboxRights.Create) ? Result.Ok : Refusals.NoPermission;
    }
}
