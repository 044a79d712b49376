using System.Net;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Dns;
using Cloud.Flow.Door;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Cloud.Tests.Trust.Arc;
using Cloud.Trust.Dkim;
using Cloud.Trust.Scanners;

namespace Cloud.Tests.Flow.Door;

/// <summary>What others say of a message: forwarders, scanners, and its reader by moving mail.</summary>
public sealed class FilterTests
{
    [Fact]
    public async Task A_trusted_forwarders_word_stands_for_a_signature_that_it_broke()
    {
        Assert.True(DnsName.TryParse("lists.test", out var forwarder));
        await using var trusting = await FakeWorld.OpenAsync(options =>
            options with
            {
                TrustedForwarders = [forwarder],
            }
        );
        await using var wary = await FakeWorld.OpenAsync();
        using var key = DkimKey.GenerateEd25519("s1", Entropy.System);
        var sealer = new ArcSealer("lists.test", key)
        {
            Results = "mx.lists.test; dmarc=pass header.from=bank.test; spf=pass smtp.mailfrom=news@bank.test",
        };
        var letter = sealer.Seal(FakeWorld.Letter("news@bank.test"));
        foreach (var world in new[] { trusting, wary })
        {
            world.Dns.Add($"s1._domainkey.lists.test TXT \"{key.RecordText}\"");
            var reply = await world.SendAsync(FakeWorld.Stranger, "stranger.test", "list@stranger.test", letter);
            Assert.StartsWith(world == trusting ? "250 " : "550 5.7.1 bank.test asks", reply);
        }
        Assert.Single(await trusting.ReadAsync("INBOX"));
    }

    [Theory]
    [InlineData("lists.test", "", "250 ")]
    [InlineData("others.test", "", "550 5.7.1 bank.test asks")] // nobody trusts them
    [InlineData("lists.test", "more\r\n", "550 5.7.1 bank.test asks")] // no key makes that good
    public async Task A_trusted_forwarders_seal_that_cannot_be_checked_for_now_refuses_nothing(
        string sealer,
        string added,
        string begin
    )
    {
        Assert.True(DnsName.TryParse("lists.test", out var forwarder));
        await using var world = await FakeWorld.OpenAsync(options => options with { TrustedForwarders = [forwarder] });
        using var key = DkimKey.GenerateEd25519("s1", Entropy.System);
        world.Dns.Add($"s1._domainkey.{sealer} SERVFAIL");
        var letter = new ArcSealer(sealer, key)
        {
            Results = $"mx.{sealer}; dmarc=pass header.from=bank.test; spf=pass smtp.mailfrom=news@bank.test",
        }.Seal(FakeWorld.Letter("news@bank.test"));
        letter = [.. letter, .. Encoding.ASCII.GetBytes(added)];
        var reply = await world.SendAsync(FakeWorld.Stranger, "stranger.test", "list@stranger.test", letter);
        Assert.StartsWith(begin, reply);
        if (begin == "250 ")
            Assert.Contains("dmarc=temperror", Assert.Single(await world.ReadAsync("INBOX")));
    }

