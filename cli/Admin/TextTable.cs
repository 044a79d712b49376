namespace Cloud.Cli.Admin;

/// <summary>Lines of columns for a terminal.</summary>
static class TextTable
{
    /// <param name="rows">The headings first; each of the same length.</param>
    public static void Print(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = rows[0].Select((_, column) => rows.Max(row => Plain(row[column]).Length)).ToList();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) => Plain(cell).PadRight(widths[column]));
            Console.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    /// <summary>What strangers wrote must not move the terminal's cursor.</summary>
    public static string Plain(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;

    /// <summary>A time to the second, UTC.</summary>
    public static string Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)
        ?? "-";
}
