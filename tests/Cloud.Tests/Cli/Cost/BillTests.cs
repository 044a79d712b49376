using System.Text;
using Cloud.Cli.Cost;

namespace Cloud.Tests.Cli.Cost;

/// <summary>Figures a reader can work out in the head, from a table of round prices.</summary>
public sealed class BillTests
{
    static readonly PriceTable Prices = PriceTableReader
        .Read(
            Encoding.UTF8.GetBytes(
                """
                {
                  "date": "2026-01-02", "region": "here", "currency": "EUR", "source": "Made up",
                  "prices": {
                    "blobWrite": { "price": 10, "per": 1000 },
                    "blobRead": { "price": 1, "per": 1000 },
                    "tableOperation": { "price": 2, "per": 1000 },
                    "queueOperation": { "price": 3, "per": 3600 },
                    "execution": { "price": 4, "per": 1000, "free": 500 },
                    "gigabyteSecond": { "price": 0.5, "per": 1, "free": 100 },
                    "egressOctet": { "price": 1, "per": 1000 },
                    "logOctet": { "price": 1, "per": 1000 },
                    "blobOctetMonth": { "price": 1, "per": 1000 },
                    "tableOctetMonth": { "price": 1, "per": 1000 }
                  },
                  "execution": { "minimumMilliseconds": 1000, "stepMilliseconds": 100 },
                  "hosts": { "shed": { "roof": 5, "door": 2.5 }, "palace": { "all": 100 } }
                }
                """
            )
        )
        .Table!;

    static readonly Scenario[] Scenarios =
    [
        Scenario("receive", Count.None with { BlobWrites = 1, Transactions = 1, RowChanges = 5, Executions = 2 }),
        Scenario("judge", Count.None with { BlobWrites = 1, Transactions = 1, RowChanges = 5, Executions = 2 }),
        Scenario("sync", Count.None with { BlobReads = 2, RowReads = 3, Executions = 1 }),
        Scenario("idle", Count.None with { Executions = 1 }),
        Scenario("watch", Count.None with { QueueOperations = 3600 }),
        Scenario("sweep", Count.None),
        Scenario("timers", Count.None),
        Scenario("send", Count.None with { QueueOperations = 3 }),
    ];

    static Bill Bill(int clients, int sent = 0) =>
        new(Scenarios, new CostOptions { Clients = clients, Sent = sent }, Prices);

    [Theory]
    [InlineData(0, 512, 10 + 2 + 8 + 1000 * 0.5 + 400)] // a write, a transaction, two executions, a GB-second, log
    [InlineData(0, 2048, 10 + 2 + 8 + 1000 * 2 + 400)]
    [InlineData(2, 512, 2 + 6 + 4 + 1000 * 0.25 + 200)]
    [InlineData(4, 512, 3000)]
    public void A_thousand_costs_what_was_counted_times_its_price(int scenario, int memory, double cost) =>
        Assert.Equal((decimal)cost, Bill(0).Thousand(Scenarios[scenario], memory));

    [Fact]
    public void If_each_row_counts_the_others_of_a_transaction_come_on_top() =>
        Assert.Equal(4 * 2, Bill(0).RowByRow(Scenarios[0]));

    [Fact]
    public void A_month_without_mail_and_clients_costs_the_host() =>
        Assert.Equal((7.5m, 100m), (Bill(0).Month(0, "shed", 2048), Bill(0).Month(0, "palace", 512)));

    [Fact]
    public void A_month_is_less_what_is_free()
    {
        // 300 executions and 150 GB-seconds: all of the former are free, 100 of the latter.
        var (storage, compute, logs) = (1 + 0.2m + 0.2m + 0.6m, 25, 60);
        Assert.Equal(7.5m + storage + compute + logs, Bill(0).Month(100, "shed", 512), 1);
    }

