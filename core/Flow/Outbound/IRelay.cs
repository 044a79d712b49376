namespace Cloud.Flow.Outbound;

/// <summary>Passes messages on: to servers of the world, or into accounts here.</summary>
public interface IRelay
{
    /// <summary>One attempt.</summary>
    /// <param name="cancel">
    /// Cancelled when the time of the attempt is over, shortly before somebody else may make the next one: nothing may be
    /// sent afterwards.
    /// </param>
    /// <returns>
    /// An outcome for each recipient of the job; one that is left out counts as deferred. Once anybody has been asked this
    /// is how an attempt ends, whatever cuts it short: what was heard is not to be asked for again.
    /// </returns>
    /// <exception cref="OperationCanceledException">The time is over, and nothing is known: all may have got it.</exception>
    /// <exception cref="Store.Ports.StoreException">Nothing was sent; it is tried again.</exception>
    ValueTask<RelayResult> SendAsync(RelayJob job, CancellationToken cancel);
}

/// <summary>One message for recipients of one next hop.</summary>
/// <param name="Message">Its recipients are those of this attempt.</param>
/// <param name="NextHop">The recipients' domain, in lower case and A-labels, or an address literal.</param>
/// <param name="Recipients">1 to <see cref="MaxRecipients"/>.</param>
/// <param name="Attempt">1 for the first one.</param>
/// <param name="OpenBlob">
/// Reads the blob from its first octet on, without <see cref="Submission.Fields"/>; a stream to be disposed. May be
/// called more than once. Throws <see cref="Store.Ports.StoreException"/>.
/// </param>
public sealed record RelayJob(
    Submission Message,
    string NextHop,
    IReadOnlyList<RelayRecipient> Recipients,
    int Attempt,
    Func<CancellationToken, ValueTask<Stream>> OpenBlob
)
{
    /// <summary>Recipients of one job: what Postfix sends in one transaction, too (default_destination_recipient_limit).</summary>
    public const int MaxRecipients = 50;

    /// <summary>The attempt before may have sent it: it came to no end. Who can tell makes nothing twice.</summary>
    public bool MayBeRepeated { get; init; }

    /// <summary>It was looked at before, though perhaps nobody was asked: see <see cref="RelayOutcome.IsUntried"/>.</summary>
    public bool WasPostponed { get; init; }

    /// <summary>Somebody may have learned something of where it goes.</summary>
    internal bool IsLater => Attempt > 1 || WasPostponed;

    /// <summary>Names this part of the message, 0 to 999: the same for all attempts of the same recipients.</summary>
    public int Part { get; init; }

    /// <summary>Of each recipient where each has a reverse path of its own: see <see cref="SendOptions.Verp"/>; else null.</summary>
    internal Func<Mail.EmailAddress, string>? VerpTags { get; init; }

    /// <summary>When the attempt has to be over.</summary>
    public DateTimeOffset Deadline { get; init; }
}

/// <param name="Number">Its number among the message's recipients, from 0, which stays the same.</param>
/// <param name="FirstAttempt">When the first attempt was made, which stays the same.</param>
public sealed record RelayRecipient(int Number, OutboundRecipient Recipient, DateTimeOffset FirstAttempt);

/// <param name="Outcomes">One for each recipient.</param>
public sealed record RelayResult(IReadOnlyList<RelayOutcome> Outcomes)
{
    /// <summary>Lines of the dialogue with all hosts, secrets masked. What is too much for a row is cut.</summary>
    public IReadOnlyList<string> Transcript { get; init; } = [];

    /// <summary>It went by the operator's own relay: what that said, and its name, are for the operator.</summary>
    public bool BySmarthost { get; init; }

    /// <summary>A fault of ours that has ended the attempt when somebody had been asked already; null for none.</summary>
    public Exception? Fault { get; init; }
}

public enum RelayVerdict
{
    /// <summary>It lies in the recipient's mailbox.</summary>
    Delivered,

    /// <summary>The next server has it, and reports what becomes of it if asked to (RFC 3461).</summary>
    Sent,

    /// <summary>The next server has it, and does not report: a sender who wants to know is told so by us.</summary>
    Relayed,

    /// <summary>Not now: it is tried again.</summary>
    Deferred,

    /// <summary>Never: it comes back.</summary>
    Failed,
}

/// <summary>What an attempt came to for one recipient.</summary>
/// <param name="Number">See <see cref="RelayRecipient.Number"/>.</param>
/// <param name="Status">Enhanced status code (RFC 3463): <c>5.1.1</c>. Its class agrees with the verdict.</param>
/// <param name="Reply">The server's words, code first, or ours: <c>550 5.1.1 No such user</c>. Cut after 1,000 characters.</param>
public sealed record RelayOutcome(int Number, RelayVerdict Verdict, string Status, string Reply)
{
    /// <summary>The server that said so; null if none did.</summary>
    public string? Host { get; init; }

    /// <summary>Its IP address and port; null where it came to none.</summary>
    public string? HostAddress { get; init; }

    /// <summary>Version, cipher suite and how it was checked; null in clear.</summary>
    public string? Tls { get; init; }

    /// <summary>A line for each host that was asked for the recipient or could not be, with what it said; in order.</summary>
    public IReadOnlyList<string> Trail { get; init; } = [];

    /// <summary>Of a deferred one: its server may have it, since all was sent and the answer did not come back.</summary>
    public bool MayHaveBeenTaken { get; init; }

    /// <summary>Of a deferred one: not tried before, nor much later; null for the usual schedule.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>Of a deferred one: nobody was asked, so that it was no attempt.</summary>
    public bool IsUntried { get; init; }
}
