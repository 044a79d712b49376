using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cloud.Tests.Cli.Cost;

public sealed class CostCommandTests : IDisposable
{
    readonly string directory = Directory.CreateTempSubdirectory("cloud-cost-test-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Real_sessions_are_counted()
    {
        var (code, json, errors) = await CostAsync("--mailbox", "5", "--size", "300000", "--recipients", "2", "--json");
        Assert.True(code == 0, errors);
        using var report = JsonDocument.Parse(json);
        var counted = report
            .RootElement.GetProperty("counted")
            .EnumerateArray()
            .ToDictionary(one => one.GetProperty("name").GetString()!, one => one.GetProperty("count"));
        long Of(string scenario, string what) => counted[scenario].GetProperty(what).GetInt64();

        // Three requests write 300,000 octets: two blocks and their list; the second account's copy is one.
        Assert.Equal(
            (4, 2, 0),
            (Of("receive", "blobWrites"), Of("receive", "transactions"), Of("receive", "rowReads"))
        );
        Assert.Equal(3, Of("receive", "executions")); // two recipients, one message
        // Who it is, two recipients, the message; then `Outbound`, once. Accepted, begun, sent: three transactions, and a
        // message of the queue that is put there, got and removed. The other server gets all of it; nothing is kept.
        Assert.Equal((5, 3), (Of("send", "executions"), Of("send", "transactions")));
        Assert.Equal((3, 1, 3), (Of("send", "blobWrites"), Of("send", "blobReads"), Of("send", "queueOperations")));
        Assert.InRange(Of("send", "sent"), 300_000, 305_000);
        Assert.Equal(0, Of("send", "blobOctets"));
        Assert.InRange(Of("receive", "blobOctets"), 600_000, 602_000);
        Assert.Equal((0, 2), (Of("sync", "blobWrites"), Of("sync", "blobReads")));
        Assert.InRange(Of("sync", "sent"), 300_000, 305_000);
        // An event for each of the two: put on the queue, got (perhaps both at once) and removed; its row made, and done; posted.
        Assert.InRange(Of("hook", "queueOperations"), 5, 6);
        Assert.Equal((4, 2), (Of("hook", "transactions"), Of("hook", "executions")));
        Assert.Equal(3600, Of("watch", "queueOperations"));
        Assert.Equal(24, Of("sweep", "executions"));
        Assert.Equal(24 * 6 + 24 + 4, Of("timers", "executions"));

        // Each recipient's own filter would read the message; only the first one's has learned.
        Assert.Equal(
            (4, 2, 1, 3),
            (
                Of("judge", "blobWrites"),
                Of("judge", "transactions"),
                Of("judge", "blobReads"),
                Of("judge", "executions")
            )
        );
        // Twice for each recipient: is the sender known, has it waited; that is kept, and that it has. Addresses,
        // accounts and filters are read again after the wait.
        Assert.Equal((6, 5), (Of("stranger", "transactions"), Of("stranger", "executions")));
        Assert.InRange(Of("stranger", "rowReads"), 8, 8 + 6);
    }

    [Fact]
    public async Task A_received_message_costs_one_blob_and_one_transaction_and_the_documented_month_is_the_printed_one()
    {
        var (code, page, errors) = await CostAsync("--month", "0", "10000", "100000", "1000000");
        Assert.True(code == 0, errors);
        Assert.Matches(@"(?m)^receive +message +1 +0 +0 +1 \(\d\) +0 +2 ", page);
        Assert.Matches(@"(?m)^send +a user signs in and submits one, which goes to another server", page);
        Assert.Contains("for 100 of them 20 are sent to other servers", page);

        var text = await File.ReadAllTextAsync(Path.Combine(Infra.Tool.Root, "docs/deploy.md"));
        var (printed, documented) = (Months(page), Months(text));
        Assert.Equal(4, printed.Count);
        Assert.Equal(printed.Keys, documented.Keys);
        foreach (var (messages, prices) in printed)
        {
            foreach (var (now, then) in prices.Zip(documented[messages]))
                Assert.InRange(then, now - Cents(now), now + Cents(now));
        }
        var (each, told) = (Thousands(page), Thousands(text));
        Assert.Equal(11, each.Count);
        Assert.Equal(each.Keys, told.Keys);
        foreach (var (name, prices) in each)
        {
            foreach (var (now, then) in prices.Zip(told[name]))
                Assert.InRange(then, 0.99m * now, 1.01m * now);
        }
        foreach (Match total in Regex.Matches(page, @"(?m)^(?:vm|containerapp): ([\d.]+) fixed"))
            Assert.Contains($"**${total.Groups[1].Value}", text);
    }

    [Fact]
    public async Task Another_price_table_is_taken()
    {
        var prices = await File.ReadAllTextAsync(Path.Combine(Infra.Tool.Root, "cli/Cost/prices.json"));
        var (code, page, errors) = await CostAsync(
            "--mailbox",
            "0",
            "--prices",
            Write(prices.Replace("westus", "mars"))
        );
        Assert.True(code == 0, errors);
        Assert.Contains(", mars, USD.", page);
    }

    [Fact]
    public async Task What_cannot_be_is_told_all_at_once_and_nothing_counted()
    {
        string[] wrong = ["--size", "5", "--recipients", "0", "--mailbox", "-1", "--memory", "7", "--month", "-1"];
        string[] more = ["--clients", "-1", "--sent", "-1", "--prices", Write("{}")];
        var (code, page, errors) = await CostAsync([.. wrong, .. more]);
        Assert.Equal((2, ""), (code, page));
        foreach (var name in new[] { "size", "recipients", "mailbox", "memory", "month", "clients", "sent" })
            Assert.Matches($"(?m)^{name}: ", errors);
        Assert.Contains("prices.json: prices: must be an object.", errors);
        Assert.Contains("prices.json: hosts: must be an object.", errors);
    }

    [Fact]
    public async Task A_price_table_that_is_not_there_is_told()
    {
        var (code, _, errors) = await CostAsync("--prices", Path.Combine(directory, "nothing.json"));
        Assert.Equal(2, code);
        Assert.StartsWith("prices: ", errors);
    }

    static Task<(int ExitCode, string Output, string Errors)> CostAsync(params string[] arguments) =>
        CloudProcess.RunAsync(null, ["cost", .. arguments]);

    string Write(string prices)
    {
        var path = Path.Combine(directory, "prices.json");
        File.WriteAllText(path, prices);
        return path;
    }

    /// <summary>What chance may make of a sum: a message's rows are some octets longer or shorter.</summary>
    static decimal Cents(decimal sum) => Math.Max(0.01m, 0.001m * sum);

    /// <summary>The last two columns of the table of what was counted, by the first.</summary>
    static Dictionary<string, decimal[]> Thousands(string text) =>
        Regex
            .Matches(text, @"(?m)^([a-z]+) +(?:message|session|hour|day) .* (\d+\.\d{4}) +(\d+\.\d{4})\r?$")
            .ToDictionary(
                row => row.Groups[1].Value,
                row =>
                    row.Groups.Values.Skip(2)
                        .Select(price => decimal.Parse(price.Value, CultureInfo.InvariantCulture))
                        .ToArray()
            );

    /// <summary>The lines of a month's table: messages, and a price for each host and memory.</summary>
    static Dictionary<string, decimal[]> Months(string text) =>
        Regex
            .Matches(text, @"(?m)^ *([\d,]+)((?: +[\d,]+\.\d\d){4})\r?$")
            .ToDictionary(
                row => row.Groups[1].Value,
                row =>
                    row.Groups[2]
                        .Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                        .Select(price => decimal.Parse(price, CultureInfo.InvariantCulture))
                        .ToArray()
            );
}
