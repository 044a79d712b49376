using System.Buffers;

namespace Cloud.Store.Ports;

/// <summary>What every adapter takes as a name: what Azure takes, where emulators and file systems take more.</summary>
public static class StoreNames
{
    static readonly SearchValues<char> BlobCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!/"
    );

    /// <summary>Containers and queues: 3 to 63 lower-case letters, digits and single hyphens within.</summary>
    public static bool IsContainer(string name) =>
        name.Length is >= 3 and <= 63
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
        && name[0] != '-'
        && name[^1] != '-'
        && !name.Contains("--", StringComparison.Ordinal);

    /// <summary>3 to 63 letters and digits, the first a letter; <c>tables</c> is the list of tables itself.</summary>
    public static string CheckTable(string name) =>
        name.Length is >= 3 and <= 63
        && char.IsAsciiLetter(name[0])
        && name.All(char.IsAsciiLetterOrDigit)
        && !name.Equals("tables", StringComparison.OrdinalIgnoreCase)
            ? name
            : throw new ArgumentException($"Not a table name: {name}", nameof(name));

    public static string CheckQueue(string name) =>
        IsContainer(name) ? name : throw new ArgumentException($"Not a queue name: {name}", nameof(name));

    /// <summary>1 to 512 letters, digits and <c>- _ . ! /</c>.</summary>
    /// <remarks>
    /// A blob name travels as a path, which is tidied up on its way: <c>a/../b</c> would reach <c>b</c>, or another
    /// container. So no empty segment and none that ends in a dot (Azure advises against the latter, too).
    /// </remarks>
    public static string CheckBlob(string name)
    {
        var sound = name.Length is >= 1 and <= 512 && !name.AsSpan().ContainsAnyExcept(BlobCharacters);
        foreach (var segment in name.AsSpan().Split('/'))
            sound &= !name.AsSpan()[segment].IsEmpty && !name.AsSpan()[segment].EndsWith('.');
        return sound ? name : throw new ArgumentException($"Not a blob name: {name}", nameof(name));
    }
}
