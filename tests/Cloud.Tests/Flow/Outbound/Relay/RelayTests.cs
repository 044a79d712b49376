using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Relay;
using Cloud.Mail;
using Cloud.Store.Ports;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.Dkim;
using Cloud.Wire.Limits;

namespace Cloud.Tests.Flow.Outbound.Relay;

/// <summary>Where mail goes, and what it is when it gets there.</summary>
public sealed class RelayTests : IAsyncDisposable
{
    const string First = RelayWorld.First;
    const string Second = RelayWorld.Second;

    readonly RelayWorld world = new();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Mail_goes_to_the_host_with_the_lowest_preference()
    {
        world.AddThere();
        world.Serve(First).Serve(Second);
        var outcome = Assert.Single(await world.SendAsync("ada@there.example"));
        Assert.Equal(RelayVerdict.Relayed, outcome.Verdict); // it offers no DSN
        Assert.Equal("mx1.there.example", outcome.Host);
        Assert.StartsWith("250", outcome.Reply);
        Assert.Equal([First], world.Dialled);
        Assert.Equal("From: me@here.example\r\nSubject: x\r\n\r\nHello\r\n", Assert.Single(world.Mail(First)));
    }

    [Fact]
    public async Task What_is_passed_on_goes_out_sealed_and_whole()
    {
        world.AddThere();
        world.Serve(First);
        await new Cloud.Api.Admin.Administration(world.Backend()).AddDomainAsync(
            "here.example",
            CancellationToken.None
        );
        var fields = "Authentication-Results: mx.here.example 1; spf=pass smtp.mailfrom=a@far.example\r\n"u8.ToArray();
        var job = world.Job(
            ["ada@there.example"],
            message => message with { SealingDomain = "here.example", Fields = fields }
        );
        await world.SendAsync(job);
        var mail = Assert.Single(world.Mail(First));
        Assert.StartsWith("ARC-Seal: i=1; a=rsa-sha256; d=here.example;", mail);
        Assert.Contains("\r\nARC-Message-Signature:", mail);
        Assert.Contains("\r\nARC-Authentication-Results: i=1; mx.here.example 1; spf=pass", mail);
        Assert.EndsWith("a@far.example\r\nFrom: me@here.example\r\nSubject: x\r\n\r\nHello\r\n", mail);
        Assert.DoesNotContain("DKIM-Signature", mail);
    }

    [Fact]
    public async Task Each_recipient_gets_a_transaction_and_a_reverse_path_of_his_own_where_that_is_chosen()
    {
        world.AddThere();
        var paths = new List<string>();
        world.Serve(
            First,
            (verb, line) =>
            {
                if (verb is "MAIL" or "RCPT")
                    paths.Add(line);
                return line.Contains("bob@there.example>") ? "550 5.1.1 No such user" : RelayWorld.Takes(verb, line);
            }
        );
        var job = world.Job(
            ["ada@there.example", "bob@there.example", "eve@there.example"],
            message => message with { Options = new() { Verp = true } }
        );
        job = job with { VerpTags = to => $"of{to.Local}" };
        var outcomes = (await world.SendAsync(job)).Outcomes;
        Assert.Equal(
            [RelayVerdict.Relayed, RelayVerdict.Failed, RelayVerdict.Relayed],
            outcomes.Select(one => one.Verdict)
        );
        Assert.Equal(
            [
                "MAIL FROM:<me+ada=there.example=ofada@here.example>",
                "RCPT TO:<ada@there.example>",
                "MAIL FROM:<me+bob=there.example=ofbob@here.example>",
                "RCPT TO:<bob@there.example>",
                "MAIL FROM:<me+eve=there.example=ofeve@here.example>",
                "RCPT TO:<eve@there.example>",
            ],
            paths
        );
        Assert.Equal([First], world.Dialled);
    }

    [Fact]
    public async Task The_next_host_gets_what_the_first_cannot_be_asked_for()
    {
        world.AddThere();
        world.Serve(Second);
        var outcome = Assert.Single(await world.SendAsync("ada@there.example"));
        Assert.Equal((RelayVerdict.Relayed, "mx2.there.example"), (outcome.Verdict, outcome.Host));
        Assert.Equal([First, Second], world.Dialled);
    }

