using System.Globalization;
using System.Text;

namespace Cloud.Cli.Cost;

/// <summary>What was counted and what it costs, for people.</summary>
sealed class CostReport(IReadOnlyList<Scenario> scenarios, CostOptions options, PriceTable prices)
{
    readonly Bill bill = new(scenarios, options, prices);

    public string Write() =>
        string.Join(
            '\n',
            [.. Counted(), "", .. Explained(), "", .. Assumed(), .. Months().SelectMany(line => new[] { line })]
        ) + "\n";

    IEnumerable<string> Counted()
    {
        yield return Text(
            $"Messages of {options.Size:N0} octets to {options.Recipients:N0} of us, INBOX with {options.Mailbox:N0}, {(options.Cold ? "each call to an instance that has just started" : "instances that are warm")}."
        );
        yield return "";
        string[] head =
        [
            "",
            "each",
            "blob writes",
            "blob reads",
            "row reads",
            "transactions",
            "rows changed",
            "queue",
            "executions",
            "octets sent",
            "octets kept",
            .. options.Memory.Select(memory => Text($"{prices.Currency}/1,000 at {memory} MB")),
        ];
        foreach (var line in Aligned([head, .. scenarios.Select(Row)], left: 2))
            yield return line;
    }

    string[] Row(Scenario scenario)
    {
        var count = scenario.Count;
        long[] figures =
        [
            count.BlobWrites,
            count.BlobReads,
            count.RowReads,
            count.Transactions,
            count.RowChanges,
            count.QueueOperations,
            count.Executions,
            count.Sent,
            count.BlobOctets + count.RowOctets,
        ];
        return
        [
            scenario.Name,
            scenario.Each,
            .. figures.Select(figure => Text($"{figure:N0}")),
            .. options.Memory.Select(memory => Text($"{bill.Thousand(scenario, memory):N4}")),
        ];
    }

    IEnumerable<string> Explained() => scenarios.Select(scenario => $"{scenario.Name, -8} {scenario.What}");

    IEnumerable<string> Assumed()
    {
        yield return Text($"Prices: {prices.Date:yyyy-MM-dd}, {prices.Region}, {prices.Currency}. {prices.Source}.");
        yield return "Nothing free is taken off the prices for 1,000; what is kept is priced for one month.";
        yield return Text(
            $"Executions: billed {Milliseconds(prices.Execution.Minimum)} ms at least; those counted took {Milliseconds(Average())} ms here. One that runs beside others on its instance costs less: this is the most."
        );
        yield return Text(
            $"Assumed, not counted: {CostOptions.LogOctets:N0} octets of log an execution, {CostOptions.LogSampling:P0} of them kept. Not in it: TLS, the Functions host's own looks into queues, the vault."
        );
        yield return Text(
            $"A transaction is taken for one table operation; if each of its rows is one, receive costs {bill.RowByRow(scenarios[0]):N4} more."
        );
    }

    IEnumerable<string> Months()
    {
        if (options.Months.Count == 0)
            yield break;
        yield return "";
        yield return Text(
            $"A month ({CostOptions.Hours} hours), in {prices.Currency}: each message is received and read by a connected client; {options.Clients:N0} connected day and night. What is free is taken off."
        );
        yield return "";
        var columns = prices.Hosts.Keys.SelectMany(host => options.Memory, (host, memory) => (host, memory)).ToList();
        string[] head = ["messages", .. columns.Select(column => Text($"{column.host}, {column.memory} MB"))];
        var rows = options.Months.Select(messages =>
            columns
                .Select(column => Text($"{bill.Month(messages, column.host, column.memory):N2}"))
                .Prepend(Text($"{messages:N0}"))
                .ToArray()
        );
        foreach (var line in Aligned([head, .. rows], left: 0))
            yield return line;
        yield return "";
        foreach (var (host, items) in prices.Hosts)
            yield return Text($"{host}: {bill.Fixed(host):N2} fixed = {string.Join(" + ", items.Select(Item))}");
    }

    static string Item(KeyValuePair<string, decimal> item) => Text($"{item.Key} {item.Value:N2}");

    TimeSpan Average()
    {
        var executions = scenarios.Sum(scenario => scenario.Count.Executions);
        var lasted = scenarios.Aggregate(TimeSpan.Zero, (sum, scenario) => sum + scenario.Count.Lasted);
        return executions == 0 ? default : lasted / executions;
    }

    static string Milliseconds(TimeSpan time) => Text($"{time.TotalMilliseconds:N0}");

    /// <summary>Columns as wide as they need be.</summary>
    /// <param name="left">So many columns are words.</param>
    static IEnumerable<string> Aligned(IReadOnlyList<string[]> rows, int left)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(at => rows.Max(row => row[at].Length)).ToArray();
        return rows.Select(row =>
            string.Join(
                "  ",
                row.Select((cell, at) => at < left ? cell.PadRight(widths[at]) : cell.PadLeft(widths[at]))
            )
        );
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