    [Theory]
    [InlineData(ScanOutcome.Infected, "550 5.7.1 The content is refused: found Test.Virus")]
    [InlineData(ScanOutcome.Failed, "451 4.7.1 The message cannot be scanned now; try again later")]
    [InlineData(ScanOutcome.Junk, "250 2.0.0 Ok: kept as ")]
    [InlineData(ScanOutcome.Clean, "250 2.0.0 Ok: kept as ")]
    public async Task A_scanner_sees_the_whole_message_and_is_heard(ScanOutcome outcome, string begin)
    {
        var scanner = new FakeVerdict(outcome);
        await using var world = await FakeWorld.OpenAsync(options =>
            options with
            {
                Scanners = [scanner],
                ScanPolicy = new() { FailClosed = true },
            }
        );
        var letter = FakeWorld.Letter("x@plain.test");
        Assert.StartsWith(begin, await world.SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test", letter));
        Assert.EndsWith(Encoding.UTF8.GetString(letter), scanner.Seen);
        Assert.Equal(
            (IPAddress.Parse(FakeWorld.Plain), "plain.test", "x@plain.test", TestBackend.Alice),
            (scanner.Client!.Address, scanner.Client.Helo, scanner.Client.Sender, scanner.Client.Recipients[0])
        );
        Assert.Equal(outcome == ScanOutcome.Clean ? 1 : 0, (await world.ReadAsync("INBOX")).Count);
        Assert.Equal(outcome == ScanOutcome.Junk ? 1 : 0, (await world.ReadAsync("Junk")).Count);
    }

    [Fact]
    public async Task Malware_that_is_to_be_quarantined_reaches_nobody_else_however_many_points_it_has()
    {
        await using var world = await FakeWorld.OpenAsync(options =>
            options with
            {
                Scanners = [new FakeVerdict(ScanOutcome.Infected)],
                ScanPolicy = new() { RefuseInfected = false },
                QuarantineAddress = TestBackend.Bob,
            }
        );
        var letter = FakeWorld.Letter("x@plain.test");
        Assert.StartsWith("250 ", await world.SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test", letter));
        Assert.Empty(await world.ReadAsync("INBOX"));
        Assert.Empty(await world.ReadAsync("Junk"));
        Assert.Contains("MALWARE", Assert.Single(await world.ReadAsync("INBOX", world.Backend.BobId)));
    }

    [Fact]
    public async Task Mail_like_what_was_moved_to_Junk_goes_there_by_itself()
    {
        await using var world = await FakeWorld.OpenAsync(options =>
            options with
            {
                Content = options.Content with { JunkAt = 3 },
            }
        );
        const int lessons = 20; // BayesOptions.MinLessons
        await SendAsync("casino jackpot roulette bonus spins");
        Assert.Single(await world.ReadAsync("INBOX"));
        for (var i = 0; i < lessons; i++)
        {
            await SendAsync($"casino jackpot roulette bonus spins number{i}");
            await SendAsync($"meeting minutes budget review quarter number{i}");
        }
        await MoveAsync("casino", "Junk");
        await MoveAsync("meeting", "Archive");

        await SendAsync("casino jackpot roulette bonus spins again");
        await SendAsync("meeting minutes budget review again");
        Assert.Contains("again", Assert.Single(await world.ReadAsync("INBOX")));
        Assert.Contains("again", (await world.ReadAsync("Junk"))[^1]);
        Assert.Contains("BAYES_99=", (await world.ReadAsync("Junk"))[^1]);

        async Task SendAsync(string words)
        {
            var letter = FakeWorld.Letter("x@plain.test", words);
            Assert.StartsWith("250 ", await world.SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test", letter));
        }

        async Task MoveAsync(string word, string to)
        {
            var test = world.Backend;
            var texts = await world.ReadAsync("INBOX");
            var entries = (await test.OpenAsync(test.AliceId)).Entries;
            var uids = UidSet.Of(entries.Where((_, i) => texts[i].Contains(word)).Select(entry => entry.Uid));
            var (from, target) = (
                await test.MailboxAsync(test.AliceId, "INBOX"),
                await test.MailboxAsync(test.AliceId, to)
            );
            var moved = await test.Gateway.MoveAsync(new(test.AliceId, from.Id, uids, target.Id), default);
            Assert.True(moved.IsOk);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_known_author_who_is_authenticated_is_not_junk_for_a_few_points(bool isKnown)
    {
        await using var world = await FakeWorld.OpenAsync(options =>
            options with
            {
                Content = options.Content with { Scores = new Dictionary<string, decimal> { ["DKIM_PASS"] = 6 } },
            }
        );
        var test = world.Backend;
        if (isKnown)
        {
            var author = EmailAddress.TryParse("news@bank.test")!;
            Assert.True(await test.Backend.KnownSenders.TryAddAsync(test.AliceId, [author], default));
        }
        var letter = world.Sign("bank.test", FakeWorld.Letter("news@bank.test"));
        Assert.StartsWith("250 ", await world.SendAsync(FakeWorld.Bank, "mail.bank.test", "news@bank.test", letter));
        Assert.Contains("DKIM_PASS=6.0", Assert.Single(await world.ReadAsync(isKnown ? "INBOX" : "Junk")));
    }

    [Theory]
    [InlineData("Sent", "INBOX")]
    [InlineData("Archive", "Junk")] // came from others: whoever wrote it knows its id
    public async Task An_answer_to_what_the_user_has_sent_is_not_junk_for_a_few_points(string mailbox, string found)
    {
        await using var world = await FakeWorld.OpenAsync(options =>
            options with
            {
                Content = options.Content with { Scores = new Dictionary<string, decimal> { ["DKIM_PASS"] = 6 } },
            }
        );
        var test = world.Backend;
        var transaction = test.NewTransaction();
        var sent = await test.UploadAsync(transaction, "Message-ID: <question@example.test>\r\n\r\nWell?\r\n");
        var box = (await test.MailboxAsync(test.AliceId, mailbox)).Id;
        var append = new AppendRequest(transaction, test.AliceId, box, sent, 0, [], test.Time.GetUtcNow());
        Assert.True((await test.Gateway.AppendAsync(append, default)).IsOk);
        // A copy of it comes back, from a list for one.
        var copy = FakeWorld.Letter("list@shop.test", more: "Message-ID: <question@example.test>\r\n");
        Assert.StartsWith("250 ", await world.SendAsync(FakeWorld.Shop, "mail.shop.test", "list@shop.test", copy));

        const string answers = "In-Reply-To: <question@example.test>\r\n";
        var letter = world.Sign("bank.test", FakeWorld.Letter("news@bank.test", more: answers));
        Assert.StartsWith("250 ", await world.SendAsync(FakeWorld.Bank, "mail.bank.test", "news@bank.test", letter));
        var text = (await world.ReadAsync(found))[^1];
        Assert.Contains("DKIM_PASS=6.0", text);
        Assert.Equal(mailbox == "Sent", text.Contains("ANSWERS_OURS=-2.0"));
    }

    [Theory]
    [InlineData("boss@example.test", true)]
    [InlineData("boss@plain.test", false)]
    public async Task Who_borrows_an_address_of_ours_is_not_believed(string author, bool isOurs)
    {
        await using var world = await FakeWorld.OpenAsync();
        var letter = FakeWorld.Letter(author);
        Assert.StartsWith("250 ", await world.SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test", letter));
        var text = (await world.ReadAsync("INBOX")).Concat(await world.ReadAsync("Junk"));
        Assert.Equal(isOurs, Assert.Single(text).Contains("FROM_LOCAL_FORGED=3.0"));
    }

    sealed class FakeVerdict(ScanOutcome outcome) : IScanner
    {
        public string Name => "fake";

        public string Seen { get; private set; } = "";

        public ScanClient? Client { get; private set; }

        public async Task<ScanVerdict> ScanAsync(ScanMessage message, ScanClient client, CancellationToken cancel)
        {
            Client = client;
            await using var stream = await message.OpenAsync(cancel);
            using var reader = new StreamReader(stream);
            Seen = await reader.ReadToEndAsync(cancel);
            Assert.Equal(message.Length, Encoding.UTF8.GetByteCount(Seen));
            return new(Name, outcome, "found Test.Virus", []) { Malware = "Test.Virus" };
        }
    }
}
