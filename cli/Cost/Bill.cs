namespace Cloud.Cli.Cost;

/// <summary>What the counted things cost.</summary>
sealed class Bill(IReadOnlyList<Scenario> scenarios, CostOptions options, PriceTable prices)
{
    /// <summary>A month has so many days.</summary>
    const decimal Days = CostOptions.Hours / 24m;

    /// <summary>What the sweep of a day takes more for each message that is kept.</summary>
    /// <remarks>
    /// Its name in a list of 5,000; its place in a page of 256, of which some 500 come at a time (4 MiB); and once in 30
    /// days its thread's row, of which 1,000 come at a time.
    /// </remarks>
    static readonly Quantities SweptMessage = new()
    {
        [Meter.BlobWrite] = 1m / 5000,
        [Meter.TableOperation] = 1m / (256 * 500) + 1m / (30 * 1000),
    };

    /// <summary>A thousand of it, with nothing free.</summary>
    public decimal Thousand(Scenario scenario, int memory) => 1000 * prices.Of(Used(scenario, memory));

    /// <summary>What a thousand would cost more if each row of a transaction counted as an operation.</summary>
    public decimal RowByRow(Scenario scenario) =>
        1000 * prices.Prices[Meter.TableOperation].Of(scenario.Count.RowChanges - scenario.Count.Transactions);

    /// <summary>The host.</summary>
    public decimal Fixed(string host) => prices.Hosts[host].Values.Sum();

    /// <summary>
    /// A month: each message is received and judged, read by a connected client, and as many are kept; a share of as many
    /// is sent besides.
    /// </summary>
    public decimal Month(long messages, string host, int memory)
    {
        var used = messages * (Used("judge", memory) + Used("sync", memory));
        used += messages * options.Sent / 100m * Used("send", memory);
        used += Days * (Used("sweep", memory) + Used("timers", memory) + messages * SweptMessage);
        if (options.Clients > 0)
            used += CostOptions.Hours * (options.Clients * Used("idle", memory) + Used("watch", memory));
        return Fixed(host) + prices.OfMonth(used);
    }

    Quantities Used(string name, int memory) => Used(scenarios.First(scenario => scenario.Name == name), memory);

    Quantities Used(Scenario scenario, int memory) =>
        scenario.Count.On(memory, prices.Execution, CostOptions.LogOctets * CostOptions.LogSampling);
}
