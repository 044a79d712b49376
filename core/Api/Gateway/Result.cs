namespace Cloud.Api.Gateway;

/// <summary>A user's mistake, or what stands in the way of a request. Fronts turn it into their protocol's words.</summary>
public enum Refusal
{
    None,

    /// <summary>No such mailbox, message or submission.</summary>
    NotFound,

    /// <summary>The name is taken.</summary>
    AlreadyExists,

    /// <summary>The name, flag or value cannot be.</summary>
    Invalid,

    /// <summary>The account's quota does not hold it.</summary>
    OverQuota,

    /// <summary>A limit of ours: mailboxes, keywords.</summary>
    OverLimit,

    /// <summary>The mailbox has children.</summary>
    HasChildren,

    /// <summary>Not possible (deleting INBOX, trying what is held).</summary>
    CannotBe,

    /// <summary>It is another's, and not granted.</summary>
    NoPermission,

    /// <summary>Of a submission: it is sent, just being sent, or cancelled.</summary>
    TooLate,
}

/// <param name="Reason">For the user: one short English sentence without names of our inside.</param>
public readonly record struct Result(Refusal Refusal, string Reason)
{
    public static readonly Result Ok = new(Refusal.None, "");

    public bool IsOk => Refusal == Refusal.None;
}

/// <param name="Value">Set when there is no refusal.</param>
public readonly record struct Result<T>(T? Value, Refusal Refusal, string Reason)
    where T : class
{
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Value))]
    public bool IsOk => Refusal == Refusal.None;

    public static implicit operator Result<T>(T value) => new(value, Refusal.None, "");

    public static implicit operator Result<T>(Result refused) => new(null, refused.Refusal, refused.Reason);
}
