using System.Text.Json;

namespace Cloud.Cli.Cost;

/// <summary>What Azure counts and asks money for.</summary>
enum Meter
{
    /// <summary>A blob or a block written, a blob copied, a page of names.</summary>
    BlobWrite,
    BlobRead,

    /// <summary>A row or a page of rows read, a transaction.</summary>
    TableOperation,
    QueueOperation,

    /// <summary>A call that the Functions app answered.</summary>
    Execution,

    /// <summary>Seconds that executions last, each at least the least that is billed, times GB of the instance.</summary>
    GigabyteSecond,

    /// <summary>Sent to clients and other servers.</summary>
    EgressOctet,
    LogOctet,

    /// <summary>A message's octets kept for a month.</summary>
    BlobOctetMonth,

    /// <summary>Its rows, kept for a month.</summary>
    TableOctetMonth,
}

static class Meters
{
    public static readonly IReadOnlyList<Meter> All = Enum.GetValues<Meter>();

    /// <summary>As price tables and JSON name it.</summary>
    public static string Name(Meter meter) => JsonNamingPolicy.CamelCase.ConvertName($"{meter}");
}

/// <summary>How much of each meter.</summary>
sealed class Quantities
{
    readonly decimal[] amounts = new decimal[Meters.All.Count];

    public decimal this[Meter meter]
    {
        get => amounts[(int)meter];
        init => amounts[(int)meter] = value;
    }

    public static Quantities operator +(Quantities one, Quantities other) => Of(meter => one[meter] + other[meter]);

    public static Quantities operator *(decimal factor, Quantities one) => Of(meter => factor * one[meter]);

    static Quantities Of(Func<Meter, decimal> amount)
    {
        var made = new Quantities();
        foreach (var meter in Meters.All)
            made.amounts[(int)meter] = amount(meter);
        return made;
    }
}
