namespace Cloud.Cli.Cost;

/// <summary>What one meter costs.</summary>
/// <param name="Amount">For <paramref name="Per"/> units.</param>
/// <param name="Free">Units that cost nothing each month.</param>
/// <param name="Source">What was read where, for whoever wants to read again.</param>
sealed record Price(decimal Amount, decimal Per, decimal Free, string Source)
{
    public decimal Of(decimal units) => units * Amount / Per;
}

/// <summary>How long an execution counts.</summary>
/// <param name="Minimum">Shorter ones count as that.</param>
/// <param name="Step">Longer ones are rounded up to it.</param>
sealed record ExecutionBilling(TimeSpan Minimum, TimeSpan Step)
{
    public TimeSpan Billed(TimeSpan lasted) => lasted <= Minimum ? Minimum : Step * Math.Ceiling(lasted / Step);
}

/// <summary>Prices of one day or month, in one currency.</summary>
/// <param name="Date">When they were read, as 2026-08-31 or 2026-08.</param>
/// <param name="Prices">Of every meter.</param>
/// <param name="Hosts">What a listener costs a month, item by item; by the host's name.</param>
sealed record PriceTable(
    string Date,
    string Region,
    string Currency,
    string Source,
    IReadOnlyDictionary<Meter, Price> Prices,
    ExecutionBilling Execution,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, decimal>> Hosts
)
{
    /// <summary>Without what is free: what one more costs.</summary>
    public decimal Of(Quantities used) => Meters.All.Sum(meter => Prices[meter].Of(used[meter]));

    /// <summary>A month's, less what is free.</summary>
    public decimal OfMonth(Quantities used) =>
        Meters.All.Sum(meter => Prices[meter].Of(Math.Max(0, used[meter] - Prices[meter].Free)));
}
