namespace Cloud.Listener.Imap.Notify;

/// <summary>How one account is listened to.</summary>
/// <param name="since">The revision that was known; 0 for none.</param>
/// <param name="first">Asks for the revision where none was known.</param>
/// <param name="next">Ends when there is a later one; fails where <paramref name="first"/> did.</param>
sealed class AccountListening(ulong since, Task<ulong>? first, Task<ulong> next)
{
    bool isSeen;

    public bool HasNews => next.IsCompleted || (!isSeen && first is { IsCompletedSuccessfully: true });

    public bool HasFailed => next is { IsCompleted: true, IsCompletedSuccessfully: false };

    /// <summary>The latest that was told.</summary>
    public ulong Revision =>
        Math.Max(
            since,
            next.IsCompletedSuccessfully ? next.Result
                : first is { IsCompletedSuccessfully: true } ? first.Result
                : 0
        );

    /// <summary>What <c>first</c> has told was looked at.</summary>
    /// <returns>False where a new watch has to begin.</returns>
    public bool TrySee()
    {
        if (isSeen || first is not { IsCompletedSuccessfully: true } || next.IsCompleted)
            return false;
        return isSeen = true;
    }
}