    [Fact]
    public void Of_100_messages_some_are_sent_besides() =>
        Assert.Equal(40 * 3 * 3 / 3600m, Bill(0, sent: 20).Month(200, "shed", 512) - Bill(0).Month(200, "shed", 512));

    [Fact]
    public void Timers_run_each_day_though_there_is_no_mail()
    {
        Scenario[] scenarios =
        [
            .. Scenarios[..6],
            Scenario("timers", Count.None with { Executions = 172 }),
            Scenarios[7],
        ];
        var bill = new Bill(scenarios, new CostOptions { Clients = 0 }, Prices);
        var runs = 172 * 730 / 24m;
        var cost = (runs - 500) * 0.004m + (runs / 2 - 100) * 0.5m + runs * 0.2m;
        Assert.Equal(7.5m + cost, bill.Month(0, "shed", 512), 6);
    }

    [Fact]
    public void What_the_sweep_takes_grows_with_the_messages_that_are_kept()
    {
        // A list of 5,000 names is 0.01, on each of 30.4 days; a page of rows 0.002.
        Scenario[] scenarios =
        [
            Scenario("receive", Count.None),
            Scenario("judge", Count.None),
            Scenario("sync", Count.None),
            .. Scenarios[3..],
        ];
        var cost =
            new Bill(scenarios, new CostOptions { Clients = 0, Sent = 0 }, Prices).Month(5_000_000, "shed", 512) - 7.5m;
        Assert.InRange(cost, 30.4m * 1000 * 0.01m, 30.5m * (1000 * 0.01m + 210 * 0.002m));
    }

    [Fact]
    public void Each_client_that_waits_costs_its_calls_and_all_together_one_watch()
    {
        var (watch, calls, compute, logs) = (730 * 3, (1460 - 500) * 0.004m, (1460 * 2 - 100) * 0.5m, 1460 * 0.2m);
        Assert.Equal(7.5m + watch + calls + compute + logs, Bill(2).Month(0, "shed", 2048));
    }

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(1000, 1000)]
    [InlineData(1001, 1100)]
    [InlineData(2350, 2400)]
    public void An_execution_counts_its_least_and_then_by_steps(int lasted, int billed) =>
        Assert.Equal(TimeSpan.FromMilliseconds(billed), Prices.Execution.Billed(TimeSpan.FromMilliseconds(lasted)));

    [Fact]
    public void The_page_for_people_lines_up_and_says_what_is_assumed()
    {
        var options = new CostOptions
        {
            Months = [0, 100],
            Clients = 0,
            Sent = 0,
            Memory = [512],
        };
        var page = new CostReport(Scenarios, options, Prices).Write();
        Assert.Contains(
            """
                     for one  blobs written  read  rows read  transactions (rows)  queue  calls  octets sent  kept      512 MB
            receive  once                 1     0          0                1 (5)      0      2            0     0    920.0000
            judge    once                 1     0          0                1 (5)      0      2            0     0    920.0000
            sync     once                 0     2          3                0 (0)      0      1            0     0    462.0000
            idle     once                 0     0          0                0 (0)      0      1            0     0    454.0000
            watch    once                 0     0          0                0 (0)  3,600      0            0     0  3,000.0000
            sweep    once                 0     0          0                0 (0)      0      0            0     0      0.0000
            timers   once                 0     0          0                0 (0)      0      0            0     0      0.0000
            send     once                 0     0          0                0 (0)      3      0            0     0      2.5000
            """,
            page
        );
        Assert.Contains(
            """
            messages  shed, 512 MB  palace, 512 MB
                   0          7.50          100.00
                 100         94.51          187.01

            shed: 7.50 fixed = roof 5.00 + door 2.50
            """,
            page
        );
        Assert.Contains("1,000 octets of log a call, 20 % of them kept", page);
        Assert.Contains("Prices of 2026-01-02, here, EUR.\nMade up.\n", page);
    }

    static Scenario Scenario(string name, Count count) => new(name, "once", "", count);
}
