using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cloud.Cli.Cost;

/// <summary>What was counted and what it costs, for programs.</summary>
sealed record CostJson(
    CostJson.PriceSource Prices,
    IReadOnlyDictionary<string, decimal> Assumed,
    IReadOnlyList<CostJson.Thing> Counted,
    IReadOnlyList<CostJson.MonthlyBill> Months
)
{
    public sealed record PriceSource(string Date, string Region, string Currency, string Source);

    /// <param name="ThousandCost">For 1,000 of it, by memory of an instance in MB.</param>
    public sealed record Thing(
        string Name,
        string Each,
        string What,
        Count Count,
        IReadOnlyDictionary<string, decimal> ThousandCost
    );

    public sealed record MonthlyBill(long Messages, string Host, int Memory, decimal Fixed, decimal Cost);

    public static string Write(IReadOnlyList<Scenario> scenarios, CostOptions options, PriceTable prices)
    {
        var bill = new Bill(scenarios, options, prices);
        var report = new CostJson(
            new(prices.Date, prices.Region, prices.Currency, prices.Source),
            new Dictionary<string, decimal>
            {
                ["logOctetsPerExecution"] = CostOptions.LogOctets,
                ["logSampling"] = CostOptions.LogSampling,
                ["hoursPerMonth"] = CostOptions.Hours,
                ["clients"] = options.Clients,
                ["sentFor100Received"] = options.Sent,
            },
            [
                .. scenarios.Select(one => new Thing(
                    one.Name,
                    one.Each,
                    one.What,
                    one.Count,
                    options.Memory.ToDictionary(memory => $"{memory}", memory => bill.Thousand(one, memory))
                )),
            ],
            [
                .. from messages in options.Months
                from host in prices.Hosts.Keys
                from memory in options.Memory
                let cost = Math.Round(bill.Month(messages, host, memory), 2)
                select new MonthlyBill(messages, host, memory, bill.Fixed(host), cost),
            ]
        );
        return JsonSerializer.Serialize(report, CostJsonContext.Default.CostJson) + "\n";
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(CostJson))]
sealed partial class CostJsonContext : JsonSerializerContext;
