using System.Net;
using System.Net.Http;
using System.Text;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Relay.Tls;
using Cloud.Flow.Outbound.Reports;
using Cloud.Mail;
using Cloud.Store.Ports;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.Dmarc;
using Cloud.Trust.TlsRpt;

namespace Cloud.Tests.Flow.Outbound.Reports;

/// <summary>Reports of a day, from what was counted to what others get.</summary>
public sealed class DailyReportTests
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    static readonly AggregateRow Row = new(
        IPAddress.Parse("192.0.2.1"),
        DmarcPolicy.None,
        PolicyOverride.None,
        DkimAligned: true,
        SpfAligned: false,
        "owner.test",
        "owner.test",
        "owner.test/s1=pass",
        "mfrom:owner.test=pass"
    );

    readonly ZoneResolver dns = new("postbox.test A 192.0.2.200");
    readonly WebServer web = new();

    /// <summary>Takes reports, or not.</summary>
    sealed class WebServer : HttpMessageHandler
    {
        public HttpStatusCode Answer { get; set; } = HttpStatusCode.OK;

        public string? Down { get; set; }

        public List<(Uri? Address, string? Type, byte[] Body)> Taken { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancel
        )
        {
            if (request.RequestUri!.Host == Down)
                return new(HttpStatusCode.BadGateway);
            if (Answer == HttpStatusCode.OK)
                Taken.Add(
                    (
                        request.RequestUri,
                        $"{request.Method} {request.Content!.Headers.ContentType}",
                        await request.Content.ReadAsByteArrayAsync(cancel)
                    )
                );
            return new(Answer);
        }
    }

    static ReportOptions Options => new() { HostName = "mail.example.test" };

    DailyReports Reports(OutboundWorld world, ReportOptions? options = null) =>
        world.Sending.Reports(options ?? Options, dns, web);

    static DateOnly Today(OutboundWorld world) => DateOnly.FromDateTime(world.Clock.GetUtcNow().UtcDateTime);

    /// <summary>Hands counts over, as a door does.</summary>
    static Task CountAsync(OutboundWorld world, string rua, string domain = "owner.test", long count = 3)
    {
        Assert.True(DmarcRecord.TryParse($"v=DMARC1; p=none; rua={rua}", out var record));
        var day = new DailyAggregate(Today(world), domain, record).Add(Row, count);
        return world
            .Test.Gateway.KeepCountsAsync(new(world.Test.Entropy.Next64(), [AggregateCodec.Pack(day)]), default)
            .AsTask();
    }

    static async Task CountTlsAsync(OutboundWorld world, string domain)
    {
        await using var counts = new TlsSessionCounts(world.Rows, world.Clock);
        counts.Succeeded(domain, TlsPolicySeen.Nothing);
        counts.Failed(domain, TlsPolicySeen.Nothing, new(TlsFailure.CertificateExpired, "", "mx.there.test", "", ""));
    }

    /// <summary>To a time after the next midnight at which days are reported.</summary>
    static Task PassMidnightAsync(OutboundWorld world)
    {
        var now = world.Clock.GetUtcNow();
        world.Clock.Advance(now.Date.AddDays(1).AddMinutes(43) - now.UtcDateTime);
        return Task.CompletedTask;
    }

    /// <summary>The messages that went out, once all that waits has had its time.</summary>
    static async Task<List<(string Recipient, string Content)>> TakenAsync(OutboundWorld world)
    {
        await world.PassAsync(TimeSpan.FromHours(5), TimeSpan.FromMinutes(10));
        return [.. world.Relay.Taken.Select(taken => (taken.Recipient, taken.Content!))];
    }

    [Fact]
    public async Task A_domains_owner_gets_what_came_in_its_name_in_a_day()
    {
        var world = await OutboundWorld.OpenAsync();
        await CountAsync(world, "mailto:dmarc@owner.test");
        await CountAsync(world, "mailto:dmarc@owner.test", count: 4); // another listener, or later
        await PassMidnightAsync(world);
        var result = await Reports(world).RunAsync(Limit, default);
        Assert.Equal((1, 0, 0, true), (result.Dmarc, result.Tls, result.Later, result.IsComplete));

        var (to, content) = Assert.Single(await TakenAsync(world));
        Assert.Equal("dmarc@owner.test", to);
        Assert.Contains("From: \"example.test\" <postmaster@example.test>\r\n", content);
        Assert.Contains("Auto-Submitted: auto-generated\r\n", content);
        Assert.Matches("Subject: Report Domain: owner.test Submitter: example.test\\s+Report-ID:\\s+<", content);
        Assert.Contains("example.test!owner.test!1767312000!1767398399.xml.gz", content.Replace("\r\n ", ""));
        var report = Assert.Single(ReceivedReports.Read(Encoding.UTF8.GetBytes(content), isAuthentic: true));
        Assert.Equal(("owner.test", 7, 0), (report.Domain, report.Passed, report.Failed));
        Assert.Equal(new("192.0.2.1", 7, 7, 0, 0, "owner.test"), Assert.Single(report.Sources));
    }

    [Fact]
    public async Task It_is_sent_with_a_signature_and_without_bounces()
    {
        var world = await OutboundWorld.OpenAsync();
        await CountAsync(world, "mailto:dmarc@owner.test");
        await PassMidnightAsync(world);
        await Reports(world).RunAsync(Limit, default);
        await TakenAsync(world);
        var job = Assert.Single(world.Relay.Jobs);
        Assert.Equal(("example.test", "postmaster@example.test"), (job.Message.SigningDomain, $"{job.Message.From}"));
        Assert.False(job.Message.Options.TlsOptional);
        Assert.Equal("NEVER", Assert.Single(job.Recipients).Recipient.Notify);
    }

    [Fact]
    public async Task Two_instances_over_days_send_each_report_once()
    {
        var world = await OutboundWorld.OpenAsync();
        for (var day = 0; day < 3; day++)
        {
            for (var i = 0; i < 30; i++)
                await CountAsync(world, $"mailto:dmarc@owner{i}.test", $"owner{i}.test");
            await PassMidnightAsync(world);
            for (var hour = 0; hour < 4; hour++)
            {
                await Task.WhenAll(
                    Reports(world).RunAsync(Limit, default).AsTask(),
                    Reports(world).RunAsync(Limit, default).AsTask()
                );
                world.Clock.Advance(TimeSpan.FromHours(1));
            }
        }
        var taken = await TakenAsync(world);
        Assert.Equal(90, taken.Count);
        Assert.Equal(90, taken.Select(mail => mail.Content).Distinct().Count());
        Assert.Equal(3, taken.Count(mail => mail.Recipient == "dmarc@owner7.test"));
    }

    [Fact]
    public async Task A_run_that_is_out_of_time_or_killed_is_gone_on_with()
    {
        var faults = new Faults();
        var world = await OutboundWorld.OpenAsync(faults: faults);
        for (var i = 0; i < 45; i++)
            await CountAsync(world, $"mailto:dmarc@owner{i}.test", $"owner{i}.test");
        await PassMidnightAsync(world);
        faults.Fail("commit outbox", after: 30);
        await Assert.ThrowsAnyAsync<Exception>(() => Reports(world).RunAsync(Limit, default).AsTask());
        faults.Heal();
        Assert.False((await Reports(world).RunAsync(Limit, default)).IsComplete); // the other may still be at it
        world.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, (await Reports(world).RunAsync(TimeSpan.Zero, default)).Dmarc);
        Assert.True((await Reports(world).RunAsync(Limit, default)).IsComplete);
        var taken = await TakenAsync(world);
        Assert.Equal(45, taken.Count);
        Assert.Equal(45, taken.Select(mail => mail.Recipient).Distinct().Count());
    }

    [Fact]
    public async Task Who_did_not_ask_for_anothers_reports_gets_none()
    {
        dns.Add(
            """
            willing.test._report._dmarc.postbox.test TXT "v=DMARC1"
            down.test._report._dmarc.postbox.test SERVFAIL
            """
        );
        var world = await OutboundWorld.OpenAsync();
        foreach (var domain in new[] { "victim.test", "willing.test", "down.test" })
            await CountAsync(world, "mailto:box@postbox.test", domain);
        await PassMidnightAsync(world);
        var result = await Reports(world).RunAsync(Limit, default);
        Assert.Equal((1, 1), (result.Dmarc, result.Later));
        Assert.Contains("Report Domain: willing.test", Assert.Single(await TakenAsync(world)).Content);
    }

    [Fact]
    public async Task What_cannot_be_looked_up_is_sent_by_a_later_run_or_given_up_after_a_day()
    {
        dns.Add("_smtp._tls.there.test SERVFAIL");
        dns.Add("_smtp._tls.gone.test SERVFAIL");
        var world = await OutboundWorld.OpenAsync();
        await CountTlsAsync(world, "there.test");
        await CountTlsAsync(world, "gone.test");
        await PassMidnightAsync(world);
        Assert.Equal(2, (await Reports(world).RunAsync(Limit, default)).Later);
        var healed = new ZoneResolver(
            """
            _smtp._tls.there.test TXT "v=TLSRPTv1; rua=mailto:tls@there.test"
            _smtp._tls.gone.test SERVFAIL
            """
        );
        world.Clock.Advance(TimeSpan.FromHours(1));
        var reports = world.Sending.Reports(Options, healed, web);
        Assert.Equal(1, (await reports.RunAsync(Limit, default)).Tls);
        var (runs, givenUp) = (0, 0);
        for (; runs < 40 && givenUp == 0; runs++)
        {
            world.Clock.Advance(TimeSpan.FromHours(1));
            givenUp = (await reports.RunAsync(Limit, default)).GivenUp;
        }
        Assert.InRange(runs, 20, 26);
        Assert.Single(await TakenAsync(world));
    }

    [Theory]
    [InlineData("mailto:dmarc@owner.test!10m", 1)]
    [InlineData("mailto:dmarc@owner.test!1k", 0)]
    [InlineData("mailto:dmarc@owner.test!1k,mailto:other@owner.test", 1)]
    [InlineData("https://owner.test/report", 0)]
    public async Task A_report_that_is_too_long_for_its_recipient_is_not_sent(string rua, int sent)
    {
        var world = await OutboundWorld.OpenAsync();
        await CountAsync(world, rua);
        await PassMidnightAsync(world);
        Assert.Equal(sent, (await Reports(world).RunAsync(Limit, default)).Dmarc);
        Assert.Equal(sent, (await TakenAsync(world)).Count);
    }

    [Fact]
    public async Task Nothing_is_sent_before_the_day_is_over_and_nothing_when_it_is_off()
    {
        var world = await OutboundWorld.OpenAsync();
        await CountAsync(world, "mailto:dmarc@owner.test");
        await CountTlsAsync(world, "there.test");
        dns.Add("_smtp._tls.there.test TXT \"v=TLSRPTv1; rua=mailto:tls@there.test\"");
        var early = await Reports(world).RunAsync(Limit, default);
        Assert.Equal((0, 0), (early.Dmarc, early.Tls));
        await PassMidnightAsync(world);
        var half = await Reports(world, Options with { SendsDmarc = false }).RunAsync(Limit, default);
        Assert.Equal((0, 1), (half.Dmarc, half.Tls));
        var first = Today(world);
        await CountAsync(world, "mailto:dmarc@owner.test");
        for (var day = 0; day < 6; day++)
        {
            await PassMidnightAsync(world);
            var none = Options with { SendsDmarc = false, SendsTls = false };
            var off = await Reports(world, none).RunAsync(Limit, default);
            Assert.Equal((0, 0, true), (off.Dmarc, off.Tls, off.IsComplete));
        }
        Assert.Null(await world.Sending.Counted.FindAsync(first, "owner.test", default)); // old counts go all the same
    }

    [Fact]
    public async Task A_domain_learns_how_TLS_with_its_hosts_went_by_mail_whatever_its_TLS_is_like()
    {
        dns.Add("_smtp._tls.there.test TXT \"v=TLSRPTv1; rua=mailto:tls@there.test\"");
        var world = await OutboundWorld.OpenAsync();
        await CountTlsAsync(world, "there.test");
        await CountTlsAsync(world, "silent.test");
        await PassMidnightAsync(world);
        Assert.Equal(1, (await Reports(world).RunAsync(Limit, default)).Tls);
        var (to, content) = Assert.Single(await TakenAsync(world));
        Assert.Equal("tls@there.test", to);
        Assert.Contains("TLS-Report-Domain: there.test\r\n", content);
        Assert.Contains("TLS-Report-Submitter: example.test\r\n", content);
        Assert.Contains("TLS-Required: No\r\n", content);
        Assert.Matches("Content-Type: multipart/report;\\s+report-type=\"?tlsrpt\"?", content);
        Assert.Contains("application/tlsrpt+gzip", content);
        Assert.True(Assert.Single(world.Relay.Jobs).Message.Options.TlsOptional);
        var report = Assert.Single(ReceivedReports.Read(Encoding.UTF8.GetBytes(content), isAuthentic: true));
        Assert.Equal(("there.test", 1, 1), (report.Domain, report.Passed, report.Failed));
        Assert.Equal(new("certificate-expired", "mx.there.test", 1), Assert.Single(report.Failures));
    }

    [Fact]
    public async Task A_web_server_that_asks_for_TLS_reports_gets_them_and_gets_them_later_when_it_fails()
    {
        dns.Add("_smtp._tls.there.test TXT \"v=TLSRPTv1; rua=https://reports.there.test/v1,mailto:tls@there.test\"");
        var world = await OutboundWorld.OpenAsync();
        await CountTlsAsync(world, "there.test");
        await PassMidnightAsync(world);
        web.Answer = HttpStatusCode.ServiceUnavailable;
        Assert.Equal(1, (await Reports(world).RunAsync(Limit, default)).Later);
        web.Answer = HttpStatusCode.OK;
        world.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, (await Reports(world).RunAsync(Limit, default)).Tls);
        var (address, type, body) = Assert.Single(web.Taken);
        Assert.Equal(("https://reports.there.test/v1", "POST application/tlsrpt+gzip"), ($"{address}", type));
        Assert.Equal("example.test", ReportFile.Read(body).Tls!.OrganizationName);
        Assert.Single(await TakenAsync(world)); // the mail went the first time
        Assert.Equal(0, (await Reports(world).RunAsync(Limit, default)).Tls);
    }

    [Fact]
    public async Task Web_servers_are_asked_at_public_addresses_only()
    {
        dns.Add(
            """
            _smtp._tls.there.test TXT "v=TLSRPTv1; rua=https://inside.test/v1"
            inside.test A 127.0.0.1
            """
        );
        var world = await OutboundWorld.OpenAsync();
        await CountTlsAsync(world, "there.test");
        await PassMidnightAsync(world);
        using var guarded = new Cloud.Wire.Http.GuardedConnect(dns).Handler();
        var result = await world.Sending.Reports(Options, dns, guarded).RunAsync(Limit, default);
        Assert.Equal((0, 1), (result.Tls, result.Later));
    }

    [Fact]
    public async Task A_domain_of_ours_gets_its_report_here_and_shows_it()
    {
        var world = await OutboundWorld.OpenAsync();
        await world.Test.Admin.AddAliasAsync("postmaster@example.test", [TestBackend.Alice], default);
        await CountAsync(world, "mailto:postmaster@example.test", "example.test");
        await PassMidnightAsync(world);
        await Reports(world).RunAsync(Limit, default);
        Assert.Empty(await TakenAsync(world));
        Assert.Contains("Report Domain: example.test", Assert.Single(await world.InboxAsync(world.Test.AliceId)));
        Assert.Equal(1, (await world.Sending.Schedule.RunAsync(Limit, default)).Reports);
        var report = Assert.Single(await world.Test.Admin.Queue.ListReportsAsync(null, 30, default));
        Assert.Equal(("example.test", 3, true), (report.Organization, report.Passed, report.IsAuthentic));
    }

    [Fact]
    public async Task Reports_come_from_whom_the_settings_name()
    {
        var world = await OutboundWorld.OpenAsync();
        await CountAsync(world, "mailto:dmarc@owner.test");
        await PassMidnightAsync(world);
        var options = Options with { From = EmailAddress.TryParse("reports@else.test"), Organization = "Else, Inc." };
        var result = await Reports(world, options).RunAsync(Limit, default);
        Assert.Equal("else.test", result.UnsignedFrom); // is told in the log
        var content = Assert.Single(await TakenAsync(world)).Content;
        Assert.Contains("From: \"Else, Inc.\" <reports@else.test>\r\n", content);
        Assert.Null(Assert.Single(world.Relay.Jobs).Message.SigningDomain); // none of ours
    }

    [Fact]
    public async Task Counts_that_are_handed_over_again_count_once()
    {
        var world = await OutboundWorld.OpenAsync();
        Assert.True(DmarcRecord.TryParse("v=DMARC1; p=none; rua=mailto:dmarc@owner.test", out var record));
        var packed = AggregateCodec.Pack(new DailyAggregate(Today(world), "owner.test", record).Add(Row, 3));
        world.ResetCounts();
        for (var i = 0; i < 3; i++)
            await world.Test.Gateway.KeepCountsAsync(new(7, [packed, [1, 2, 3]]), default);
        Assert.Equal((3, 0), (world.Rows.Commits, world.Rows.Reads));
        var day = await world.Sending.Counted.FindAsync(Today(world), "owner.test", default);
        Assert.Equal(3, day!.Total);
    }

    [Fact]
    public async Task A_run_with_nothing_to_do_costs_two_reads_and_counts_go_after_days()
    {
        var world = await OutboundWorld.OpenAsync();
        await CountAsync(world, "mailto:dmarc@owner.test");
        var first = Today(world);
        await PassMidnightAsync(world);
        await Reports(world).RunAsync(Limit, default);
        world.ResetCounts();
        await Reports(world).RunAsync(Limit, default);
        Assert.Equal((2, 0), (world.Rows.Reads, world.Rows.Commits));
        for (var day = 0; day < 5; day++)
        {
            Assert.Equal(day < 4, await world.Sending.Counted.FindAsync(first, "owner.test", default) is not null);
            await PassMidnightAsync(world);
            Assert.True((await Reports(world).RunAsync(Limit, default)).IsComplete);
        }
    }

    [Fact]
    public async Task A_report_that_cannot_be_made_stops_no_other_and_the_longest_names_have_one()
    {
        var longest = string.Join('.', Enumerable.Repeat(new string('a', 60), 4)) + ".test";
        dns.Add("_smtp._tls.zz.test TXT \"v=TLSRPTv1; rua=mailto:tls@zz.test\"");
        var world = await OutboundWorld.OpenAsync();
        await CountAsync(world, $"mailto:dmarc@{longest}", longest);
        await CountAsync(world, "mailto:dmarc@owner.test");
        await CountTlsAsync(world, "exämple_1.org");
        await CountTlsAsync(world, "zz.test");
        var broken = new RowTransaction(TlsSessionCounts.Partition(Today(world)));
        broken.Insert("damaged.test", new RowData { { "Domain", "damaged.test" } });
        await world.Rows.CommitAsync(TlsSessionCounts.Table, broken, default);
        await PassMidnightAsync(world);
        var result = await Reports(world).RunAsync(Limit, default);
        Assert.Equal((2, 1, 1, "damaged.test"), (result.Dmarc, result.Tls, result.GivenUp, result.GivenUpFor));
        Assert.True(result.IsComplete);
        var taken = await TakenAsync(world);
        Assert.Equal(3, taken.Count);
        var (_, content) = taken.Single(mail => mail.Recipient.EndsWith(longest, StringComparison.Ordinal));
        var report = Assert.Single(ReceivedReports.Read(Encoding.UTF8.GetBytes(content), isAuthentic: true));
        Assert.Equal((longest, 3), (report.Domain, report.Passed));
    }

    [Fact]
    public async Task Web_servers_that_took_a_report_or_refused_it_are_not_asked_again()
    {
        dns.Add("_smtp._tls.there.test TXT \"v=TLSRPTv1; rua=https://a.there.test/,https://b.there.test/\"");
        var world = await OutboundWorld.OpenAsync();
        await CountTlsAsync(world, "there.test");
        await PassMidnightAsync(world);
        web.Down = "b.there.test";
        Assert.Equal(1, (await Reports(world).RunAsync(Limit, default)).Later);
        web.Down = null;
        world.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, (await Reports(world).RunAsync(Limit, default)).Tls);
        Assert.Equal(["a.there.test", "b.there.test"], web.Taken.Select(taken => taken.Address!.Host).Order());

        await CountTlsAsync(world, "there.test");
        await PassMidnightAsync(world);
        web.Answer = HttpStatusCode.NotFound;
        var refused = await Reports(world).RunAsync(Limit, default);
        Assert.Equal((0, 0), (refused.Tls, refused.Later));
    }

    [Fact]
    public async Task Who_can_be_asked_gets_a_report_at_its_last_try_whoever_else_cannot()
    {
        dns.Add("owner.test._report._dmarc.postbox.test SERVFAIL");
        var world = await OutboundWorld.OpenAsync();
        await CountAsync(world, "mailto:dmarc@owner.test,mailto:box@postbox.test");
        await PassMidnightAsync(world);
        Assert.Equal(1, (await Reports(world).RunAsync(Limit, default)).Later);
        var (runs, sent) = (0, 0);
        for (; runs < 40 && sent == 0; runs++)
        {
            world.Clock.Advance(TimeSpan.FromHours(1));
            sent = (await Reports(world).RunAsync(Limit, default)).Dmarc;
        }
        Assert.InRange(runs, 20, 26);
        Assert.Equal("dmarc@owner.test", Assert.Single(await TakenAsync(world)).Recipient);
    }
}
