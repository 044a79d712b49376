using Cloud.Tests.Fakes;

namespace Cloud.Sim;

enum Fault
{
    None,

    /// <summary>It fails and is not done.</summary>
    Before,

    /// <summary>It is done, and fails.</summary>
    After,

    /// <summary>It fails, and is done later: a request that timed out under way.</summary>
    Late,

    /// <summary>There is no room.</summary>
    Full,

    /// <summary>It is done, but the answer takes long.</summary>
    Slow,
}

/// <summary>Which operations of the store fail, and how: single faults, and now and then bad weather for a while.</summary>
/// <param name="oneIn">One in so many operations fails in fair weather; 0 for none ever.</param>
/// <param name="mayBeLate">
/// Whether what failed may still be done later. Not where one process owns the store: its adapter ends an operation
/// before it answers.
/// </param>
sealed class FaultPlan(SeededEntropy dice, int oneIn, bool mayBeLate)
{
    const int WeatherLasts = 150;

    static readonly string[] Reads = ["get", "query", "open", "receive", "count"];
    static readonly string[] Growing = ["create", "write", "complete", "copy", "commit", "send"];

    Weather weather;

    enum Weather
    {
        Fair,
        Storm,
        Full,
    }

    public bool IsOn { get; set; }

    public Fault Draw(string operation)
    {
        if (!IsOn || oneIn == 0)
            return Fault.None;
        if (dice.Below(WeatherLasts) == 0)
            weather = dice.Below(3) == 0 ? (Weather)(1 + dice.Below(2)) : Weather.Fair;
        if (weather == Weather.Full && Growing.Any(name => operation.StartsWith(name, StringComparison.Ordinal)))
            return Fault.Full;
        if (dice.Below(weather == Weather.Storm ? 2 : oneIn) > 0)
            return Fault.None;
        if (Reads.Any(name => operation.StartsWith(name, StringComparison.Ordinal)))
            return dice.Below(2) == 0 ? Fault.Before : Fault.Slow;
        // What a writer was given is visible only once it is completed: nothing to be done late.
        var kinds = mayBeLate && operation is not ("create" or "write") ? 4 : 3;
        return dice.Below(kinds) switch
        {
            0 => Fault.Before,
            1 => Fault.After,
            2 => Fault.Slow,
            _ => Fault.Late,
        };
    }
}
