using Cloud.Dns;
using Cloud.Dns.Messages;

namespace Cloud.Tests.Dns;

/// <summary>What is kept, for how long, and who shares a look-up.</summary>
public sealed class CacheTests : ResolverHarness
{
    [Theory]
    [InlineData("example 300 A 192.0.2.1", 300)]
    [InlineData("example 300 A 192.0.2.1\nexample 30 A 192.0.2.2", 30)]
    [InlineData("example 20 CNAME b.example\nb.example 300 A 192.0.2.2", 20)]
    [InlineData("example 0 A 192.0.2.1", 5)]
    [InlineData("example 4000000000 A 192.0.2.1", 5)]
    [InlineData("example 2147483647 A 192.0.2.1", 86400)]
    public async Task An_answer_is_kept_for_its_shortest_time_within_bounds(string records, int seconds) =>
        await AssertKeptAsync(_ => Responses.Answer(records), seconds);

    [Theory]
    [InlineData("example 600 SOA ns.example a.example 1 2 3 4 60", 60)]
    [InlineData("example 30 SOA ns.example a.example 1 2 3 4 60", 30)]
    [InlineData("example 4000 SOA ns.example a.example 1 2 3 4 0", 5)]
    [InlineData("example 100000 SOA ns.example a.example 1 2 3 4 4294967295", 10800)]
    [InlineData("other 600 SOA ns.example a.example 1 2 3 4 60", 0)]
    [InlineData("", 0)]
    public async Task What_is_not_there_is_kept_as_the_zone_says(string authorities, int seconds)
    {
        await AssertKeptAsync(_ => Responses.Answer("", authorities), seconds);
        await AssertKeptAsync(_ => Responses.Error(ResponseCode.NameError, "", authorities), seconds);
    }

    [Fact]
    public async Task A_failure_is_kept_for_seconds() =>
        await AssertKeptAsync(_ => Responses.Error(ResponseCode.ServerFailure), 10);

    [Fact]
    public async Task Types_and_names_are_kept_apart_and_case_does_not_count()
    {
        await using var server = FakeNameServer.Of(query => Responses.Answer($"{query.Question.Name} A 192.0.2.1"));
        var resolver = Resolver(server);
        await AskAsync(resolver, "a.example");
        await AskAsync(resolver, "A.Example");
        await AskAsync(resolver, "b.example");
        await AskAsync(resolver, "a.example", RecordType.Aaaa);
        Assert.Equal(3, server.Unread);
    }

    [Fact]
    public async Task An_answer_tells_when_it_is_over()
    {
        await using var server = FakeNameServer.Of(_ => Responses.Answer("example 300 A 192.0.2.1"));
        var resolver = Resolver(server);
        var over = Clock.GetUtcNow() + TimeSpan.FromSeconds(300);
        Assert.Equal(over, (await AskAsync(resolver, "example")).Expires);
        Clock.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(over, (await AskAsync(resolver, "example")).Expires);
    }

    [Fact]
    public async Task Those_who_ask_the_same_share_a_look_up()
    {
        await using var server = new FakeNameServer(_ => Task.CompletedTask);
        var resolver = Resolver(server);
        var asked = Enumerable.Range(0, 50).Select(_ => AskAsync(resolver, "example")).ToArray();
        var query = await server.ReceivedAsync();
        await query.AnswerAsync(Responses.Answer("example A 192.0.2.1"));
        var answers = await Task.WhenAll(asked);
        Assert.All(answers, answer => Assert.Same(answers[0], answer));
        Assert.Equal(0, server.Unread);
    }

    [Fact]
    public async Task Who_gives_up_does_not_end_the_look_up_of_others()
    {
        await using var server = new FakeNameServer(_ => Task.CompletedTask);
        var resolver = Resolver(server);
        using var patience = new CancellationTokenSource();
        var first = AskAsync(resolver, "example", cancel: patience.Token);
        var other = AskAsync(resolver, "example");
        var query = await server.ReceivedAsync();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(other.IsCompleted);
        await query.AnswerAsync(Responses.Answer("example A 192.0.2.1"));
        Assert.True((await other).IsAnswer);
    }

