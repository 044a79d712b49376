namespace Cloud.Listener.Gateway;

/// <summary>Where the Functions app is, and how much is asked of it.</summary>
public sealed record HttpGatewayOptions
{
    /// <summary>The app's root, as <c>https://name.azurewebsites.net/</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>
    /// Whose watch queue is told of changes, from <see cref="Api.Gateway.ListenerWatch.NewListener"/>; null when changes
    /// are only looked for.
    /// </summary>
    public string? Listener { get; init; }

    /// <summary>Calls under way at once. Default: what four instances of 16 calls each take.</summary>
    public int InFlight { get; init; } = 64;

    /// <summary>Calls that wait for their turn; one more is told to come later. Default: some seconds of work.</summary>
    public int Waiting { get; init; } = 512;

    /// <summary>How long a call waits for its turn.</summary>
    public TimeSpan Turn { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Tries of one call.</summary>
    public int Tries { get; init; } = 4;

    /// <summary>Failures in a row after which calls fail at once. Default: more than one instance's end causes.</summary>
    public int BreakAfter { get; init; } = 8;

    /// <summary>How long calls fail at once before one is let through to see.</summary>
    public TimeSpan BreakFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often a watched account is looked at where there is no watch queue.
    /// </summary>
    public TimeSpan WatchEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <returns>What is wrong with the options, all of it.</returns>
    public IEnumerable<string> Faults()
    {
        if (!Address.IsAbsoluteUri || Address.Scheme is not ("http" or "https"))
            yield return $"Address {Address} is no http or https address";
        if (InFlight is < 1 or > 10_000)
            yield return $"InFlight {InFlight} is not from 1 to 10,000";
        if (Waiting < 0)
            yield return $"Waiting {Waiting} is negative";
        if (Tries is < 1 or > 10)
            yield return $"Tries {Tries} is not from 1 to 10";
        if (BreakAfter < 1)
            yield return $"BreakAfter {BreakAfter} is under 1";
        if (WatchEvery < TimeSpan.FromMilliseconds(100))
            yield return $"WatchEvery {WatchEvery} is under 100 ms";
    }
}
