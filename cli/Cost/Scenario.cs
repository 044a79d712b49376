namespace Cloud.Cli.Cost;

/// <summary>One thing that mail does, and what was counted when it did it once.</summary>
/// <param name="Each">What one of it is: a message, an hour.</param>
/// <param name="What">What happened, for whoever reads the figures.</param>
sealed record Scenario(string Name, string Each, string What, Count Count);
