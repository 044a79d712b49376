namespace Cloud.Flow.Submission;

/// <summary>The limits of <see cref="SubmissionOptions"/> by their names: the same wherever the gateway runs.</summary>
public static class SubmissionSettings
{
    static readonly (string Name, string Description, int Standard)[] Table =
    [
        ("send-messages-hour", "Messages an account sends in an hour, 0 for any number", 500),
        ("send-messages-day", "The same in a day", 2_000),
        ("send-recipients-hour", "Recipients of what an account sends in an hour, 0 for any number", 2_000),
        ("send-recipients-day", "The same in a day", 10_000),
        ("domain-messages-hour", "Messages sent in a domain's name in an hour, 0 for any number", 5_000),
        ("domain-messages-day", "The same in a day", 20_000),
        (
            "domain-recipients-hour",
            "Recipients of what is sent in a domain's name in an hour, 0 for any number",
            20_000
        ),
        ("domain-recipients-day", "The same in a day", 100_000),
    ];

    /// <summary>Each with the value a command line shows, and what it is, its default in brackets.</summary>
    public static IReadOnlyList<(string Name, string Value, string Description)> Names { get; } =
    [.. Table.Select(one => (one.Name, "NUMBER", $"{one.Description} ({one.Standard})"))];

    /// <param name="number">A setting's value by its name and default.</param>
    public static SubmissionOptions Read(Func<string, int, int> number)
    {
        int[] given = [.. Table.Select(one => number(one.Name, one.Standard))];
        return new()
        {
            PerAccount = SubmissionOptions.Limits(given[0], given[1], given[2], given[3]),
            PerDomain = SubmissionOptions.Limits(given[4], given[5], given[6], given[7]),
        };
    }
}
