namespace Cloud.Clients;

/// <summary>Arguments of <c>cloud serve</c> for runs that are more than any user sends.</summary>
static class Unlimited
{
    static readonly string[] Limits =
    [
        "submission-rate",
        "send-messages-hour",
        "send-messages-day",
        "send-recipients-hour",
        "send-recipients-day",
        "domain-messages-hour",
        "domain-messages-day",
        "domain-recipients-hour",
        "domain-recipients-day",
    ];

    public static IEnumerable<string> Sending => Limits.SelectMany(limit => new[] { $"--{limit}", "0" });
}
