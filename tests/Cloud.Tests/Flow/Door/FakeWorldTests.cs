using System.Text;
using System.Text.RegularExpressions;
using Cloud.Flow.Door;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Tests.Fakes;
using Cloud.Trust.DnsLists;

namespace Cloud.Tests.Flow.Door;

/// <summary>Real SMTP sessions of senders who are what they say, and of those who are not.</summary>
public sealed class FakeWorldTests
{
    [Fact]
    public async Task An_honest_bank_comes_into_the_inbox_with_what_was_found_out()
    {
        await using var world = await FakeWorld.OpenAsync();
        var letter = world.Sign("bank.test", FakeWorld.Letter("news@bank.test"));
        var reply = await world.SendAsync(FakeWorld.Bank, "mail.bank.test", "news@bank.test", letter);
        Assert.StartsWith("250 2.0.0 Ok: kept as ", reply);
        var text = Assert.Single(await world.ReadAsync("INBOX"));
        Assert.EndsWith(Encoding.UTF8.GetString(letter), text);
        Assert.StartsWith("Authentication-Results: mx.example.test;", text);
        var results = Unfolded(text);
        Assert.Contains("; iprev=pass ", results);
        Assert.Contains("; spf=pass smtp.mailfrom=news@bank.test;", results);
        Assert.Contains("; dkim=pass header.d=bank.test ", results);
        Assert.Contains("; dmarc=pass header.from=bank.test ", results);
        Assert.Contains("\r\nX-Spam-Status: No, score=", text);
    }

    [Fact]
    public async Task Who_forges_it_is_refused_in_its_name_and_nothing_is_kept()
    {
        await using var world = await FakeWorld.OpenAsync();
        var reply = await world.SendAsync(
            FakeWorld.Stranger,
            "stranger.test",
            "news@stranger.test",
            FakeWorld.Letter("news@bank.test")
        );
        Assert.Matches("^550 5.7.1 bank.test asks to refuse mail that fails DMARC \\(id [0-9a-f]{27}\\)$", reply);
        Assert.Empty(await world.ReadAsync("INBOX"));
        Assert.Empty(await world.ReadAsync("Junk"));
    }

    [Fact]
    public async Task Who_forges_the_shop_ends_in_Junk()
    {
        await using var world = await FakeWorld.OpenAsync();
        var letter = FakeWorld.Letter("sale@shop.test");
        Assert.StartsWith(
            "250 ",
            await world.SendAsync(FakeWorld.Stranger, "stranger.test", "x@stranger.test", letter)
        );
        Assert.Empty(await world.ReadAsync("INBOX"));
        var text = Assert.Single(await world.ReadAsync("Junk"));
        Assert.Contains("dmarc=fail", Unfolded(text));
        Assert.Contains("\r\nX-Spam-Flag: YES\r\nX-Spam-Status: Yes, score=", text);
        Assert.Contains("DMARC_QUARANTINE=", text);
    }

    [Fact]
    public async Task Whoever_asks_is_told_why_a_message_is_where_it_is()
    {
        await using var world = await FakeWorld.OpenAsync();
        var letter = FakeWorld.Letter("sale@shop.test");
        var reply = await world.SendAsync(FakeWorld.Stranger, "stranger.test", "x@stranger.test", letter);
        var id = reply.Split(' ')[5];
        var lines = (await world.Backend.TraceAsync(TestBackend.Alice, id))!;
        Assert.StartsWith("Session: by smtp", lines[0]);
        Assert.Contains("return path <x@stranger.test>", lines[0]);
        const string verdict = "^Verdict: Junk, [0-9.]+ points .*shop.test asks to mistrust mail that fails DMARC";
        Assert.Single(lines, line => Regex.IsMatch(line, verdict));
        Assert.Contains(lines, line => line.StartsWith("Rule: DMARC_QUARANTINE "));
        Assert.Contains(lines, line => line.StartsWith("Check: spf=none "));
        Assert.Contains(lines, line => line.StartsWith("Check: dmarc=fail "));
        Assert.Equal("Filed: filed in Junk (UID 1), $Junk", lines[^1]);
        Assert.Null(await world.Backend.TraceAsync(TestBackend.Bob, id));
    }

