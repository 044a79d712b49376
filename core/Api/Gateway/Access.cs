using Cloud.Store;

namespace Cloud.Api.Gateway;

/// <summary>Whose mail, and who asks for it.</summary>
/// <param name="Id">The account that has the mail.</param>
/// <param name="By">Null for its owner; a reader may do what the mailbox' list grants, and the gateway asks it each time.</param>
public readonly record struct Access(AccountId Id, Reader? By)
{
    /// <summary>The account of whoever asks.</summary>
    public AccountId Asking => By?.Account ?? Id;

    public static implicit operator Access(AccountId own) => new(own, null);
}

/// <summary>A user who reads others' mail.</summary>
/// <param name="Address">The user's own: it says who the neighbours are.</param>
public sealed record Reader(AccountId Account, string Address);
