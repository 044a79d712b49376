using System.Globalization;

namespace Cloud.Bench;

/// <summary>`--name value` pairs.</summary>
sealed class Options
{
    readonly Dictionary<string, string> values = [];

    public static Options Parse(IEnumerable<string> args)
    {
        var options = new Options();
        foreach (var pair in args.Chunk(2))
        {
            if (pair.Length != 2 || !pair[0].StartsWith("--", StringComparison.Ordinal))
                throw new ArgumentException($"Not `--name value`: {string.Join(' ', pair)}");
            options.values[pair[0][2..]] = pair[1];
        }
        return options;
    }

    public int Number(string name, int otherwise) =>
        values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public string? Text(string name) => values.GetValueOrDefault(name);
}
