namespace Cloud.Cli.Cost;

/// <summary>What the counted things cost.</summary>
sealed class Bill(IReadOnlyList<Scenario> scenarios, CostOptions options, PriceTable prices)
{
    /// <summary>A month has so many days.</summary>
    const decimal Days = CostOptions.Hours / 24m;

    /// <summary>A thousand of it, with nothing free.</summary>
    public decimal Thousand(Scenario scenario, int memory) => 1000 * prices.Of(Used(scenario, memory));

    /// <summary>What a thousand would cost more if each row of a transaction counted as an operation.</summary>
    public decimal RowByRow(Scenario scenario) =>
        1000 * prices.Prices[Meter.TableOperation].Of(scenario.Count.RowChanges - scenario.Count.Transactions);

    /// <summary>The host.</summary>
    public decimal Fixed(string host) => prices.Hosts[host].Values.Sum();

    /// <summary>A month: each message is received and read by a connected client.</summary>
    public decimal Month(long messages, string host, int memory)
    {
        var used = messages * (Used("receive", memory) + Used("sync", memory)) + Days * Used("sweep", memory);
        if (options.Clients > 0)
            used += CostOptions.Hours * (options.Clients * Used("idle", memory) + Used("watch", memory));
        return Fixed(host) + prices.OfMonth(used);
    }

    Quantities Used(string name, int memory) => Used(scenarios.First(scenario => scenario.Name == name), memory);

    Quantities Used(Scenario scenario, int memory) =>
        scenario.Count.On(memory, prices.Execution, CostOptions.LogOctets * CostOptions.LogSampling);
}
