using System.Runtime.CompilerServices;
using System.Text;

namespace Cloud.Tests.Mail.Outside;

/// <summary>Compares what others read with what we read, against a list of where we mean to differ and why.</summary>
/// <remarks>
/// A list is a text file: <c># reason</c> lines, each above the keys it holds for. A key that is on the list and does
/// not differ fails the test too, so that the list never claims more than is true.
/// </remarks>
sealed class Differences
{
    readonly Dictionary<string, string> reasons = [];
    readonly HashSet<string> met = [];
    readonly StringBuilder faults = new();

    public static Differences Load(string name)
    {
        var list = new Differences();
        var reason = "";
        foreach (var line in File.ReadLines(Path.Combine(Folder(), name + ".differences")))
        {
            if (line.StartsWith('#'))
                reason = line[1..].Trim();
            else if (line.Length > 0)
                list.reasons.Add(line, reason);
        }

        Assert.All(list.reasons.Values, text => Assert.NotEmpty(text));
        return list;
    }

    public static string Folder([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "Data", "outside");

    public static string ReadText(params string[] path) => File.ReadAllText(Path.Combine([Folder(), .. path]));

    /// <returns>Whether they are the same.</returns>
    public bool Compare(string key, string? expected, string? actual)
    {
        var differs = !string.Equals(expected, actual, StringComparison.Ordinal);
        if (differs && !reasons.ContainsKey(key))
            faults.AppendLine($"{key}\n  they: {Shown(expected)}\n  we:   {Shown(actual)}");
        if (differs)
            met.Add(key);
        return !differs;
    }

    /// <summary>Fails on differences that are not listed, and on listed ones that are none.</summary>
    public void AssertAsListed()
    {
        foreach (var key in reasons.Keys.Except(met))
            faults.AppendLine($"{key}\n  is listed and does not differ");
        Assert.True(faults.Length == 0, faults.ToString());
    }

    static string Shown(string? text) =>
        text is null ? "nothing" : text[..Math.Min(text.Length, 400)].ReplaceLineEndings("⏎");
}
