using System.Net;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Tests.Repository;
using Cloud.Trust.DnsLists;

namespace Cloud.Tests.Trust.DnsLists;

public sealed class DnsListTests
{
    readonly ManualClock clock = new();

    readonly ZoneResolver dns = new(
        """
        2.0.0.127.block.example   A    127.0.0.2
        1.2.0.192.block.example   A    127.0.0.2
        1.2.0.192.block.example   A    127.0.0.11
        1.2.0.192.block.example   TXT  "see https://block.example/?192.0.2.1"
        1.2.0.192.allow.example   A    127.0.5.3
        2.2.0.192.block.example   A    127.255.255.254
        3.2.0.192.block.example   A    203.0.113.80
        4.2.0.192.block.example   SERVFAIL
        5.2.0.192.block.example   HANG
        6.2.0.192.block.example   A    127.0.0.10
        7.2.0.192.block.example   A    127.0.0.1
        1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.block.example A 127.0.0.3
        bad.example.block.example A    127.0.0.2
        bad.example.names.example A    127.0.1.2
        bad.example.names.example TXT  "line one\013\010line two"
        a.bad.example.names.example A  127.0.1.4
        test.names.example        A    127.0.1.2
        """
    );

    static DnsList List(string line) =>
        DnsList.TryParse(line, out var list, out var fault) ? list : throw new FormatException(fault);

    Task<DnsListVerdict> CheckAsync(string lines, params ListItem[] items) => CheckAsync(lines, default, items);

    Task<DnsListVerdict> CheckAsync(string lines, CancellationToken cancel, params ListItem[] items) =>
        new DnsListVerifier([.. lines.Split('\n', StringSplitOptions.TrimEntries).Select(List)], dns, clock).CheckAsync(
            items,
            cancel
        );

    static ListItem Client(string address) => ListItem.OfClient(IPAddress.Parse(address));

    static ListItem Helo(string name) => ListItem.OfDomain(ListSubjects.Helo, name);

    [Fact]
    public async Task Listings_are_weighed_and_give_their_reasons()
    {
        var verdict = await CheckAsync(
            """
            block.example weight=4
            allow.example weight=-2.5 codes=127.0.*.2-3
            """,
            Client("192.0.2.1")
        );
        Assert.Equal(
            [
                "192.0.2.1 is on block.example (127.0.0.2, 127.0.0.11; +4)",
                "192.0.2.1 is on allow.example (127.0.5.3; -2.5)",
            ],
            verdict.Listings.Select(listing => listing.ToString())
        );
        Assert.Equal((1.5, true), (verdict.Weight, verdict.IsAllowed));
        Assert.Equal("see https://block.example/?192.0.2.1", verdict.Listings[0].Reason);
        Assert.Null(verdict.Listings[1].Reason);
        Assert.Empty(verdict.Errors);
        Assert.Equal("A 1.2.0.192.block.example: 127.0.0.2, 127.0.0.11", verdict.Steps[0]);
    }

    [Fact]
    public async Task Who_is_not_listed_costs_one_question_a_list()
    {
        var verdict = await CheckAsync(
            """
            block.example weight=4
            allow.example weight=-2
            """,
            Client("192.0.2.77")
        );
        Assert.Empty(verdict.Listings);
        Assert.Equal(0, verdict.Weight);
        Assert.Equal(2, dns.Asked.Count);
    }

    [Fact]
    public async Task A_zone_with_several_weights_is_asked_once()
    {
        var verdict = await CheckAsync(
            """
            block.example weight=4 codes=127.0.0.2-9
            block.example weight=1 codes=127.0.0.10,127.0.0.11
            block.example weight=9 codes=127.0.0.12-20
            """,
            Client("192.0.2.1")
        );
        Assert.Equal([4.0, 1.0], verdict.Listings.Select(listing => listing.Weight));
        Assert.Equal(2, dns.Asked.Count); // A and TXT
    }

    [Fact]
    public async Task A_code_that_is_filtered_out_is_no_listing_and_no_reason_is_fetched()
    {
        Assert.Empty((await CheckAsync("block.example weight=4 codes=127.0.0.2-9", Client("192.0.2.6"))).Listings);
        Assert.Single(dns.Asked);
    }

    [Theory]
    [InlineData("192.0.2.2", "it refuses the resolver: ask through one of your own (127.255.255.254)")]
    [InlineData("192.0.2.3", "203.0.113.80 is no answer of a list")]
    [InlineData("192.0.2.4", "the name server failed: SERVFAIL")]
    [InlineData("192.0.2.7", "it refuses (127.0.0.1)")]
    public async Task What_refuses_or_fails_is_an_error_and_no_listing(string client, string reason)
    {
        var verdict = await CheckAsync("block.example weight=4", Client(client));
        Assert.Equal((0, reason), (verdict.Weight, Assert.Single(verdict.Errors).Reason));
        Assert.Empty(verdict.Listings);
        Assert.Contains($"block.example does not tell of {client}: {reason}", verdict.Steps);
    }

    [Fact]
    public async Task A_slow_list_is_an_error_after_five_seconds_and_the_others_count()
    {
        dns.Add("5.2.0.192.other.example A 127.0.0.2");
        var check = CheckAsync(
            """
            block.example weight=4
            other.example weight=3
            """,
            Client("192.0.2.5")
        );
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(check.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, (await check).Weight);
        Assert.Equal("the name server failed: out of time", Assert.Single((await check).Errors).Reason);
    }

    [Fact]
    public async Task Whoever_gives_up_gets_errors_and_no_exception() =>
        Assert.Single(
            (await CheckAsync("block.example weight=4", new CancellationToken(true), Client("192.0.2.1"))).Errors
        );

