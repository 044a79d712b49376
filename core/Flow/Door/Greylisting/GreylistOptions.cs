namespace Cloud.Flow.Door.Greylisting;

/// <summary>What speaks for a sender whose message would have to wait.</summary>
[Flags]
public enum GreylistGrounds
{
    None = 0,

    /// <summary>The recipient knows the sender.</summary>
    KnownSender = 1,

    /// <summary>SPF passes.</summary>
    Spf = 2,

    /// <summary>A DKIM signature of the sender's domain verifies.</summary>
    Dkim = 4,

    /// <summary>An allow list has the client.</summary>
    AllowList = 8,
}

/// <summary>How long strangers wait. RFC 6647 §4, §5.</summary>
public sealed record GreylistOptions
{
    /// <summary>The wait: a retry before it is over is told to wait for the rest. Default: postgrey's, in reach of all queues.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a retry is waited for; one that comes later starts anew. Default: postgrey's.</summary>
    public TimeSpan RetryWindow { get; init; } = TimeSpan.FromDays(2);

    /// <summary>How long one that waited may come without waiting, from its last message on. Default: postgrey's.</summary>
    public TimeSpan Memory { get; init; } = TimeSpan.FromDays(35);

    /// <summary>Senders of a network that waited, an hour apart, before none of it waits any more; 0 for never. Default: postgrey's.</summary>
    public int AllowNetworkAfter { get; init; } = 5;

    /// <summary>Who need not wait. SPF and DKIM are not among them: whoever rents a domain has them.</summary>
    public GreylistGrounds SkipFor { get; init; } = GreylistGrounds.KnownSender | GreylistGrounds.AllowList;
}
