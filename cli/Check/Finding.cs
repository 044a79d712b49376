namespace Cloud.Cli.Check;

/// <summary>How serious a finding is.</summary>
enum Verdict
{
    Ok,

    /// <summary>It works, though not as well as it should.</summary>
    Warning,

    Failed,
}

/// <summary>One thing that a check found out.</summary>
/// <param name="Where">Service and port: <c>imaps 993</c>.</param>
sealed record Finding(string Where, Verdict Verdict, string Text);