    [Fact]
    public async Task Each_recipient_has_its_own_outcome_and_only_those_put_off_are_asked_of_the_next_host()
    {
        world.AddThere();
        world.Serve(
            First,
            (verb, line) =>
                line.Contains("bob@") ? "550 5.1.1 No such user"
                : line.Contains("eve@") ? "451 4.3.0 Later"
                : RelayWorld.Takes(verb, line)
        );
        world.Serve(Second, (verb, line) => line.Contains("RCPT") ? "452 4.2.2 Full" : RelayWorld.Takes(verb, line));
        var outcomes = await world.SendAsync("ada@there.example", "bob@there.example", "eve@there.example");
        Assert.Equal(
            [RelayVerdict.Relayed, RelayVerdict.Failed, RelayVerdict.Deferred],
            outcomes.Select(one => one.Verdict)
        );
        Assert.Equal("550 5.1.1 No such user", outcomes[1].Reply);
        Assert.Equal(
            ("452 4.2.2 Full", "mx2.there.example", "4.2.2"),
            (outcomes[2].Reply, outcomes[2].Host, outcomes[2].Status)
        );
        Assert.All(world.Mail(Second), Assert.Empty); // DATA was said ahead, and had to be ended
    }

    [Fact]
    public async Task A_message_whose_end_was_not_answered_is_not_offered_to_the_next_host()
    {
        world.AddThere();
        world.Serve(First, (verb, line) => verb == "MESSAGE" ? null : RelayWorld.Takes(verb, line)).Serve(Second);
        var outcome = Assert.Single(await world.SendAsync("ada@there.example"));
        Assert.Equal(RelayVerdict.Deferred, outcome.Verdict);
        Assert.Equal([First], world.Dialled);
    }

    [Fact]
    public async Task A_domain_that_takes_no_mail_is_told_without_asking_anybody()
    {
        world.Zones.Add("there.example MX 0 .");
        var outcome = Assert.Single(await world.SendAsync("ada@there.example"));
        Assert.Equal((RelayVerdict.Failed, "5.1.10"), (outcome.Verdict, outcome.Status));
    }

    [Fact]
    public async Task A_domain_without_exchanges_is_its_own_host()
    {
        world.Zones.Add($"there.example A {First}");
        world.Serve(First);
        Assert.Equal(RelayVerdict.Relayed, Assert.Single(await world.SendAsync("ada@there.example")).Verdict);
    }

    [Theory]
    [InlineData("", "nowhere.example", RelayVerdict.Failed, "5.1.2")]
    [InlineData("there.example SERVFAIL", "there.example", RelayVerdict.Deferred, "4.4.3")]
    [InlineData("there.example TXT \"x\"", "there.example", RelayVerdict.Failed, "5.4.4")]
    [InlineData("there.example MX 10 mx.there.example", "there.example", RelayVerdict.Failed, "5.4.4")]
    [InlineData("there.example MX 10 out.example.net", "there.example", RelayVerdict.Failed, "5.4.6")]
    [InlineData("there.example A 127.0.0.1", "there.example", RelayVerdict.Failed, "5.4.4")]
    [InlineData("there.example A 169.254.169.254", "there.example", RelayVerdict.Failed, "5.4.4")]
    public async Task What_leads_nowhere_is_told(string zones, string domain, RelayVerdict verdict, string status)
    {
        world.Zones.Add(zones);
        var outcome = Assert.Single(await world.SendAsync($"ada@{domain}"));
        Assert.Equal((verdict, status), (outcome.Verdict, outcome.Status));
        Assert.Empty(world.Dialled);
    }

    [Fact]
    public async Task Private_addresses_are_asked_where_the_operator_says_so()
    {
        world.Options = world.Options with { Allowed = NetworkList.Loopback };
        world.Zones.Add("there.example A 127.0.0.1");
        world.Serve("127.0.0.1");
        Assert.Equal(RelayVerdict.Relayed, Assert.Single(await world.SendAsync("ada@there.example")).Verdict);
    }