    [Fact]
    public async Task Who_has_given_up_already_is_not_answered_even_from_the_cache()
    {
        await using var server = FakeNameServer.Of(_ => Responses.Answer("example A 192.0.2.1"));
        var resolver = Resolver(server);
        await AskAsync(resolver, "example");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            resolver.QueryAsync(DnsName.Parse("example"), RecordType.A, new(canceled: true)).AsTask()
        );
    }

    [Fact]
    public async Task Too_many_look_ups_at_once_fail_and_are_not_kept_so()
    {
        await using var server = new FakeNameServer(_ => Task.CompletedTask);
        var resolver = Resolver(server);
        var asked = Enumerable
            .Range(0, Cloud.Dns.Resolver.MaxLookups)
            .Select(i => AskAsync(resolver, $"n{i}.example"))
            .ToArray();
        Assert.Equal("too many look-ups at once", (await AskAsync(resolver, "example")).Reason);
        await resolver.DisposeAsync();
        await Task.WhenAll(asked);
    }

    [Fact]
    public async Task A_kept_answer_costs_no_allocation()
    {
        await using var server = FakeNameServer.Of(_ => Responses.Answer("example MX 10 mx.example"));
        var resolver = Resolver(server);
        var name = DnsName.Parse("example");
        await AskAsync(resolver, "example", RecordType.Mx);
        Assert.Equal(0, Allocated(resolver, name));
    }

    [Fact]
    public async Task Ten_thousand_kept_answers_take_some_milliseconds()
    {
        await using var server = FakeNameServer.Of(_ => Responses.Answer("example MX 10 mx.example"));
        var resolver = Resolver(server);
        var name = DnsName.Parse("example");
        await AskAsync(resolver, "example", RecordType.Mx);
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < 10; round++) // The machine has other things to do as well.
        {
            var start = TimeProvider.System.GetTimestamp();
            for (var i = 0; i < 10_000; i++)
                await resolver.MxAsync(name, default);
            var took = TimeProvider.System.GetElapsedTime(start);
            best = took < best ? took : best;
        }
        Assert.InRange(best, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
    }

    static long Allocated(Resolver resolver, DnsName name)
    {
        var before = 0L;
        for (var i = 0; i < 1100; i++)
        {
            if (i == 100) // What is compiled, and what is made once, is made now.
                before = GC.GetAllocatedBytesForCurrentThread();
            var asked = resolver.MxAsync(name, default);
            Assert.True(asked.IsCompletedSuccessfully && asked.Result.Records.Count == 1);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Fact]
    public void Of_too_many_those_go_that_were_not_asked_for_the_longest()
    {
        var cache = new AnswerCache(3, 1_000_000, Clock);
        foreach (var name in new[] { "a", "b", "c" })
            cache.Add(Of(name), Kept(name));
        Assert.True(cache.TryGet(Of("a"), out _));
        cache.Add(Of("d"), Kept("d"));
        Assert.Equal(["a", "c", "d"], new[] { "a", "b", "c", "d" }.Where(name => cache.TryGet(Of(name), out _)));
    }

    [Fact]
    public void Octets_are_bounded_too()
    {
        var cache = new AnswerCache(1000, 20_000, Clock);
        for (var i = 0; i < 100; i++)
            cache.Add(Of($"n{i}"), Kept($"n{i}", 4000));
        Assert.InRange(cache.Count, 3, 5);
        Assert.True(cache.TryGet(Of("n99"), out _));
        cache.Add(Of("huge"), Kept("huge", 30_000));
        Assert.False(cache.TryGet(Of("huge"), out _));
        Assert.True(cache.TryGet(Of("n99"), out _));
    }

    [Fact]
    public void An_answer_replaces_the_one_before()
    {
        var cache = new AnswerCache(10, 2500, Clock);
        for (var i = 0; i < 10; i++)
            cache.Add(Of("a"), Kept("a", 1000));
        Assert.Equal(1, cache.Count);
        cache.Add(Of("b"), Kept("b"));
        Assert.Equal(2, cache.Count);
    }

    static Question Of(string name) => new(DnsName.Parse(name), RecordType.Txt);

    static DnsAnswer Kept(string name, int octets = 1)
    {
        var (owner, time) = (DnsName.Parse(name), TimeSpan.FromSeconds(60));
        return DnsAnswer.Of(owner, RecordType.Txt, [new TxtRecord(owner, time, new(new byte[octets]))]) with
        {
            TimeToLive = time,
        };
    }

    /// <summary>Not asked again a moment before the time is over, and asked again when it is.</summary>
    async Task AssertKeptAsync(Func<FakeQuery, ResponseWriter> response, int seconds)
    {
        await using var server = FakeNameServer.Of(response);
        var resolver = Resolver(server);
        var first = await AskAsync(resolver, "example");
        Assert.Equal(TimeSpan.FromSeconds(seconds), first.TimeToLive);
        if (seconds > 0)
        {
            Clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.Same(first, await AskAsync(resolver, "example"));
            Assert.Equal(1, server.Unread);
        }

        Clock.Advance(TimeSpan.FromTicks(1));
        await AskAsync(resolver, "example");
        Assert.Equal(2, server.Unread);
    }
}