    [Fact]
    public async Task Why_a_message_was_refused_is_told_to_whom_it_was_for_and_to_nobody_else()
    {
        var clock = new ManualClock();
        await using var world = await FakeWorld.OpenAsync(clock: clock);
        var letter = FakeWorld.Letter("news@bank.test");
        var reply = await world.SendAsync(FakeWorld.Stranger, "stranger.test", "x@stranger.test", letter);
        var id = reply.Split("(id ")[1].TrimEnd(')');
        var lines = (await world.Backend.TraceAsync(TestBackend.Alice, id))!;
        Assert.StartsWith("Session: by smtp", lines[0]);
        Assert.Equal("Refused: Reject, 0.0 points bank.test asks to refuse mail that fails DMARC", lines[^1]);
        Assert.Contains(lines, line => line.StartsWith("Check: dmarc=fail "));
        Assert.Null(await world.Backend.TraceAsync(TestBackend.Bob, id));

        clock.Advance(TransactionId.TryParse(id)!.Value.At - clock.GetUtcNow() + TimeSpan.FromDays(8));
        Assert.Equal(1, (await world.Backend.Backend.Sweeper.RunAsync(TimeSpan.FromMinutes(5), default)).DoorRows);
        Assert.Null(await world.Backend.TraceAsync(TestBackend.Alice, id));
    }

    [Fact]
    public async Task Strangers_do_not_decide_how_many_refusals_are_kept()
    {
        var rows = new Cloud.Store.Counting.CountingRows(new MemoryRows());
        await using var world = await FakeWorld.OpenAsync(rows: rows);
        var letter = FakeWorld.Letter("news@bank.test");
        await SendAsync(FakeWorld.Stranger, 2);
        Assert.Equal(2, rows.Commits);
        await SendAsync(FakeWorld.Stranger, 8);
        Assert.Equal((0, 1), (rows.Reads, rows.Commits)); // three a minute of one client
        for (var i = 1; i <= 20; i++)
            await SendAsync($"198.51.100.{100 + i}", 2, reset: i == 1);
        Assert.Equal((0, 27), (rows.Reads, rows.Commits)); // thirty of all

        async Task SendAsync(string client, int times, bool reset = true)
        {
            if (reset)
                rows.Reset();
            for (var i = 0; i < times; i++)
                Assert.StartsWith("550 ", await world.SendAsync(client, "stranger.test", "x@stranger.test", letter));
        }
    }

    [Theory]
    [InlineData("quarantine", "250 2.0.0 Ok: kept as ")]
    [InlineData("report", "250 2.0.0 Ok: kept as ")]
    public async Task A_policy_is_followed_as_far_as_is_configured(string mode, string begin)
    {
        var report = mode == "report";
        await using var world = await FakeWorld.OpenAsync(options =>
            options with
            {
                Dmarc = options.Dmarc with
                {
                    Mode = report ? Cloud.Trust.Dmarc.DmarcMode.ReportOnly : Cloud.Trust.Dmarc.DmarcMode.QuarantineOnly,
                },
            }
        );
        var letter = FakeWorld.Letter("news@bank.test");
        var reply = await world.SendAsync(FakeWorld.Stranger, "stranger.test", "x@stranger.test", letter);
        Assert.StartsWith(begin, reply);
        Assert.Single(await world.ReadAsync(report ? "INBOX" : "Junk"));
    }

    [Fact]
    public async Task A_client_that_SPF_forbids_is_refused_where_that_is_chosen()
    {
        await using var world = await FakeWorld.OpenAsync(options => options with { SpfFailure = SpfFailure.Reject });
        var letter = FakeWorld.Letter("x@plain.test");
        var reply = await world.SendAsync(FakeWorld.Stranger, "stranger.test", "x@shop.test", letter);
        Assert.StartsWith("550 5.7.23 shop.test does not let this client send for it (SPF) (id ", reply);
    }

