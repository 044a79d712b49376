using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Tests.Wire.Smtp;

namespace Cloud.Tests.Flow.Outbound.Relay;

/// <summary>The queue, the relay and servers that misbehave, all together: nobody gets a message twice uncounted.</summary>
public sealed class RelayedQueueTests
{
    static readonly string[] Recipients =
    [
        "a@there.example",
        "b@there.example",
        "c@there.example",
        "never@there.example",
    ];

    [Fact]
    public async Task Servers_that_misbehave_are_sent_nothing_twice_that_they_have_said_to_have()
    {
        for (var seed = 1UL; seed <= 40; seed++)
            await PlayAsync(seed, faults: null);
    }

    [Fact]
    public async Task Servers_that_misbehave_and_a_store_that_fails_lose_nothing_and_repeat_only_what_is_counted()
    {
        for (var seed = 100UL; seed <= 160; seed++)
            await PlayAsync(seed, Faults.Seeded(seed, (int)(4 + seed % 16)));
    }

    [Fact]
    public async Task A_domain_that_is_slow_keeps_nobody_elses_mail_waiting()
    {
        await using var world = new RelayWorld();
        world.Zones.Add("slow.example A 192.88.98.1\nthere.example A 192.88.98.2");
        world.Serve(
            "192.88.98.1",
            (verb, line) => verb == "MESSAGE" ? AnsweringServer.Silence : RelayWorld.Takes(verb, line)
        );
        world.Serve("192.88.98.2");
        var (test, blobs) = await OpenAsync(world, seed: 1, faults: null);
        for (var i = 0; i < 60; i++)
            await SubmitAsync(test, blobs, ["a@slow.example"], isVerp: false);
        await SubmitAsync(test, blobs, ["a@there.example"], isVerp: false);
        using var stop = new CancellationTokenSource();
        var sent = new TaskCompletionSource();
        var run = test.Backend.Sending.Worker.RunAsync(Tell, stop.Token);
        await sent.Task.WaitAsync(TimeSpan.FromMinutes(1)); // the clock stands still
        await stop.CancelAsync();
        await world.PatientlyAsync(EndAsync(), TimeSpan.FromMinutes(1));

        void Tell(OutboundResult result)
        {
            if (result is { NextHop: "there.example", Sent: 1 })
                sent.SetResult();
        }

        async Task<bool> EndAsync()
        {
            await run;
            return true;
        }
    }

    [Fact]
    public async Task Each_recipient_is_told_of_the_host_that_decided_and_the_dialogue_has_all_hosts()
    {
        await using var world = new RelayWorld();
        for (var i = 1; i <= 3; i++)
            world.Zones.Add($"there.example MX {i}0 mx{i}.there.example\nmx{i}.there.example A 192.88.98.{i}");
        world.Serve(
            "192.88.98.1",
            (verb, line) =>
                line.StartsWith("RCPT TO:<a@", StringComparison.Ordinal) ? "550 5.1.1 No such user"
                : verb == "RCPT" ? "451 4.3.0 Later"
                : RelayWorld.Takes(verb, line)
        );
        world.Serve("192.88.98.2");
        var (test, blobs) = await OpenAsync(world, seed: 1, faults: null);
        var message = await SubmitAsync(test, blobs, ["a@there.example", "b@there.example"], isVerp: false);
        await WorkAsync(test);
        var shown = (await test.Backend.Sending.Control.ShowAsync(message.Id, default))!.Recipients;
        Assert.Equal(
            [("mx1.there.example", "192.88.98.1:25"), ("mx2.there.example", "192.88.98.2:25")],
            shown.Select(to => (to.Host!, to.HostAddress!))
        );
        Assert.Contains("S: 550 5.1.1 No such user", shown[0].Transcript);
        Assert.Contains("mx2.there.example 192.88.98.2:25", shown[0].Transcript);
    }

