using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Directory;

namespace Cloud.Flow.Outbound.Forwarding;

/// <summary>What an address leads to.</summary>
/// <param name="Accounts">Ours, each once.</param>
/// <param name="Outside">Addresses elsewhere that mail is passed on to, each once.</param>
sealed record Expanded(IReadOnlyList<AccountId> Accounts, IReadOnlyList<EmailAddress> Outside)
{
    /// <summary>Ours who have mail passed on and keep none: only what is not passed on is theirs.</summary>
    public IReadOnlyList<AccountId> Bypassed { get; init; } = [];

    /// <summary>All of ours, where nothing is passed on.</summary>
    public IReadOnlyList<AccountId> Mailboxes => Bypassed.Count == 0 ? Accounts : [.. Accounts, .. Bypassed];

    /// <summary>It stands for a single address elsewhere, which may report of itself (RFC 3461 §5.2.7.1).</summary>
    public bool IsOneElsewhere => Accounts.Count == 0 && Outside.Count == 1;

    /// <summary>It is a reverse path of forwarded mail, for reports alone; good where it leads to somebody.</summary>
    public bool IsReturnPath { get; init; }

    public bool IsNobody => Accounts.Count == 0 && Outside.Count == 0;

    /// <summary>Whether mail of a sender gets through: reports come from nobody, and only they may come back.</summary>
    public bool Takes(EmailAddress? from) => !IsNobody && (!IsReturnPath || from is null);
}

/// <summary>Finds what addresses of ours lead to: mailboxes, other servers' addresses, and senders of forwarded mail.</summary>
sealed class Expansion(MailDirectory directory, ReturnPaths returns)
{
    /// <returns>Null where the domain is not ours.</returns>
    /// <exception cref="Store.Ports.StoreException">The directory cannot be read now.</exception>
    public async ValueTask<Expanded?> FindAsync(EmailAddress address, CancellationToken cancel)
    {
        if (!SrsCodec.IsOne(address.Local))
            return await directory.ReachAsync(address, cancel) is { } reached
                ? new(reached.Accounts, reached.Outside) { Bypassed = reached.Bypassed }
                : null;
        if (!await directory.HasDomainAsync(EmailAddress.CanonicalDomain(address.Domain), cancel))
            return null;
        return await returns.ReadAsync(address, cancel) is { } sender
            ? new([], [sender]) { IsReturnPath = true }
            : new([], []) { IsReturnPath = true };
    }

    /// <summary>Who is to hear of a message's fate: the sender whom a reverse path of forwarded mail stands for, or itself.</summary>
    /// <exception cref="Store.Ports.StoreException">The directory cannot be read now.</exception>
    public async ValueTask<EmailAddress> SenderAsync(EmailAddress from, CancellationToken cancel)
    {
        if (!SrsCodec.IsOne(from.Local))
            return from;
        return await FindAsync(from, cancel) is { IsReturnPath: true, Outside: [var sender] } ? sender : from;
    }
}
