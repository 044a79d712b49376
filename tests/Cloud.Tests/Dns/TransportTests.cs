using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cloud.Dns;
using Cloud.Dns.Messages;
using Cloud.Dns.Transport;

namespace Cloud.Tests.Dns;

/// <summary>Servers that fail, lie, are late or gone, over UDP.</summary>
public sealed class TransportTests : ResolverHarness
{
    static readonly ResponseWriter Good = Responses.Answer("example A 192.0.2.1");

    [Fact]
    public async Task Edns_asks_for_answers_of_1232_octets()
    {
        await using var server = FakeNameServer.Of(_ => Good);
        await AskAsync(Resolver(server), "example");
        var query = await server.ReceivedAsync();
        Assert.Equal(
            [0, 0, 41, 1232 >> 8, 1232 & 255, 0, 0, 0, 0, 0, 0],
            query.Octets[^11..].Select(octet => (int)octet)
        );
    }

    [Theory]
    [InlineData((int)ResponseCode.FormatError)]
    [InlineData((int)ResponseCode.NotImplemented)]
    public async Task A_server_without_edns_is_asked_without_it_for_a_while(int code)
    {
        await using var server = FakeNameServer.Of(query => query.HasEdns ? Responses.Error((ResponseCode)code) : Good);
        var resolver = Resolver(server);
        Assert.True((await AskAsync(resolver, "example")).IsAnswer);
        await AskAsync(resolver, "second.example");
        Clock.Advance(TimeSpan.FromMinutes(16));
        await AskAsync(resolver, "third.example");
        var queries = await Task.WhenAll(Enumerable.Range(0, server.Unread).Select(_ => server.ReceivedAsync()));
        Assert.Equal([true, false, false, true, false], queries.Select(query => query.HasEdns));
        Assert.Contains(1302, Logged.Ids);
    }

    [Fact]
    public async Task An_error_without_its_question_is_understood()
    {
        await using var server = new FakeNameServer(query =>
            query.HasEdns
                ? query.AnswerAsync(new ResponseWriter { Id = query.Id, Code = ResponseCode.FormatError }.Write())
                : query.AnswerAsync(Good)
        );
        Assert.True((await AskAsync(Resolver(server), "example")).IsAnswer);
    }

    static readonly Dictionary<string, Func<Question, ushort, byte[]>> Lies = new()
    {
        ["another id"] = (question, id) => With((ushort)(id + 1), question),
        ["another name"] = (_, id) => With(id, new(DnsName.Parse("other.example"), RecordType.A)),
        ["another type"] = (question, id) => With(id, question with { Type = RecordType.Mx }),
        ["no question"] = (_, id) => With(id, null),
        ["a question"] = (question, id) => With(id, question, HeaderFlags.None),
        ["a notification"] = (question, id) => With(id, question, HeaderFlags.Response | (HeaderFlags)0x2000),
        ["nothing"] = (_, _) => [],
        ["noise"] = (_, id) => [(byte)(id >> 8), (byte)id, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xFF, 0xC0],
    };

    public static TheoryData<string> LieNames => [.. Lies.Keys];

    [Theory]
    [MemberData(nameof(LieNames))]
    public async Task What_does_not_answer_the_question_is_not_heard(string lie)
    {
        await using var server = new FakeNameServer(async query =>
        {
            await query.SendAsync(Lies[lie](query.Question, query.Id));
            await query.AnswerAsync(Good);
        });
        Assert.Equal("A example: 192.0.2.1", (await AskAsync(Resolver(server), "example")).ToString());
        Assert.Equal(1, server.Unread);
    }

