using Cloud.Flow.Keys;

namespace Cloud.Api.Admin;

/// <summary>What `cloud domain|user|alias` can do, on a store at hand or by way of a running server.</summary>
/// <remarks>A mistake is answered by an <see cref="AdminException"/> whose message is for the operator.</remarks>
public interface IAdministration
{
    /// <summary>What is on its way out.</summary>
    IQueueAdministration Queue { get; }

    /// <summary>Makes its signing keys with it, where the key-encryption key is known.</summary>
    ValueTask AddDomainAsync(string domain, CancellationToken cancel);

    ValueTask<IReadOnlyList<string>> ListDomainsAsync(CancellationToken cancel);

    /// <summary>Refused while it has users or aliases.</summary>
    ValueTask RemoveDomainAsync(string domain, CancellationToken cancel);

    /// <summary>A domain's signing keys, oldest first; makes them where there are none yet and they can be made.</summary>
    ValueTask<IReadOnlyList<DomainKeyPair>> ListKeysAsync(string domain, CancellationToken cancel);

    /// <summary>Makes the pair that is to follow, or finds the one that was made before.</summary>
    ValueTask<DomainKeyPair> PrepareKeysAsync(string domain, CancellationToken cancel);

    /// <summary>Lets the upcoming pair sign; refused when it is not the one named. The old one's private keys are gone.</summary>
    ValueTask ActivateKeysAsync(string domain, string name, CancellationToken cancel);

    /// <summary>Makes an account with its mailboxes (INBOX, Drafts, Sent, Junk, Trash, Archive).</summary>
    ValueTask AddUserAsync(string address, string password, CancellationToken cancel);

    /// <summary>The same for a shared mailbox: nobody logs in, others read it as its mailboxes' lists of rights say.</summary>
    ValueTask AddSharedUserAsync(string address, CancellationToken cancel);

    ValueTask<IReadOnlyList<UserInfo>> ListUsersAsync(CancellationToken cancel);

    ValueTask SetPasswordAsync(string address, string password, CancellationToken cancel);

    /// <summary>Removes the user, the account and all its mail, at once and for good.</summary>
    ValueTask RemoveUserAsync(string address, CancellationToken cancel);

    /// <summary>Lets a user send as an address of ours that does not reach him, or as <c>*@domain</c>, all of a domain.</summary>
    ValueTask GrantAsync(string address, string sendsAs, CancellationToken cancel);

    ValueTask RevokeAsync(string address, string sendsAs, CancellationToken cancel);

    /// <summary>Users with what they may send as beside their own addresses.</summary>
    ValueTask<IReadOnlyList<GrantInfo>> ListGrantsAsync(CancellationToken cancel);

    /// <summary>Whether the server puts a copy of what a user sends into Sent.</summary>
    ValueTask SetSavesSentAsync(string address, bool savesSent, CancellationToken cancel);

    /// <summary>Whether each recipient elsewhere gets what a user sends under a reverse path of its own (VERP).</summary>
    ValueTask SetVerpAsync(string address, bool usesVerp, CancellationToken cancel);

    /// <summary>Has a user's mail sent on to other addresses, here or elsewhere, in place of where it went before.</summary>
    /// <param name="keeps">The user's own mailbox gets it as well.</param>
    ValueTask ForwardAsync(string address, IReadOnlyList<string> targets, bool keeps, CancellationToken cancel);

    ValueTask StopForwardAsync(string address, CancellationToken cancel);

    /// <summary>Users whose mail is sent on.</summary>
    ValueTask<IReadOnlyList<ForwardInfo>> ListForwardsAsync(CancellationToken cancel);

    /// <summary>Makes or replaces an alias: an address, or <c>*@domain</c> for all that the domain lacks.</summary>
    /// <param name="targets">Here or elsewhere.</param>
    ValueTask AddAliasAsync(string alias, IReadOnlyList<string> targets, CancellationToken cancel);

    ValueTask<IReadOnlyList<AliasInfo>> ListAliasesAsync(CancellationToken cancel);

    ValueTask RemoveAliasAsync(string alias, CancellationToken cancel);
}

/// <param name="Octets">Used by its messages.</param>
public sealed record UserInfo(string Address, long Messages, long Octets)
{
    /// <summary>Octets allowed; 0 for no limit.</summary>
    public long Quota { get; init; }

    public bool IsSuspended { get; init; }

    public bool IsDeleted { get; init; }

    /// <summary>A shared mailbox: nobody logs in.</summary>
    public bool IsShared { get; init; }

    /// <summary>Of a deleted one: until when it can be had back; null where it is being removed.</summary>
    public DateTimeOffset? KeptUntil { get; init; }

    /// <summary>How many passwords of programs it has.</summary>
    public int AppPasswords { get; init; }
}

public sealed record GrantInfo(string Address, IReadOnlyList<string> SendsAs);

/// <param name="Keeps">The user's own mailbox gets it as well.</param>
public sealed record ForwardInfo(string Address, IReadOnlyList<string> Targets, bool Keeps);

public sealed record AliasInfo(string Alias, IReadOnlyList<string> Targets);

/// <summary>The operator asked for something that cannot be; the message says what and why.</summary>
public sealed class AdminException(string message, AdminFault fault = AdminFault.Invalid) : Exception(message)
{
    public AdminFault Fault => fault;
}

/// <summary>Which kind of mistake it was, for programs.</summary>
public enum AdminFault
{
    /// <summary>It could never be.</summary>
    Invalid,

    /// <summary>What it is about is not there.</summary>
    Missing,

    /// <summary>The name is taken.</summary>
    Exists,

    /// <summary>Something else must be done first.</summary>
    InTheWay,

    /// <summary>Somebody else changed it at the same moment.</summary>
    Changed,
}