    [Fact]
    public async Task An_address_literal_needs_no_look_up()
    {
        world.Serve(First);
        Assert.Equal(RelayVerdict.Relayed, Assert.Single(await world.SendAsync($"ada@[{First}]")).Verdict);
        Assert.Empty(world.Zones.Asked);
    }

    [Fact]
    public async Task What_is_counted_for_reports_is_written_beside_the_sending_and_given_up_at_the_first_fault()
    {
        var store = new Stuck("get tlsrpt");
        await using var slow = new RelayWorld { Faults = store };
        foreach (var name in new[] { "a.example", "b.example", "c.example" })
            slow.Zones.Add($"{name} A {First}");
        slow.Serve(First);
        Assert.Equal(RelayVerdict.Relayed, Assert.Single(await slow.SendAsync("ada@a.example")).Verdict);
        Assert.Equal(RelayVerdict.Relayed, Assert.Single(await slow.SendAsync("ada@b.example")).Verdict);
        slow.Clock.Advance(TimeSpan.FromMinutes(2)); // it is time to write
        await slow.Relay.Idle.DisposeAsync();
        Assert.Equal(RelayVerdict.Relayed, Assert.Single(await slow.SendAsync("ada@c.example")).Verdict);
        await store.Asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        store.Fail();
        await slow.DisposeAsync();
        Assert.InRange(store.Count, 2, 2); // once in time, and once at the end
    }

    [Fact]
    public async Task A_message_that_requires_TLS_comes_back_where_nothing_vouches_for_the_host()
    {
        world.AddThere();
        world.Serve(First).Serve(Second);
        var job = world.Job(["ada@there.example"], message => message with { Options = new() { RequireTls = true } });
        var outcome = (await world.SendAsync(job)).Outcomes[0];
        Assert.Equal((RelayVerdict.Failed, "5.7.30"), (outcome.Verdict, outcome.Status));
        Assert.Empty(world.Dialled);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_goes_out_signed_by_its_domain_with_both_keys(bool isHashKnown)
    {
        world.AddThere();
        world.Serve(First);
        await new Cloud.Api.Admin.Administration(world.Backend()).AddDomainAsync("here.example", default);
        var keys = await world.Keys.SigningAsync("here.example", default);
        foreach (var key in keys)
        {
            var strings = key.RecordText.Chunk(200).Select(part => $"\"{new string(part)}\"");
            world.Zones.Add($"{key.Selector}._domainkey.here.example TXT {string.Join(' ', strings)}");
        }

        var job = world.Job(
            ["ada@there.example"],
            message =>
                message with
                {
                    SigningDomain = "here.example",
                    Fields = "Date: Sun, 1 Mar 2026 12:00:00 +0000\r\n"u8.ToArray(),
                    BodyHash = isHashKnown
                        ? System.Security.Cryptography.SHA256.HashData("Hello\r\n"u8)
                        : default(ReadOnlyMemory<byte>),
                }
        );
        Assert.Equal(RelayVerdict.Relayed, (await world.SendAsync(job)).Outcomes[0].Verdict);
        var taken = Assert.Single(world.Mail(First));
        Assert.Contains("\r\nDate: Sun, 1 Mar 2026 12:00:00 +0000\r\nFrom: me@here.example\r\n", taken);
        Assert.Equal(2, await world.VerifiedAsync(taken));
    }

    /// <summary>An operation of the store that hangs until it fails, as do all like it from then on.</summary>
    sealed class Stuck(string operation) : IFaults
    {
        readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int count;

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count => count;

        public void Fail() => over.SetResult();

        public async ValueTask<T> RunAsync<T>(string name, Func<ValueTask<T>> work)
        {
            if (!name.StartsWith(operation, StringComparison.Ordinal))
                return await work();
            Interlocked.Increment(ref count);
            Asked.TrySetResult();
            await over.Task;
            throw new StoreException("stuck");
        }
    }
}
