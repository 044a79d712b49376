namespace Cloud.Flow.Door.Greylisting;

/// <summary>The times of <see cref="GreylistOptions"/> by their names: the same wherever the gateway runs.</summary>
public static class GreylistSettings
{
    /// <summary>Longest wait that a queue's patience surely outlasts, in minutes: 12 hours.</summary>
    const int MaxMinutes = 720;

    /// <summary>Hours a sender goes on trying: five days (RFC 5321 §4.5.4.1), and as much again.</summary>
    const int MaxHours = 240;

    const int MaxDays = 365;

    /// <summary>Each with the value a command line shows, and what it is, its default in brackets.</summary>
    public static IReadOnlyList<(string Name, string Value, string Description)> Names { get; } =
    [
        ("greylist-minutes", "NUMBER", "How long a stranger waits, 1 to 720 (5)"),
        ("greylist-retry-hours", "NUMBER", "How long its retry is waited for, 13 to 240 (48)"),
        ("greylist-days", "NUMBER", "How long who has waited need not wait again, 1 to 365 (35)"),
        (
            "greylist-network-after",
            "NUMBER",
            "Senders of a network that have waited before none of it waits any more, 0 for never (5)"
        ),
    ];

    /// <param name="number">A setting's value by its name, default, least and most.</param>
    public static GreylistOptions Read(Func<string, int, int, int, int> number)
    {
        var standard = new GreylistOptions();
        return standard with
        {
            Delay = TimeSpan.FromMinutes(number(Names[0].Name, (int)standard.Delay.TotalMinutes, 1, MaxMinutes)),
            RetryWindow = TimeSpan.FromHours(
                // More than the longest wait: else nobody could come in time.
                number(Names[1].Name, (int)standard.RetryWindow.TotalHours, MaxMinutes / 60 + 1, MaxHours)
            ),
            Memory = TimeSpan.FromDays(number(Names[2].Name, (int)standard.Memory.TotalDays, 1, MaxDays)),
            AllowNetworkAfter = number(Names[3].Name, standard.AllowNetworkAfter, 0, MaxNetworks),
        };
    }

    /// <summary>Senders of a network; beyond it is as good as never.</summary>
    const int MaxNetworks = 1000;
}
