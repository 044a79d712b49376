namespace Cloud.Trust.Spf;

/// <summary>The steps of a check, as many as a trace has use for.</summary>
sealed class StepList
{
    /// <summary>Steps. Ten terms with ten addresses each, and their matches, are below it.</summary>
    const int Max = 150;

    readonly List<string> steps = [];

    public IReadOnlyList<string> All => steps;

    /// <param name="step">Anything: what cannot be printed is replaced.</param>
    public void Add(string step)
    {
        if (steps.Count < Max)
            steps.Add(Line.Of(step));
    }
}
