using System.Globalization;

namespace Cloud.Api.Rest.Messages;

/// <summary>The one range that is asked for (RFC 9110 §14.2). Several at once are answered as none.</summary>
static class ByteRange
{
    /// <param name="size">Octets that there are.</param>
    /// <exception cref="ApiException">416: it begins behind the end.</exception>
    public static (long Start, long Length, bool IsPart) Of(ApiCall call, long size)
    {
        const string unit = "bytes=";
        var asked = call.Request.Header("Range");
        if (asked is null || !asked.StartsWith(unit, StringComparison.OrdinalIgnoreCase))
            return (0, size, false);
        var (first, last) = asked[unit.Length..].Split('-') is [var from, var to] ? (from.Trim(), to.Trim()) : ("", "");
        if (first.Length == 0 && Number(last) is { } suffix)
            return suffix == 0 || size == 0
                ? throw Unsatisfiable(size)
                : (Math.Max(size - suffix, 0), Math.Min(suffix, size), true);
        if (Number(first) is not { } start || (last.Length > 0 && Number(last) is null))
            return (0, size, false); // RFC 9110 §14.2: what is no range is passed over
        if (start >= size)
            throw Unsatisfiable(size);
        var end = Math.Min(Number(last) ?? size - 1, size - 1);
        return end < start ? (0, size, false) : (start, end - start + 1, true);
    }

    static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    static ApiException Unsatisfiable(long size) =>
        new(
            ApiProblem.Of(
                416,
                "range",
                $"There are {size} octets.",
                [new("It begins behind the end.", Header: "Range")]
            )
        );
}