    [Fact]
    public async Task What_became_of_each_attempt_at_each_host_is_told()
    {
        await using var world = new RelayWorld();
        for (var i = 1; i <= 2; i++)
            world.Zones.Add($"there.example MX {i}0 mx{i}.there.example\nmx{i}.there.example A 192.88.98.{i}");
        world.Serve(
            "192.88.98.1",
            (verb, line) => verb == "RCPT" ? "451 4.2.1 Come again" : RelayWorld.Takes(verb, line)
        );
        var (test, blobs) = await OpenAsync(world, seed: 1, faults: null);
        var message = await SubmitAsync(test, blobs, ["a@there.example"], isVerp: false);
        await WorkAsync(test);
        world.Serve("192.88.98.2");
        await PassAsync(world, test, TimeSpan.FromMinutes(6), TimeSpan.FromMinutes(1));
        var to = Assert.Single((await test.Backend.Sending.Control.ShowAsync(message.Id, default))!.Recipients);
        Assert.Equal(
            [
                "1. mx1.there.example 192.88.98.1:25 451 4.2.1 Come again",
                "1. mx2.there.example 192.88.98.2:25 4.4.1 mx2.there.example: no connection",
                "2. mx1.there.example 192.88.98.1:25 451 4.2.1 Come again",
                "2. mx2.there.example 192.88.98.2:25 250 Ok",
            ],
            to.History.Select(line => line["2026-01-02T03:04:05Z ".Length..].Split(" to ")[0])
        );
    }

    static async Task PlayAsync(ulong seed, Faults? faults)
    {
        var servers = new Servers(new SeededEntropy(seed));
        await using var world = new RelayWorld { Faults = faults };
        for (var i = 1; i <= 3; i++)
        {
            world.Zones.Add($"there.example MX {i}0 mx{i}.there.example\nmx{i}.there.example A 192.88.98.{i}");
            world.ServeEach($"192.88.98.{i}", servers.Connection);
        }

        var (test, blobs) = await OpenAsync(world, seed, faults);
        var message = await SubmitAsync(test, blobs, Recipients, isVerp: seed % 4 == 0);
        if (faults is not null)
            faults.IsOn = true;
        await PassAsync(world, test, TimeSpan.FromHours(2), TimeSpan.FromMinutes(1));
        if (faults is not null)
            faults.IsOn = false;
        servers.IsCalm = true;
        await PassAsync(world, test, TimeSpan.FromHours(16), TimeSpan.FromMinutes(10));
        await CheckAsync(test, servers, message, $"seed {seed}", hasFaults: faults is not null);
    }

    static async Task<(TestBackend Test, MemoryBlobs Blobs)> OpenAsync(RelayWorld world, ulong seed, Faults? faults)
    {
        if (faults is not null)
            faults.IsOn = false;
        var (blobs, queues) = (new MemoryBlobs(), new MemoryQueues(world.Clock));
        var test = await TestBackend.OpenAsync(
            faults is null ? world.Rows : new FaultyRows(world.Rows, faults),
            blobs,
            faults is null ? queues : new FaultyQueues(queues, faults),
            world.Clock,
            seed: seed,
            relay: world.Relay,
            // With shorter leases attempts come to no end more often.
            outbound: new() { Jitter = 0, Lease = TimeSpan.FromMinutes(seed % 3 == 0 ? 15 : 5 * (seed % 3)) }
        );
        return (test, blobs);
    }

    static async Task PassAsync(RelayWorld world, TestBackend test, TimeSpan time, TimeSpan step)
    {
        for (var end = world.Clock.GetUtcNow() + time; world.Clock.GetUtcNow() < end; )
        {
            world.Clock.Advance(step);
            await world.PatientlyAsync(WorkAsync(test), TimeSpan.FromSeconds(10));
        }
    }

