using System.Globalization;

namespace Cloud.Sim;

/// <summary>What happened, in order: printed when a history fails, and the same again for the same seed.</summary>
sealed class Trace(TimeProvider clock)
{
    readonly List<string> lines = [];

    public void Add(string who, string what) =>
        lines.Add(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{lines.Count, 5} {clock.GetUtcNow():dd HH:mm:ss.fff} {who}: {what}"
            )
        );

    public override string ToString() => string.Join('\n', lines);
}
