namespace Cloud.Cli.Cost;

/// <summary>What is counted, and for which month the bill is made out.</summary>
sealed record CostOptions
{
    /// <summary>Octets of log that one execution leaves. An assumption: the host's own line of its result.</summary>
    public const int LogOctets = 1000;

    /// <summary>Share of the log that is kept; as in infra/main.bicep.</summary>
    public const decimal LogSampling = 0.2m;

    /// <summary>Hours in a month.</summary>
    public const int Hours = 730;

    /// <summary>Octets of a message: 1,000 to 50,000,000.</summary>
    public int Size { get; init; } = 50_000;

    /// <summary>Accounts that a message goes to: 1 to 100.</summary>
    public int Recipients { get; init; } = 1;

    /// <summary>Messages in INBOX: 0 to 100,000.</summary>
    public int Mailbox { get; init; } = 1000;

    /// <summary>MB of a Functions instance: 512, 2048 or 4096.</summary>
    public IReadOnlyList<int> Memory { get; init; } = [2048, 512];

    /// <summary>Every call is answered by an instance that has just started.</summary>
    public bool Cold { get; init; }

    /// <summary>Messages a month.</summary>
    public IReadOnlyList<long> Months { get; init; } = [];

    /// <summary>Clients that are connected day and night: 0 to 1,000,000.</summary>
    public int Clients { get; init; } = 1;

    /// <summary>Messages sent to other servers for 100 that are received: 0 to 1,000. An assumption.</summary>
    public int Sent { get; init; } = 20;

    /// <returns>What is wrong with the options, all of it.</returns>
    public IEnumerable<string> Faults()
    {
        if (Size is < 1000 or > 50_000_000)
            yield return $"size: {Size} is not from 1000 to 50000000.";
        if (Recipients is < 1 or > 100)
            yield return $"recipients: {Recipients} is not from 1 to 100.";
        if (Mailbox is < 0 or > 100_000)
            yield return $"mailbox: {Mailbox} is not from 0 to 100000.";
        foreach (var memory in Memory.Where(memory => memory is not (512 or 2048 or 4096)))
            yield return $"memory: {memory} is not 512, 2048 or 4096.";
        foreach (var messages in Months.Where(messages => messages is < 0 or > 1_000_000_000_000))
            yield return $"month: {messages} is not from 0 to 1000000000000.";
        if (Clients is < 0 or > 1_000_000)
            yield return $"clients: {Clients} is not from 0 to 1000000.";
        if (Sent is < 0 or > 1000)
            yield return $"sent: {Sent} is not from 0 to 1000.";
    }
}