    static async Task CheckAsync(TestBackend test, Servers servers, Submission message, string what, bool hasFaults)
    {
        var shown = await test.Backend.Sending.Control.ShowAsync(message.Id, default);
        foreach (var to in shown!.Recipients)
        {
            var address = to.Recipient.Address.ToString();
            var (told, untold) = servers.CountOf(address);
            var says = $"{what}: {address} {to.State}, taken {told} + {untold} times, {to.PossibleRepeats} counted";
            if (address.StartsWith("never", StringComparison.Ordinal))
            {
                Assert.True(to.State == RecipientState.Failed && told + untold == 0, says);
                continue;
            }

            Assert.True(to.State is RecipientState.Sent or RecipientState.Relayed && told > 0, says);
            Assert.True(told + untold <= 1 + to.PossibleRepeats, says);
            if (!hasFaults)
                Assert.True(told == 1 && to.PossibleRepeats == untold, says);
        }
    }

    static async Task<Submission> SubmitAsync(TestBackend test, MemoryBlobs blobs, string[] recipients, bool isVerp)
    {
        var id = test.NewTransaction();
        using var content = new MemoryStream("Subject: Hello\r\n\r\nHow are you?\r\n"u8.ToArray());
        var written = await MessageWriting.WriteAsync(blobs, BlobNames.Of(id), content, default);
        var message = new Submission
        {
            Id = id,
            Account = test.AliceId,
            From = EmailAddress.TryParse(TestBackend.Alice),
            Recipients = [.. recipients.Select(to => new OutboundRecipient(EmailAddress.TryParse(to)!))],
            Blob = written.Blob,
            Size = written.Size,
            Sha256 = written.Sha256,
            Accepted = test.Time.GetUtcNow(),
            Options = new() { Verp = isVerp },
        };
        await test.Backend.Sending.Outbox.AcceptAsync(message, default);
        return message;
    }

    static async Task<int> WorkAsync(TestBackend test)
    {
        try
        {
            return await test.Backend.Sending.Worker.WorkAsync(_ => { }, default);
        }
        catch (StoreException)
        {
            return 0; // the queue shows it again
        }
    }

    /// <summary>What they do is drawn; once they are calm, they take what they should.</summary>
    sealed class Servers(SeededEntropy entropy)
    {
        readonly Lock turn = new();
        readonly List<(string Recipient, bool IsTold)> taken = [];

        public bool IsCalm { get; set; }

        public (int Told, int Untold) CountOf(string recipient)
        {
            lock (turn)
                return (taken.Count(one => one == (recipient, true)), taken.Count(one => one == (recipient, false)));
        }

        public Func<string, string, string?> Connection()
        {
            var accepted = new List<string>();
            return (verb, line) => Answer(verb, line, accepted);
        }

        string? Answer(string verb, string line, List<string> accepted)
        {
            var chance = IsCalm ? 100 : entropy.Below(100);
            if (verb == "MAIL")
                accepted.Clear();
            if (verb != "MESSAGE" && chance < 4)
                return AnsweringServer.Silence;
            if (verb != "MESSAGE" && chance < 8)
                return null;
            return verb switch
            {
                "GREETING" when chance < 12 => "421 4.3.2 Closing",
                "GREETING" => "220 mx",
                "RCPT" => Recipient(line[(line.IndexOf('<') + 1)..line.IndexOf('>')], chance, accepted),
                "MESSAGE" => Message(chance, accepted),
                _ => RelayWorld.Takes(verb, line),
            };
        }

        static string Recipient(string recipient, int chance, List<string> accepted)
        {
            if (recipient.StartsWith("never", StringComparison.Ordinal))
                return "550 5.1.1 No such user";
            if (chance < 50)
                return "451 4.3.0 Later";
            accepted.Add(recipient);
            return "250 Ok";
        }

        string? Message(int chance, List<string> accepted)
        {
            if (accepted.Count == 0)
                return "554 5.5.1 For nobody";
            if (chance < 20)
                return "451 4.3.0 Later";
            lock (turn)
                taken.AddRange(accepted.Select(recipient => (recipient, chance >= 30)));
            return chance < 25 ? AnsweringServer.Silence
                : chance < 30 ? null
                : "250 Ok";
        }
    }
}