    [Fact]
    public async Task A_domain_that_forbids_a_client_explains_it_in_the_reply_as_its_own_words()
    {
        await using var world = await FakeWorld.OpenAsync(options => options with { SpfFailure = SpfFailure.Reject });
        Task<string> SendAsync(string domain) =>
            world.SendAsync(FakeWorld.Stranger, "stranger.test", $"x@{domain}", FakeWorld.Letter("x@plain.test"));

        var blah = string.Concat(Enumerable.Repeat("blah ", 200));
        world.Dns.Add($"verbose.test TXT \"v=spf1 -all exp=why.verbose.test\"\nwhy.verbose.test TXT \"{blah}\"");
        const string reason = "does not let this client send for it (SPF)";
        Assert.StartsWith(
            $"550 5.7.23 telling.test {reason}, and explains: See http://telling.test/?i={FakeWorld.Stranger} (id ",
            await SendAsync("telling.test")
        );
        // Whatever it says, the reply is one line that SMTP allows (RFC 5321 §4.5.3.1.5), and ends with our id.
        var cut = await SendAsync("verbose.test");
        Assert.StartsWith($"550 5.7.23 verbose.test {reason}, and explains: blah blah", cut);
        Assert.Matches(@"^[ -~]{300,508} \(id [0-9a-f]+\)$", cut);
        // Words with an octet that is no printable ASCII are none.
        Assert.StartsWith($"550 5.7.23 odd.test {reason} (id ", await SendAsync("odd.test"));
    }

