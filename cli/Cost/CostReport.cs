using System.Globalization;

namespace Cloud.Cli.Cost;

/// <summary>What was counted and what it costs, for people.</summary>
sealed class CostReport(IReadOnlyList<Scenario> scenarios, CostOptions options, PriceTable prices)
{
    readonly Bill bill = new(scenarios, options, prices);

    public string Write() =>
        string.Join('\n', [.. Counted(), "", .. Explained(), "", .. Assumed(), .. Months()]) + "\n";

    IEnumerable<string> Counted()
    {
        var instances = options.Cold ? "instances that have just started" : "warm instances";
        yield return Text(
            $"Messages of {options.Size:N0} octets to {options.Recipients:N0}, INBOX with {options.Mailbox:N0}, {instances}."
        );
        yield return Text(
            $"Counted for one; the last columns: {prices.Currency} for 1,000, by MB of an instance's memory."
        );
        yield return "";
        string[] head = ["", "for one", "blobs written", "read", "rows read", "transactions (rows)", "queue"];
        string[] more = ["calls", "octets sent", "kept", .. options.Memory.Select(memory => Text($"{memory} MB"))];
        foreach (
            var line in Aligned(
                [
                    [.. head, .. more],
                    .. scenarios.Select(Row),
                ],
                words: 2
            )
        )
            yield return line;
    }

    string[] Row(Scenario scenario)
    {
        var count = scenario.Count;
        return
        [
            scenario.Name,
            scenario.Each,
            Text($"{count.BlobWrites:N0}"),
            Text($"{count.BlobReads:N0}"),
            Text($"{count.RowReads:N0}"),
            Text($"{count.Transactions:N0} ({count.RowChanges:N0})"),
            Text($"{count.QueueOperations:N0}"),
            Text($"{count.Executions:N0}"),
            Text($"{count.Sent:N0}"),
            Text($"{count.BlobOctets + count.RowOctets:N0}"),
            .. options.Memory.Select(memory => Text($"{bill.Thousand(scenario, memory):N4}")),
        ];
    }

    IEnumerable<string> Explained() => scenarios.Select(scenario => $"{scenario.Name, -8}  {scenario.What}");

    IEnumerable<string> Assumed()
    {
        yield return Text($"Prices of {prices.Date}, {prices.Region}, {prices.Currency}.");
        yield return $"{prices.Source}.";
        yield return "Nothing free is taken off those for 1,000; what is kept is priced for one month.";
        yield return Text(
            $"A call is an execution, billed {prices.Execution.Minimum.TotalMilliseconds:N0} ms at least. Here one took {Average().TotalMilliseconds:N1} ms;"
        );
        yield return "those that run beside others on an instance are billed together, so this is the most.";
        yield return Text(
            $"A transaction is taken for one operation. If each of its rows is one, receive costs {bill.RowByRow(scenarios[0]):N4} more."
        );
        yield return Text(
            $"Assumed: {CostOptions.LogOctets:N0} octets of log a call, {100 * CostOptions.LogSampling:N0} % of them kept. Left out: TLS, the Functions"
        );
        yield return "host's own looks into queues, the vault, storage of earlier months; copies in Sent; what another server";
        yield return "takes longer than the one here; reports to other domains, each of which is a message sent.";
    }

    IEnumerable<string> Months()
    {
        if (options.Months.Count == 0)
            yield break;
        yield return "";
        yield return Text(
            $"A month of {CostOptions.Hours} hours, in {prices.Currency}, less what is free. Each message is received and judged,"
        );
        yield return Text(
            $"synced, and kept, so that the sweep meets it each day; for 100 of them {options.Sent:N0} are sent to other servers;"
        );
        yield return Text($"{options.Clients:N0} connected day and night.");
        yield return "";
        var columns = prices.Hosts.Keys.SelectMany(_ => options.Memory, (host, memory) => (Host: host, Memory: memory));
        string[] head = ["messages", .. columns.Select(column => Text($"{column.Host}, {column.Memory} MB"))];
        var rows = options.Months.Select(messages =>
            columns
                .Select(column => Text($"{bill.Month(messages, column.Host, column.Memory):N2}"))
                .Prepend(Text($"{messages:N0}"))
                .ToArray()
        );
        foreach (var line in Aligned([head, .. rows], words: 0))
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

    /// <summary>Columns as wide as they need be.</summary>
    /// <param name="words">So many columns are no figures.</param>
    static IEnumerable<string> Aligned(IReadOnlyList<string[]> rows, int words)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(at => rows.Max(row => row[at].Length)).ToArray();
        return rows.Select(row =>
            string.Join(
                "  ",
                row.Select((cell, at) => at < words ? cell.PadRight(widths[at]) : cell.PadLeft(widths[at]))
            )
        );
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
