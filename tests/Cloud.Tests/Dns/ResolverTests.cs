using Cloud.Dns;
using Cloud.Dns.Messages;

namespace Cloud.Tests.Dns;

/// <summary>One server that does its work: what a look-up comes to.</summary>
public sealed class ResolverTests : ResolverHarness
{
    [Theory]
    [InlineData("example", RecordType.Mx, "example 300 MX 10 mx.example", "MX example: 10 mx.example")]
    [InlineData("EXAMPLE", RecordType.Txt, @"example TXT ""v=spf1 "" ""-all""", @"TXT EXAMPLE: ""v=spf1 -all""")]
    [InlineData("a.example", RecordType.A, "b.example A 192.0.2.1", "A a.example: no data")]
    [InlineData("a.example", RecordType.A, "a.example TXT x", "A a.example: no data")]
    [InlineData("a.example", RecordType.Mx, "a.example MX 0 .", "MX a.example: 0 .")]
    public async Task A_question_is_answered(string name, RecordType type, string records, string answer)
    {
        await using var server = FakeNameServer.Of(_ => Responses.Answer(records));
        Assert.Equal(answer, (await AskAsync(Resolver(server), name, type)).ToString());
    }

    [Fact]
    public async Task Every_question_has_its_own_port_and_id()
    {
        await using var server = FakeNameServer.Of(_ => Responses.Answer(""));
        var resolver = Resolver(server);
        for (var i = 0; i < 20; i++)
            await AskAsync(resolver, "example", RecordType.A);
        var queries = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.ReceivedAsync()));
        Assert.InRange(queries.Select(query => query.From.Port).Distinct().Count(), 18, 20);
        Assert.InRange(queries.Select(query => query.Id).Distinct().Count(), 18, 20);
    }

    [Fact]
    public async Task Aliases_are_followed_within_a_message()
    {
        await using var server = FakeNameServer.Of(_ =>
            Responses.Answer("c.example 7 A 192.0.2.1\na.example CNAME b.example\nb.example CNAME C.example")
        );
        var answer = await AskAsync(Resolver(server), "a.example", RecordType.A);
        Assert.Equal("A c.example: 192.0.2.1", answer.ToString());
        Assert.Equal(TimeSpan.FromSeconds(7), answer.TimeToLive);
    }

    [Fact]
    public async Task Aliases_are_followed_by_further_questions()
    {
        var zones = new Dictionary<string, ResponseWriter>
        {
            ["a.example"] = Responses.Answer("a.example 9 CNAME b.example", flags: HeaderFlags.Authenticated),
            ["b.example"] = Responses.Answer("b.example CNAME c.example", flags: HeaderFlags.Authenticated),
            ["c.example"] = Responses.Answer("c.example A 192.0.2.1"),
        };
        await using var server = FakeNameServer.Of(query => zones[query.Question.Name.ToString()]);
        var answer = await AskAsync(Resolver(server, trusted: true), "a.example", RecordType.A);
        Assert.Equal("A c.example: 192.0.2.1", answer.ToString());
        Assert.Equal(TimeSpan.FromSeconds(9), answer.TimeToLive);
        Assert.False(answer.Authenticated); // The last of them was not.
    }

    [Theory]
    [InlineData("a.example CNAME a.example", "aliases that lead to each other")]
    [InlineData("a.example CNAME b.example\nb.example CNAME a.example", "aliases that lead to each other")]
    [InlineData("a.example CNAME b.example\nb.example CNAME A.EXAMPLE", "aliases that lead to each other")]
    public async Task Aliases_in_a_loop_fail(string records, string reason)
    {
        await using var server = FakeNameServer.Of(_ => Responses.Answer(records));
        Assert.Equal(reason, (await AskAsync(Resolver(server), "a.example", RecordType.A)).Reason);
    }

    [Theory]
    [InlineData(11, true)]
    [InlineData(12, false)]
    public async Task Eleven_aliases_are_followed_and_no_more(int count, bool isFollowed)
    {
        await using var server = FakeNameServer.Of(query =>
        {
            var number = int.Parse(query.Question.Name.ToString()[1..^8]);
            var data = number == count ? "A 192.0.2.1" : $"CNAME n{number + 1}.example";
            return Responses.Answer($"{query.Question.Name} {data}");
        });
        var answer = await AskAsync(Resolver(server), "n0.example", RecordType.A);
        Assert.Equal(isFollowed, answer.IsAnswer);
        Assert.Equal(isFollowed ? null : "too many aliases", answer.Reason);
    }

    [Fact]
    public async Task An_alias_itself_can_be_asked_for()
    {
        await using var server = FakeNameServer.Of(_ => Responses.Answer("a.example CNAME b.example"));
        var answer = await AskAsync(Resolver(server), "a.example", RecordType.Cname);
        Assert.Equal("CNAME a.example: b.example", answer.ToString());
    }

    [Theory]
    [InlineData("", "A a.example: no such name")]
    [InlineData("a.example CNAME b.example", "A b.example: no such name")]
    public async Task No_such_name_is_told_of_the_last_alias(string records, string answer)
    {
        await using var server = FakeNameServer.Of(_ =>
            Responses.Error(ResponseCode.NameError, records, Responses.Soa)
        );
        Assert.Equal(answer, (await AskAsync(Resolver(server), "a.example", RecordType.A)).ToString());
    }

    [Fact]
    public async Task Nothing_of_the_type_is_told_of_the_last_alias()
    {
        await using var server = FakeNameServer.Of(_ => Responses.Answer("a.example CNAME b.example", Responses.Soa));
        var answer = await AskAsync(Resolver(server), "a.example", RecordType.A);
        Assert.Equal("A b.example: no data", answer.ToString());
        Assert.Equal(TimeSpan.FromSeconds(60), answer.TimeToLive);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public async Task Authenticated_is_what_a_trusted_server_says_it_is(bool says, bool isTrusted, bool isAuthenticated)
    {
        await using var server = FakeNameServer.Of(_ =>
            Responses.Answer("a.example A 192.0.2.1", flags: says ? HeaderFlags.Authenticated : 0)
        );
        var answer = await AskAsync(Resolver(server, isTrusted), "a.example", RecordType.A);
        Assert.Equal(isAuthenticated, answer.Authenticated);
    }

    [Fact]
    public async Task Typed_records_are_given_without_a_copy()
    {
        await using var server = FakeNameServer.Of(_ => Responses.Answer("example MX 1 a\nexample MX 2 b"));
        var answer = await Resolver(server).MxAsync(DnsName.Parse("example"), default);
        Assert.Equal([1, 2], answer.Records.Select(record => (int)record.Preference));
        Assert.Same(answer.Answer.Records, answer.Records);
    }

    [Fact]
    public async Task What_is_over_when_the_process_ends_is_a_failure()
    {
        await using var server = new FakeNameServer(_ => Task.CompletedTask);
        var resolver = Resolver(server);
        var asked = AskAsync(resolver, "example", RecordType.A);
        await server.ReceivedAsync();
        await resolver.DisposeAsync();
        Assert.Equal("shutting down", (await asked).Reason);
        Assert.Equal("shutting down", (await AskAsync(resolver, "other.example", RecordType.A)).Reason);
    }

    [Fact]
    public void Faults_of_the_settings_are_told_at_once()
    {
        var settings = new DnsSettings { Servers = [], Attempts = 0 };
        var fault = Assert.Throws<ArgumentException>(() => Resolver(settings));
        Assert.Contains("dns servers: 1 to 8 are needed; dns attempts: from 1 to 5", fault.Message);
    }
}
