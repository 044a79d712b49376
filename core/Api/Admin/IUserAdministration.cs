namespace Cloud.Api.Admin;

/// <summary>A user's life: passwords of programs, suspension, quota, and the end, which can be undone for a while.</summary>
/// <remarks>A mistake is answered by an <see cref="AdminException"/> whose message is for the operator.</remarks>
public interface IUserAdministration
{
    /// <summary>Makes a password for one program. It is told once, and kept as little as any other.</summary>
    ValueTask<NewAppPassword> AddAppPasswordAsync(string address, string name, CancellationToken cancel);

    ValueTask<IReadOnlyList<AppPasswordInfo>> ListAppPasswordsAsync(string address, CancellationToken cancel);

    ValueTask RevokeAppPasswordAsync(string address, string id, CancellationToken cancel);

    /// <summary>No login and no sending from now on; mail still comes in, and all is kept.</summary>
    ValueTask SuspendAsync(string address, CancellationToken cancel);

    ValueTask ResumeAsync(string address, CancellationToken cancel);

    /// <param name="octets">Of all its mail; 0 for no limit. Less than there is: nothing goes, and nothing more comes in.</param>
    ValueTask SetQuotaAsync(string address, long octets, CancellationToken cancel);

    /// <summary>Deletes a user: no login and no mail from now on. Its mail goes when the time is over.</summary>
    /// <param name="grace">From zero, which is at once and for good, to <see cref="UserLimits.MaxGrace"/>.</param>
    /// <returns>Until when it can be had back; null where it is gone.</returns>
    ValueTask<DateTimeOffset?> RemoveAsync(string address, TimeSpan grace, CancellationToken cancel);

    /// <summary>Undoes a deletion.</summary>
    ValueTask RestoreAsync(string address, CancellationToken cancel);
}

public static class UserLimits
{
    /// <summary>How long a deleted user's mail is kept, where nobody says otherwise.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(30);

    /// <summary>A year: longer is an archive.</summary>
    public static readonly TimeSpan MaxGrace = TimeSpan.FromDays(365);

    /// <summary>Passwords of one user's programs.</summary>
    public const int AppPasswords = Store.Directory.AppPassword.Most;
}

/// <param name="Password">Not to be had again.</param>
public sealed record NewAppPassword(string Id, string Name, string Password)
{
    /// <summary>A password never gets into a log by way of a record's text.</summary>
    public override string ToString() => $"{nameof(NewAppPassword)} {Id} {Name}";
}

/// <param name="LastUsed">To the hour; null for never.</param>
public sealed record AppPasswordInfo(string Id, string Name, DateTimeOffset Created, DateTimeOffset? LastUsed = null);