    [Fact]
    public async Task Another_sender_is_not_heard()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await using var server = new FakeNameServer(async query =>
        {
            var lie = With(query.Id, query.Question, HeaderFlags.Response, "example A 192.0.2.66");
            await other.SendToAsync(lie, query.From);
            await query.AnswerAsync(Good);
        });
        Assert.Equal("A example: 192.0.2.1", (await AskAsync(Resolver(server), "example")).ToString());
    }

    [Fact]
    public async Task Somebody_who_guesses_is_evaded_by_tcp()
    {
        await using var server = new FakeNameServer(async query =>
        {
            for (var id = 1; !query.IsTcp && id <= UdpExchange.MaxStrays; id++)
                await query.SendAsync(With((ushort)(query.Id + id), query.Question));
            if (query.IsTcp)
                await query.AnswerAsync(Good);
        });
        Assert.True((await AskAsync(Resolver(server), "example")).IsAnswer);
        Assert.Contains(1303, Logged.Ids);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_asked_again_and_then_given_up()
    {
        await using var server = new FakeNameServer(_ => Task.CompletedTask);
        var asked = AskAsync(Resolver(server), "example");
        await server.ReceivedAsync();
        Clock.Advance(TimeSpan.FromSeconds(5));
        await server.ReceivedAsync();
        Assert.False(asked.IsCompleted);
        Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal($"no answer from {server.Address}", (await asked).Reason);
        Assert.Equal(0, server.Unread);
    }

    [Fact]
    public async Task A_late_answer_is_not_taken_for_the_next_question()
    {
        FakeQuery? first = null;
        await using var server = new FakeNameServer(async query =>
        {
            if (first is null)
            {
                first = query;
                return;
            }

            await first.AnswerAsync(Responses.Answer("example A 192.0.2.66"));
            await query.AnswerAsync(Good);
        });
        var asked = AskAsync(Resolver(server), "example");
        await server.ReceivedAsync();
        Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("A example: 192.0.2.1", (await asked).ToString());
    }

    [Fact]
    public async Task When_one_server_is_gone_the_next_is_asked()
    {
        IPEndPoint gone;
        using (var port = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            port.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            gone = (IPEndPoint)port.LocalEndPoint!;
        }

        await using var server = FakeNameServer.Of(_ => Good);
        var resolver = Resolver(new DnsSettings { Servers = [gone, server.Address] });
        Assert.True((await AskAsync(resolver, "example")).IsAnswer);
    }

    [Fact]
    public async Task When_one_server_is_silent_the_next_is_asked()
    {
        await using var silent = new FakeNameServer(_ => Task.CompletedTask);
        await using var server = FakeNameServer.Of(_ => Good);
        var asked = AskAsync(Resolver(silent, server), "example");
        await silent.ReceivedAsync();
        Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True((await asked).IsAnswer);
    }

    [Fact]
    public async Task A_server_that_fails_three_times_is_asked_last_for_a_while()
    {
        await using var silent = new FakeNameServer(_ => Task.CompletedTask);
        await using var server = FakeNameServer.Of(_ => Good);
        var resolver = Resolver(silent, server);
        for (var i = 0; i < 3; i++)
        {
            var asked = AskAsync(resolver, $"n{i}.example");
            await silent.ReceivedAsync();
            Clock.Advance(TimeSpan.FromSeconds(5));
            await asked;
        }

        await AskAsync(resolver, "n3.example");
        Assert.Equal(0, silent.Unread);
        Assert.Equal(
            [(1300, $"Name server {silent.Address} is asked last for a while: no answer from {silent.Address}")],
            Logged.Entries.Select(entry => (entry.Id, entry.Text))
        );
        Clock.Advance(TimeSpan.FromSeconds(31));
        var last = AskAsync(resolver, "n4.example");
        await (await silent.ReceivedAsync()).AnswerAsync(Good);
        await last;
        Assert.Equal(
            (1301, $"Name server {silent.Address} answers again"),
            (Logged.Entries[^1].Id, Logged.Entries[^1].Text)
        );
    }

    [Theory]
    [InlineData((int)ResponseCode.ServerFailure)]
    [InlineData((int)ResponseCode.Refused)]
    [InlineData(9)]
    public async Task When_one_server_has_an_error_the_next_is_asked(int code)
    {
        await using var failing = FakeNameServer.Of(_ => Responses.Error((ResponseCode)code));
        await using var server = FakeNameServer.Of(_ => Good);
        Assert.True((await AskAsync(Resolver(failing, server), "example")).IsAnswer);
        Assert.Equal(1, failing.Unread);
    }

    [Fact]
    public async Task When_all_fail_the_reason_names_each()
    {
        await using var one = FakeNameServer.Of(_ => Responses.Error(ResponseCode.Refused));
        await using var other = FakeNameServer.Of(_ => new ResponseWriter
        {
            Code = ResponseCode.ServerFailure,
            Options = [0, 15, 0, 8, 0, 6, .. "bogus\u0007"u8],
        });
        var answer = await AskAsync(Resolver(one, other), "example");
        Assert.Equal(
            $"REFUSED from {one.Address}; SERVFAIL (extended error 6: bogus?) from {other.Address}",
            answer.Reason
        );
        Assert.Equal(1, one.Unread);
    }

    [Fact]
    public async Task A_referral_is_no_answer()
    {
        await using var lame = FakeNameServer.Of(_ => Responses.Answer("", "example NS ns.example"));
        Assert.Contains("no recursion", (await AskAsync(Resolver(lame), "example")).Reason);
    }

    [Fact]
    public async Task A_malformed_answer_is_a_failure_of_its_server()
    {
        await using var broken = new FakeNameServer(query =>
        {
            var message = With(query.Id, query.Question, HeaderFlags.Response, "example A 192.0.2.1");
            return query.SendAsync(message[..^1]);
        });
        Assert.Equal($"a malformed answer from {broken.Address}", (await AskAsync(Resolver(broken), "example")).Reason);
    }

    [Fact]
    public async Task A_look_up_ends_by_its_deadline_whatever_servers_do()
    {
        await using var silent = new FakeNameServer(_ => Task.CompletedTask);
        await using var other = new FakeNameServer(_ => Task.CompletedTask);
        var asked = AskAsync(Resolver(silent, other), "example");
        foreach (var server in new[] { silent, other, silent })
        {
            await server.ReceivedAsync();
            Assert.False(asked.IsCompleted);
            Clock.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(
            $"no answer within 15 s: no answer from {silent.Address}; no answer from {other.Address}",
            (await asked).Reason
        );
    }

    internal static byte[] With(
        ushort id,
        Question? question,
        HeaderFlags flags = HeaderFlags.Response,
        string answers = "example A 192.0.2.66"
    ) =>
        new ResponseWriter
        {
            Id = id,
            Question = question,
            Flags = flags,
            Answers = [.. ZoneText.Records(answers)],
        }.Write();
}