    [Fact]
    public async Task Ipv6_addresses_are_asked_for_by_nibbles() =>
        Assert.Equal(4, (await CheckAsync("block.example weight=4", Client("2001:db8::1"))).Weight);

    [Theory]
    [InlineData("127.0.0.2")]
    [InlineData("10.0.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("::1")]
    [InlineData("fe80::1%3")]
    [InlineData("fd00::1")]
    [InlineData("::ffff:192.168.1.1")]
    public async Task Lists_are_not_asked_for_private_addresses(string client)
    {
        Assert.Equal(0, (await CheckAsync("block.example weight=4", Client(client))).Weight);
        Assert.Empty(dns.Asked);
    }

    [Fact]
    public async Task Domains_are_asked_for_once_whoever_has_them()
    {
        var verdict = await CheckAsync(
            "names.example weight=5 for=helo,mailfrom",
            Client("192.0.2.1"),
            Helo("Bad.Example"),
            ListItem.OfDomain(ListSubjects.MailFrom, "bad.example"),
            ListItem.OfDomain(ListSubjects.From, "other.example")
        );
        var listing = Assert.Single(verdict.Listings);
        Assert.Equal(
            (ListSubjects.Helo | ListSubjects.MailFrom, 5, "line one??line two"),
            (listing.Subject, listing.Weight, listing.Reason)
        );
        Assert.Equal(2, dns.Asked.Count);
    }

    [Theory]
    [InlineData("names.example weight=5 for=helo", "127.0.1.4")]
    [InlineData("names.example weight=5 for=helo domains=organizational", "127.0.1.2")]
    public async Task A_list_may_want_the_organizational_domain(string line, string code) =>
        Assert.Equal(code, (await CheckAsync(line, Helo("a.bad.example"))).Listings[0].Codes[0].ToString());

    [Theory]
    [InlineData("[192.0.2.1]")]
    [InlineData("192.0.2.1")]
    [InlineData("localhost")]
    [InlineData("two words.example")]
    [InlineData("")]
    public async Task Lists_are_not_asked_for_what_is_no_domain(string helo)
    {
        await CheckAsync("names.example weight=5 for=domains", Helo(helo));
        Assert.Empty(dns.Asked);
    }

    [Fact]
    public async Task No_more_than_a_hundred_questions_are_asked_for_a_message()
    {
        var items = Enumerable.Range(0, 150).Select(i => ListItem.OfDomain(ListSubjects.Url, $"h{i}.example.com"));
        var verdict = await CheckAsync("names.example weight=5 for=url", [.. items]);
        Assert.Equal((100, 50), (dns.Asked.Count, verdict.Errors.Count));
    }

    [Fact]
    public async Task What_was_known_before_is_added()
    {
        var before = await CheckAsync("block.example weight=4", Client("192.0.2.1"));
        var after = await CheckAsync("names.example weight=5 for=helo", Helo("bad.example"));
        Assert.Equal(9, before.And(after).Weight);
    }

    [Theory]
    [InlineData("127.0.0.2", "127.0.0.2", true)]
    [InlineData("127.0.0.2", "127.0.0.3", false)]
    [InlineData("127.0.0.2-11", "127.0.0.11", true)]
    [InlineData("127.0.0.2-11", "127.0.0.12", false)]
    [InlineData("127.0.1.*", "127.0.1.255", true)]
    [InlineData("127.0.1.*", "127.0.2.255", false)]
    [InlineData("127.0.0.&6", "127.0.0.4", true)]
    [InlineData("127.0.0.&6", "127.0.0.9", false)]
    public void Codes_are_numbers_ranges_bits_or_anything(string filter, string code, bool matches)
    {
        Assert.True(CodeFilter.TryParse(filter, out var parsed));
        Assert.Equal(matches, parsed.Matches(IPAddress.Parse(code)));
    }

    [Fact]
    public void The_examples_of_the_manual_are_understood()
    {
        var lines = Source
            .Read("docs/trust.md")
            .Split('\n')
            .Where(line => line.Contains(" weight=", StringComparison.Ordinal));
        var examples = lines.Where(line => !line.Contains("NUMBER", StringComparison.Ordinal)).ToArray();
        Assert.InRange(examples.Length, 5, 20);
        Assert.All(examples, line => List(line));
    }

    [Theory]
    [InlineData("", "\"\" does not begin with the name of a zone")]
    [InlineData("weight=4", "\"weight=4\" does not begin with the name of a zone")]
    [InlineData("block.example", "block.example: the weight must be between -100 and 100, and not 0")]
    [InlineData("block.example weight=101", "block.example: the weight must be between -100 and 100, and not 0")]
    [InlineData("block.example weight=NaN", "block.example: \"weight=NaN\" is not understood")]
    [InlineData("block.example weight=4 codes=127.0.0", "block.example: \"codes=127.0.0\" is not understood")]
    [InlineData("block.example weight=4 codes=127.0.0.9-2", "block.example: \"codes=127.0.0.9-2\" is not understood")]
    [InlineData("block.example weight=4 codes=127.0.0.256", "block.example: \"codes=127.0.0.256\" is not understood")]
    [InlineData("block.example weight=4 for=everyone", "block.example: \"for=everyone\" is not understood")]
    [InlineData(
        "block.example weight=4 for=client,helo",
        "block.example: a list is of addresses or of domains: for=client stands alone"
    )]
    public void A_line_that_is_wrong_says_what(string line, string fault)
    {
        Assert.False(DnsList.TryParse(line, out _, out var told));
        Assert.Equal(fault, told);
    }
}