    [Fact]
    public async Task Words_that_nobody_will_hear_are_not_asked_for()
    {
        await using var world = await FakeWorld.OpenAsync();
        var letter = FakeWorld.Letter("x@plain.test");
        Assert.StartsWith("250 ", await world.SendAsync(FakeWorld.Stranger, "telling.test", "x@telling.test", letter));
        Assert.DoesNotContain(
            world.Dns.Asked,
            question => $"{question.Name}".StartsWith("why.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_stranger_without_a_name_waits_and_comes_through_later()
    {
        var clock = new ManualClock();
        await using var world = await FakeWorld.OpenAsync(
            options => options with { Greylist = GreylistMode.Suspicious },
            clock
        );
        Task<string> SendAsync(string client, string helo, string from) =>
            world.SendAsync(client, helo, from, FakeWorld.Letter(from));

        const string wait = "450 4.7.1 Not known here yet; try again in some minutes";
        Assert.Equal(wait, await SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test"));
        Assert.StartsWith("250 ", await SendAsync(FakeWorld.Shop, "mail.shop.test", "x@shop.test"));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(wait, await SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test"));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.StartsWith("250 ", await SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test"));
    }

    [Fact]
    public async Task Whom_the_recipient_has_written_to_need_not_wait()
    {
        await using var world = await FakeWorld.OpenAsync(options => options with { Greylist = GreylistMode.All });
        var test = world.Backend;
        var sender = EmailAddress.TryParse("x@plain.test")!;
        Assert.True(await test.Backend.KnownSenders.TryAddAsync(test.AliceId, [sender], default));
        var letter = FakeWorld.Letter("x@plain.test");
        Assert.StartsWith("250 ", await world.SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test", letter));
        var other = await world.SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test", letter, TestBackend.Bob);
        Assert.StartsWith("450 4.7.1 ", other);
    }

    [Fact]
    public async Task A_listed_client_is_refused_with_the_lists_own_words()
    {
        Assert.True(DnsList.TryParse("bl.test weight=20", out var list, out _));
        await using var world = await FakeWorld.OpenAsync(options => options with { Lists = [list] });
        var letter = FakeWorld.Letter("x@plain.test");
        var reply = await world.SendAsync(FakeWorld.Listed, "plain.test", "x@plain.test", letter);
        Assert.StartsWith(
            "550 5.7.1 This looks like spam: Listed in the DNS, times the list's weight: 192.0.2.66 in bl.test",
            reply
        );
    }

    [Theory]
    [InlineData("from", "x@evil.test", FakeWorld.Plain)]
    [InlineData("mailfrom", "x@evil.test", FakeWorld.Plain)]
    [InlineData("dkim", "x@evil.test", FakeWorld.Plain)]
    public async Task A_listed_domain_counts_wherever_it_is_asked_for(string subject, string from, string client)
    {
        Assert.True(DnsList.TryParse($"dbl.test weight=20 for={subject}", out var list, out _));
        await using var world = await FakeWorld.OpenAsync(options => options with { Lists = [list] });
        world.Dns.Add("evil.test.dbl.test A 127.0.1.2");
        var letter = world.Sign("evil.test", FakeWorld.Letter(from));
        Assert.StartsWith("550 5.7.1 ", await world.SendAsync(client, "plain.test", from, letter));
        Assert.StartsWith(
            "250 ",
            await world.SendAsync(client, "plain.test", "y@plain.test", FakeWorld.Letter("y@plain.test"))
        );
    }

    [Theory]
    [InlineData("domains=full", "http://win.evil.test/prize", true)]
    [InlineData("domains=full", "http://evil.test/prize", false)] // not that host
    [InlineData("domains=organizational", "see <a href=\"https://a.b.bad.test:8080/\">here</a>", true)]
    [InlineData("", "http://192.0.2.1/ and no host at all", false)]
    public async Task A_listed_host_of_a_link_counts(string domains, string text, bool isListed)
    {
        Assert.True(DnsList.TryParse($"dbl.test weight=20 for=url {domains}", out var list, out _));
        await using var world = await FakeWorld.OpenAsync(options => options with { Lists = [list] });
        world.Dns.Add("win.evil.test.dbl.test A 127.0.1.2\nbad.test.dbl.test A 127.0.1.2");
        var kind = text.Contains('<') ? "html" : "plain";
        var letter = Encoding.ASCII.GetBytes(
            Encoding.ASCII.GetString(FakeWorld.Letter("x@plain.test", more: $"Content-Type: text/{kind}\r\n"))
                + $"{text}\r\n"
        );
        var reply = await world.SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test", letter);
        if (isListed)
            Assert.Matches("^550 5.7.1 This looks like spam: Listed in the DNS.*: [a-z.]+ in dbl.test", reply);
        else
            Assert.StartsWith("250 ", reply);
    }

    [Fact]
    public async Task A_list_that_is_silent_about_links_keeps_no_mail_away()
    {
        Assert.True(DnsList.TryParse("dbl.test weight=20 for=url", out var list, out _));
        await using var world = await FakeWorld.OpenAsync(options =>
            options with
            {
                Lists = [list],
                Deadline = TimeSpan.FromMilliseconds(200),
            }
        );
        world.Dns.Add("slow.test.dbl.test HANG");
        byte[] letter = [.. FakeWorld.Letter("x@plain.test"), .. "http://slow.test/\r\n"u8];
        var reply = await world.SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test", letter);
        Assert.StartsWith("250 ", reply);
        var lines = (await world.Backend.TraceAsync(TestBackend.Alice, reply.Split(' ')[5]))!;
        Assert.Contains(lines, line => line.Contains("dbl.test does not tell of slow.test"));
    }

    [Fact]
    public async Task Names_that_nobody_answers_for_in_time_keep_no_mail_away()
    {
        await using var world = await FakeWorld.OpenAsync(options =>
            options with
            {
                Deadline = TimeSpan.FromMilliseconds(200),
            }
        );
        var letter = FakeWorld.Letter("x@late.test");
        Assert.StartsWith("250 ", await world.SendAsync(FakeWorld.Stranger, "stranger.test", "x@late.test", letter));
        var results = Unfolded(Assert.Single(await world.ReadAsync("INBOX")));
        Assert.Contains("; spf=temperror ", results);
        Assert.Contains("; dmarc=temperror ", results);
    }

    [Fact]
    public async Task Results_in_our_name_are_taken_off_and_others_stay()
    {
        await using var world = await FakeWorld.OpenAsync();
        var letter = FakeWorld.Letter(
            "x@plain.test",
            more: "Authentication-Results: MX.example.test;\r\n dkim=pass header.d=bank.test\r\n"
                + "Authentication-Results: mx.elsewhere.test; spf=pass\r\n"
        );
        Assert.StartsWith("250 ", await world.SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test", letter));
        var text = Assert.Single(await world.ReadAsync("INBOX"));
        Assert.DoesNotContain("header.d=bank.test", text);
        Assert.Contains("\r\nAuthentication-Results: mx.elsewhere.test; spf=pass\r\n", text);
    }

    [Fact]
    public async Task Who_cannot_be_seen_is_not_judged_by_address()
    {
        await using var world = await FakeWorld.OpenAsync(
            options => options with { Greylist = GreylistMode.All, SpfFailure = SpfFailure.Reject },
            trustClients: false
        );
        var letter = FakeWorld.Letter("x@plain.test");
        Assert.StartsWith("250 ", await world.SendAsync(null, "mail.shop.test", "x@shop.test", letter));
        var results = Unfolded(Assert.Single(await world.ReadAsync("INBOX")));
        Assert.DoesNotContain("spf=", results);
        Assert.DoesNotContain("iprev=", results);
        Assert.Contains("; dkim=none;", results);
    }

    [Fact]
    public async Task Where_only_SPF_could_tell_a_policy_is_followed_for_clients_that_can_be_seen()
    {
        await using var world = await FakeWorld.OpenAsync(trustClients: false);
        var letter = FakeWorld.Letter("news@bank.test");
        Assert.StartsWith("250 ", await world.SendAsync(null, "mail.bank.test", "news@bank.test", letter));
        var results = Unfolded(Assert.Single(await world.ReadAsync("INBOX")));
        Assert.Contains("; dmarc=none ", results);

        // Whoever vouches for the sender does not for the author, so that no address would have helped.
        var reply = await world.SendAsync(null, "stranger.test", "x@stranger.test", letter);
        Assert.StartsWith("550 5.7.1 bank.test asks to refuse mail that fails DMARC", reply);
    }

    [Fact]
    public async Task A_message_that_goes_round_in_circles_is_refused()
    {
        await using var world = await FakeWorld.OpenAsync();
        var hops = string.Concat(
            Enumerable.Repeat("Received: from a.test by b.test; Mon, 1 Jun 2026 00:00:00 +0000\r\n", 100)
        );
        var letter = FakeWorld.Letter("x@plain.test", more: hops);
        var reply = await world.SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test", letter);
        Assert.StartsWith("550 5.4.6 Mail loop: ", reply);
        Assert.Empty(await world.ReadAsync("INBOX"));
    }

    [Fact]
    public async Task A_copy_says_to_whom_it_was_delivered_and_comes_back_to_nobody()
    {
        await using var world = await FakeWorld.OpenAsync();
        await world.Backend.Admin.AddAliasAsync("sales@example.test", [TestBackend.Alice, TestBackend.Bob], default);
        var letter = FakeWorld.Letter("x@plain.test");
        Task<string> SendAsync(string text, string to) =>
            world.SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test", Encoding.UTF8.GetBytes(text), to);

        Assert.StartsWith("250 ", await SendAsync(Encoding.UTF8.GetString(letter), "alice+shop@example.test"));
        var first = Assert.Single(await world.ReadAsync("INBOX"));
        Assert.Contains("\r\nDelivered-To: alice+shop@example.test\r\nReturn-Path: ", first);
        Assert.EndsWith(Encoding.UTF8.GetString(letter), first);

        // Sent on by its reader, to an alias and back to her.
        Assert.StartsWith("250 ", await SendAsync(first, "Sales@Example.test"));
        var second = Assert.Single(await world.ReadAsync("INBOX", world.Backend.BobId));
        Assert.Contains("\r\nDelivered-To: Sales@Example.test\r\nReturn-Path: ", second);
        const string loop = "550 5.4.6 Mail loop: already delivered to this mailbox";
        Assert.StartsWith(loop, await SendAsync(second, "alice+shop@example.test"));
        Assert.StartsWith(loop, await SendAsync(second, "sales@example.test"));
        Assert.StartsWith("250 ", await SendAsync(second, TestBackend.Bob));
    }

    [Fact]
    public async Task What_is_quarantined_goes_to_whom_looks_after_it()
    {
        await using var world = await FakeWorld.OpenAsync(options =>
            options with
            {
                QuarantineAt = 5,
                QuarantineAddress = TestBackend.Bob,
                Dmarc = options.Dmarc with { Mode = Cloud.Trust.Dmarc.DmarcMode.ReportOnly },
            }
        );
        var letter = FakeWorld.Letter(
            "x@plain.test",
            more: "From: y@plain.test\r\nDate: yesterday\r\nTo: x@plain.test\r\n"
        );
        Assert.StartsWith("250 ", await world.SendAsync(FakeWorld.Plain, "mx.example.test", "x@shop.test", letter));
        Assert.Empty(await world.ReadAsync("INBOX"));
        Assert.Empty(await world.ReadAsync("Junk"));
        var text = Assert.Single(await world.ReadAsync("INBOX", world.Backend.BobId));
        Assert.Contains("\r\nX-Envelope-To: <alice@example.test>\r\n", text);
    }

    /// <summary>The first field of a message on one line.</summary>
    static string Unfolded(string text) =>
        text[..text.IndexOf("\r\nX-Spam-", StringComparison.Ordinal)]
            .Replace("\r\n\t", " ", StringComparison.Ordinal)
            .Replace("\r\n ", " ", StringComparison.Ordinal) + ";";
}
