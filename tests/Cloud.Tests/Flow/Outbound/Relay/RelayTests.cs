using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Relay;
using Cloud.Flow.Outbound.Relay.Smarthosts;
using Cloud.Mail;
using Cloud.Store.Ports;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.Dkim;
using Cloud.Wire.Limits;

namespace Cloud.Tests.Flow.Outbound.Relay;

public sealed class RelayTests : IAsyncDisposable
{
    const string First = "192.88.98.1"; // public, and nobody's here
    const string Second = "192.88.98.2";

    readonly RelayWorld world = new();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    void Domain() =>
        world.Zones.Add(
            $"""
            there.example      MX 10 mx1.there.example
            there.example      MX 20 mx2.there.example
            mx1.there.example  A {First}
            mx2.there.example  A {Second}
            """
        );

    [Fact]
    public async Task Mail_goes_to_the_host_with_the_lowest_preference()
    {
        Domain();
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
        Domain();
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
        Domain();
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
        Domain();
        world.Serve(Second);
        var outcome = Assert.Single(await world.SendAsync("ada@there.example"));
        Assert.Equal((RelayVerdict.Relayed, "mx2.there.example"), (outcome.Verdict, outcome.Host));
        Assert.Equal([First, Second], world.Dialled);
    }

    [Fact]
    public async Task Each_recipient_has_its_own_outcome_and_only_those_put_off_are_asked_of_the_next_host()
    {
        Domain();
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
        Domain();
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
    public async Task A_connection_is_used_again_for_the_next_message()
    {
        Domain();
        world.Serve(First);
        await world.SendAsync("ada@there.example");
        await world.SendAsync("bob@there.example");
        Assert.Equal([First], world.Dialled);
        Assert.Equal(2, world.Mail(First).Count);
    }

    [Fact]
    public async Task A_kept_connection_that_has_gone_is_made_anew()
    {
        Domain();
        var count = 0;
        world.Serve(First, (verb, line) => verb == "MAIL" && ++count == 2 ? null : RelayWorld.Takes(verb, line));
        await world.SendAsync("ada@there.example");
        Assert.Equal(RelayVerdict.Relayed, Assert.Single(await world.SendAsync("bob@there.example")).Verdict);
        Assert.Equal([First, First], world.Dialled);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_left_alone_for_a_while_by_other_processes_too()
    {
        world.Zones.Add($"there.example A {First}");
        for (var i = 0; i < 3; i++)
            await world.SendAsync("ada@there.example");
        Assert.Equal(3, world.Dialled.Count);
        await world.SendAsync("ada@there.example");
        Assert.Equal(3, world.Dialled.Count);

        await using var other = world.Another();
        other.Zones.Add($"there.example A {First}");
        other.Serve(First);
        var put = await other.SendAsync(other.Job(["ada@there.example"]) with { Attempt = 2 });
        Assert.Equal(RelayVerdict.Deferred, put.Outcomes[0].Verdict);
        Assert.Equal(world.Clock.GetUtcNow().AddMinutes(1), put.Outcomes[0].NextAttempt);
        Assert.True(put.Outcomes[0].IsUntried); // nobody was asked
        Assert.Empty(other.Dialled);

        world.Clock.Advance(TimeSpan.FromMinutes(1));
        var sent = await other.SendAsync(other.Job(["ada@there.example"]) with { Attempt = 3 });
        Assert.Equal(RelayVerdict.Relayed, sent.Outcomes[0].Verdict);
    }

    [Fact]
    public async Task An_attempt_that_asked_anybody_is_one_though_other_hosts_were_left_alone()
    {
        world.Zones.Add($"alone.example A {Second}");
        for (var i = 0; i < 3; i++)
            await world.SendAsync("ada@alone.example");
        Domain();
        var outcome = Assert.Single(await world.SendAsync("ada@there.example"));
        Assert.Equal([Second, Second, Second, First], world.Dialled);
        Assert.Equal((RelayVerdict.Deferred, false), (outcome.Verdict, outcome.IsUntried));
        Assert.Null(outcome.NextAttempt); // as the schedule has it, not when the other host may be asked
    }

    [Fact]
    public async Task A_domain_that_complains_gets_nothing_for_a_minute()
    {
        world.Zones.Add($"there.example A {First}");
        world.Serve(First, (verb, line) => verb == "MAIL" ? "421 4.7.0 Too many" : RelayWorld.Takes(verb, line));
        await world.SendAsync("ada@there.example");
        world.Serve(First);
        var outcome = Assert.Single(await world.SendAsync("bob@there.example"));
        Assert.Equal((RelayVerdict.Deferred, "4.4.5"), (outcome.Verdict, outcome.Status));
        Assert.Equal(world.Clock.GetUtcNow().AddMinutes(1), outcome.NextAttempt);
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(RelayVerdict.Relayed, Assert.Single(await world.SendAsync("bob@there.example")).Verdict);
    }

    [Fact]
    public async Task Recipients_beyond_what_a_server_takes_at_once_come_in_the_next_transaction()
    {
        world.Zones.Add($"there.example A {First}");
        var inMail = 0;
        world.Serve(
            First,
            (verb, line) =>
            {
                inMail =
                    verb == "RCPT" ? inMail + 1
                    : verb == "MAIL" ? 0
                    : inMail;
                return verb == "RCPT" && inMail > 2 ? "452 4.5.3 Too many recipients" : RelayWorld.Takes(verb, line);
            }
        );
        var outcomes = await world.SendAsync([.. Enumerable.Range(0, 5).Select(i => $"u{i}@there.example")]);
        Assert.All(outcomes, one => Assert.Equal(RelayVerdict.Relayed, one.Verdict));
        Assert.Equal(3, world.Mail(First).Count);
        Assert.Single(world.Dialled);
    }

    [Fact]
    public async Task A_smarthost_gets_all_mail_with_its_user_and_secret_and_nothing_is_looked_up_but_itself()
    {
        world.Options = world.Options with
        {
            Smarthosts = new(
                SmarthostText.TryParse("relay.example:2525,none,user=a@b, c", SmarthostSecret.Of("s3cret"), out _)
            ),
        };
        world.Zones.Add("relay.example A 10.1.2.3");
        string? said = null;
        world.Serve(
            "10.1.2.3:2525",
            (verb, line) =>
            {
                said = verb == "AUTH" ? line : said;
                return verb switch
                {
                    "EHLO" => "250-relay\n250 AUTH PLAIN LOGIN",
                    "AUTH" => "235 Ok",
                    _ => RelayWorld.Takes(verb, line),
                };
            }
        );
        var result = await world.SendAsync(world.Job(["ada@there.example"]));
        Assert.Equal(RelayVerdict.Relayed, result.Outcomes[0].Verdict);
        Assert.Equal("AUTH PLAIN " + Convert.ToBase64String("\0a@b, c\0s3cret"u8), said);
        Assert.All(world.Zones.Asked, question => Assert.Equal("relay.example", $"{question.Name}"));
        Assert.DoesNotContain(result.Transcript, line => line.Contains("s3cret") || line.Contains(said![11..]));
    }

    [Fact]
    public async Task The_sink_reads_a_message_to_its_end_and_sends_it_nowhere_whatever_it_asks_for()
    {
        Domain();
        world.Serve(First);
        world.Options = world.Options with { Smarthosts = new(Smarthost.Sink) };
        await using var octets = new SeenToEnd("From: me@here.example\r\n\r\nHello\r\n"u8.ToArray());
        var job = world.Job(
            ["ada@there.example", "bob@there.example"],
            message => message with { Options = new() { RequireTls = true } }
        ) with
        {
            OpenBlob = _ => new(octets),
        };
        var result = await world.SendAsync(job);
        Assert.Equal([0, 1], result.Outcomes.Select(outcome => outcome.Number));
        Assert.All(
            result.Outcomes,
            outcome =>
                Assert.Equal(
                    (RelayVerdict.Relayed, "2.0.0", "250 2.0.0 Sink: sent nowhere", "sink"),
                    (outcome.Verdict, outcome.Status, outcome.Reply, outcome.Host)
                )
        );
        Assert.True(octets.WasReadToEnd);
        Assert.Empty(world.Zones.Asked);
        Assert.Empty(world.Dialled);
    }

    [Fact]
    public async Task What_cannot_be_read_is_not_taken_by_the_sink_either()
    {
        world.Options = world.Options with { Smarthosts = new(Smarthost.Sink) };
        var job = world.Job(["ada@there.example"]) with { OpenBlob = _ => throw new StoreException("gone") };
        await Assert.ThrowsAsync<StoreException>(() => world.SendAsync(job));
    }

    [Fact]
    public async Task A_smarthost_that_does_not_know_us_puts_mail_off_and_sends_nothing_back()
    {
        world.Options = world.Options with
        {
            Smarthosts = new(SmarthostText.TryParse("relay.example,none,user=a", SmarthostSecret.Of("wrong"), out _)),
        };
        world.Zones.Add($"relay.example A {First}");
        world.Serve(
            $"{First}:587",
            (verb, line) =>
                verb switch
                {
                    "EHLO" => "250-relay\n250 AUTH PLAIN",
                    "AUTH" => "535 5.7.8 No",
                    _ => RelayWorld.Takes(verb, line),
                }
        );
        var outcome = Assert.Single(await world.SendAsync("ada@there.example"));
        Assert.Equal((RelayVerdict.Deferred, "4.7.8"), (outcome.Verdict, outcome.Status));
    }

    [Fact]
    public async Task A_smarthost_gets_no_more_in_a_time_and_nothing_larger_than_its_operator_says()
    {
        world.Options = world.Options with
        {
            Smarthosts = new(
                SmarthostText.TryParse("relay.example,none,minute=2,size=100", SmarthostSecret.None, out _)
            ),
        };
        world.Zones.Add($"relay.example A {First}");
        world.Serve($"{First}:587");
        for (var i = 0; i < 2; i++)
            Assert.Equal(RelayVerdict.Relayed, Assert.Single(await world.SendAsync("ada@there.example")).Verdict);
        var third = Assert.Single(await world.SendAsync("ada@there.example"));
        Assert.Equal(RelayVerdict.Deferred, third.Verdict);
        Assert.True(third.NextAttempt > world.Clock.GetUtcNow());

        world.Clock.Advance(TimeSpan.FromMinutes(3));
        var large = await world.SendAsync(world.Job(["ada@there.example"], content: new string('x', 101)));
        Assert.Equal((RelayVerdict.Failed, "5.3.4"), (large.Outcomes[0].Verdict, large.Outcomes[0].Status));
    }

    [Fact]
    public async Task Mail_beyond_a_smarthosts_limit_comes_again_one_after_the_other_and_each_transaction_counts()
    {
        world.Options = world.Options with
        {
            Smarthosts = new(SmarthostText.TryParse("relay.example,none,minute=3", SmarthostSecret.None, out _)),
        };
        world.Zones.Add($"relay.example A {First}");
        world.Serve($"{First}:587");
        var job = world.Job(
            [.. Enumerable.Range(0, 5).Select(i => $"u{i}@there.example")],
            message => message with { Options = new() { Verp = true } }
        ) with
        {
            VerpTags = _ => "tag",
        };
        var parts = (await world.SendAsync(job)).Outcomes;
        Assert.Equal(3, parts.Count(one => one.Verdict == RelayVerdict.Relayed));
        Assert.All(parts.Skip(3), one => Assert.True(one is { IsUntried: true, Status: "4.4.5" }));
        Assert.Equal(3, world.Mail($"{First}:587").Count);

        var times = new List<DateTimeOffset>();
        for (var i = 0; i < 4; i++)
            times.Add(Assert.Single(await world.SendAsync("ada@there.example")).NextAttempt!.Value);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(20), pair.Second - pair.First));
        Assert.Equal(parts[3].NextAttempt + TimeSpan.FromSeconds(20), times[0]);
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
    public async Task A_servers_good_bye_is_not_waited_for()
    {
        Domain();
        world.Serve(
            First,
            (verb, line) =>
                verb switch
                {
                    "EHLO" => "250-mx\n250 LIMITS MAILMAX=1",
                    "QUIT" => Wire.Smtp.AnsweringServer.Silence,
                    _ => RelayWorld.Takes(verb, line),
                }
        );
        var sending = world.Relay.SendAsync(world.Job(["ada@there.example"]), CancellationToken.None).AsTask();
        var outcome = Assert.Single((await sending.WaitAsync(TimeSpan.FromSeconds(10))).Outcomes); // the clock stands still
        Assert.Equal(RelayVerdict.Relayed, outcome.Verdict);
    }

    [Fact]
    public async Task A_message_that_requires_TLS_comes_back_where_nothing_vouches_for_the_host()
    {
        Domain();
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
        Domain();
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

    /// <summary>Knows whether all of it was read before it was closed.</summary>
    sealed class SeenToEnd(byte[] octets) : MemoryStream(octets)
    {
        public bool WasReadToEnd { get; private set; }

        protected override void Dispose(bool disposing)
        {
            WasReadToEnd |= CanRead && Position == Length;
            base.Dispose(disposing);
        }
    }
}
