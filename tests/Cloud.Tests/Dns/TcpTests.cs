using System.Collections.Concurrent;
using Cloud.Dns;
using Cloud.Dns.Messages;
using Cloud.Dns.Transport;

namespace Cloud.Tests.Dns;

/// <summary>Answers that are too long for a datagram, and connections that are kept. RFC 7766.</summary>
public sealed class TcpTests : ResolverHarness
{
    static readonly string LongText = new('x', 40_000);

    static ResponseWriter Long(FakeQuery query) =>
        query.IsTcp ? Responses.Answer($"{query.Question.Name} TXT \"{LongText}\"") : Responses.Truncated;

    [Fact]
    public async Task A_truncated_answer_is_fetched_over_tcp()
    {
        await using var server = FakeNameServer.Of(Long);
        var answer = await Resolver(server).TxtAsync(DnsName.Parse("example"), default);
        Assert.Equal(LongText, Assert.Single(answer.Records).Text.ToLatin1());
    }

    [Fact]
    public async Task What_a_truncated_answer_holds_is_not_believed()
    {
        await using var server = FakeNameServer.Of(query =>
            query.IsTcp
                ? Responses.Answer("example A 192.0.2.1\nexample A 192.0.2.2")
                : Responses.Answer("example A 192.0.2.1", flags: HeaderFlags.Truncated)
        );
        Assert.Equal("A example: 192.0.2.1, 192.0.2.2", (await AskAsync(Resolver(server), "example")).ToString());
    }

    [Fact]
    public async Task A_datagram_over_all_measure_is_fetched_over_tcp()
    {
        await using var server = FakeNameServer.Of(query =>
            Responses.Answer($"example TXT \"{LongText[..(query.IsTcp ? 6000 : 5000)]}\"")
        );
        var answer = await Resolver(server).TxtAsync(DnsName.Parse("example"), default);
        Assert.Equal(6000, answer.Records[0].Text.Length);
    }

    [Fact]
    public async Task A_connection_is_kept_for_the_next_question()
    {
        await using var server = FakeNameServer.Of(Long);
        var resolver = Resolver(server);
        for (var i = 0; i < 5; i++)
            Assert.True((await AskAsync(resolver, $"n{i}.example", RecordType.Txt)).IsAnswer);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Answers_may_come_in_another_order_than_the_questions()
    {
        const int Questions = 8;
        var queries = new ConcurrentBag<FakeQuery>();
        await using var server = new FakeNameServer(async query =>
        {
            if (!query.IsTcp)
            {
                await query.AnswerAsync(Responses.Truncated);
                return;
            }

            queries.Add(query);
            if (queries.Count < Questions)
                return;
            foreach (var one in queries.OrderByDescending(one => one.Question.Name.ToString(), StringComparer.Ordinal))
                await one.AnswerAsync(Responses.Answer($"{one.Question.Name} TXT {one.Question.Name}"));
        });
        var resolver = Resolver(server);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, Questions).Select(i => AskAsync(resolver, $"n{i}.example", RecordType.Txt))
        );
        Assert.Equal(
            Enumerable.Range(0, Questions).Select(i => $"TXT n{i}.example: \"n{i}.example\""),
            answers.Select(answer => answer.ToString())
        );
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_message_may_come_octet_by_octet()
    {
        await using var server = new FakeNameServer(async query =>
        {
            if (!query.IsTcp)
            {
                await query.AnswerAsync(Responses.Truncated);
                return;
            }

            var message = TransportTests.With(query.Id, query.Question);
            foreach (var octet in query.Framed(message))
                await query.SendAsync([octet]);
        });
        Assert.Equal("A example: 192.0.2.66", (await AskAsync(Resolver(server), "example")).ToString());
    }

    [Fact]
    public async Task A_connection_that_ended_meanwhile_is_replaced()
    {
        await using var server = FakeNameServer.Of(Long);
        var resolver = Resolver(server);
        Assert.True((await AskAsync(resolver, "one.example", RecordType.Txt)).IsAnswer);
        server.EndConnections();
        Assert.True((await AskAsync(resolver, "two.example", RecordType.Txt)).IsAnswer);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task A_connection_that_is_not_used_is_ended()
    {
        await using var server = FakeNameServer.Of(Long);
        var resolver = Resolver(server);
        await AskAsync(resolver, "one.example", RecordType.Txt);
        Clock.Advance(TcpConnection.IdleTime);
        await AskAsync(resolver, "two.example", RecordType.Txt);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task A_server_that_ends_connections_without_an_answer_is_a_failure()
    {
        FakeNameServer? server = null;
        await using var closing = server = new FakeNameServer(async query =>
        {
            if (query.IsTcp)
                server!.EndConnections();
            else
                await query.AnswerAsync(Responses.Truncated);
        });
        Assert.StartsWith("TCP: ", (await AskAsync(Resolver(closing), "example")).Reason);
    }

    [Fact]
    public async Task A_server_that_is_slow_over_tcp_is_given_up_in_time()
    {
        await using var server = new FakeNameServer(query =>
            query.IsTcp ? query.SendAsync([0]) : query.AnswerAsync(Responses.Truncated)
        );
        var asked = AskAsync(Resolver(server), "example");
        for (var attempt = 0; attempt < 2; attempt++)
        {
            Assert.False((await server.ReceivedAsync()).IsTcp);
            Assert.True((await server.ReceivedAsync()).IsTcp);
            Clock.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal($"no answer from {server.Address} over TCP", (await asked).Reason);
    }

    [Fact]
    public async Task Noise_over_tcp_is_a_failure()
    {
        await using var server = new FakeNameServer(query =>
            query.IsTcp ? query.AnswerAsync([1, 2, 3]) : query.AnswerAsync(Responses.Truncated)
        );
        Assert.StartsWith("TCP: ", (await AskAsync(Resolver(server), "example")).Reason);
    }

    [Fact]
    public async Task An_answer_truncated_over_tcp_is_a_failure()
    {
        await using var server = FakeNameServer.Of(_ => Responses.Truncated);
        Assert.StartsWith("an answer truncated over TCP", (await AskAsync(Resolver(server), "example")).Reason);
    }
}
