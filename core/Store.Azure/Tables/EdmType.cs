using System.Globalization;

namespace Cloud.Store.Azure.Tables;

/// <summary>Types of OData's Entity Data Model that JSON cannot tell apart by itself.</summary>
static class EdmType
{
    public const string Int64 = "Edm.Int64";
    public const string Double = "Edm.Double";
    public const string Binary = "Edm.Binary";
    public const string Guid = "Edm.Guid";
    public const string DateTime = "Edm.DateTime";

    /// <summary>Ends the name of the property that carries a type.</summary>
    public const string Annotation = "@odata.type";

    /// <summary>The service's earliest DateTime.</summary>
    public static readonly DateTimeOffset FirstTime = new(1601, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Begins the name under which a time before 1601 (a forged or broken Date field, say) is kept, as its ticks in an
    /// Int64. A row's own names start with a letter, so the two cannot meet.
    /// </summary>
    public const string EarlyPrefix = "_";

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary><c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c> are the names the service uses as well.</summary>
    public static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Seven digits of fraction: ticks, the service's own precision.</summary>
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    public static object Parse(string type, string text) =>
        type switch
        {
            Int64 => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
            Double => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
            Binary => Convert.FromBase64String(text),
            Guid => System.Guid.Parse(text),
            DateTime => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal),
            _ => text,
        };
}
