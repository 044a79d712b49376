using System.Net;
using System.Text;
using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Flow.Outbound.Reports;
using Cloud.Tests.Flow.Outbound.Relay;
using Cloud.Trust.Dmarc;

namespace Cloud.Tests.Flow.Outbound.Reports;

/// <summary>Reports on the way to a server that takes them, by SMTP, and what of them is counted again.</summary>
public sealed class ReportRoundTripTests
{
    const string Host = "192.88.98.1"; // public, and nobody's here

    static async Task<(RelayWorld World, Backend Backend)> OpenAsync()
    {
        var world = new RelayWorld().Serve(Host);
        world.Zones.Add(
            $"""
            there.example MX 10 mx.there.example
            mx.there.example A {Host}
            _smtp._tls.there.example TXT "v=TLSRPTv1; rua=mailto:tls@there.example"
            """
        );
        var backend = world.Backend(sends: true);
        await new Administration(backend).AddDomainAsync("here.example", default);
        foreach (var key in await world.Keys.SigningAsync("here.example", default))
        {
            var strings = key.RecordText.Chunk(200).Select(part => $"\"{new string(part)}\"");
            world.Zones.Add($"{key.Selector}._domainkey.here.example TXT {string.Join(' ', strings)}");
            key.Dispose();
        }
        return (world, backend);
    }

    static async Task NextDayAsync(RelayWorld world, Backend backend)
    {
        var now = world.Clock.GetUtcNow().UtcDateTime;
        world.Clock.Advance(now.Date.AddDays(1).AddHours(1) - now);
        var options = new ReportOptions { HostName = "out.here.example", Spread = TimeSpan.Zero };
        await using var reports = backend.Sending.Reports(options, world.Zones, new HttpClientHandler());
        Assert.True((await reports.RunAsync(TimeSpan.FromMinutes(1), default)).IsComplete);
        while (await backend.Sending.Worker.WorkAsync(result => Assert.Null(result.Fault), default) > 0)
            continue;
    }

    [Fact]
    public async Task A_DMARC_report_arrives_signed_and_whole()
    {
        var (world, backend) = await OpenAsync();
        Assert.True(DmarcRecord.TryParse("v=DMARC1; p=none; rua=mailto:dmarc@there.example", out var record));
        var day = DateOnly.FromDateTime(world.Clock.GetUtcNow().UtcDateTime);
        var counts = new DailyAggregate(day, "there.example", record).Add(
            new(
                IPAddress.Parse("192.0.2.1"),
                DmarcPolicy.None,
                PolicyOverride.None,
                false,
                false,
                "there.example",
                "else.example",
                "",
                "mfrom:else.example=pass"
            ),
            count: 6
        );
        await new LocalGateway(backend).KeepCountsAsync(new(1, [AggregateCodec.Pack(counts)]), default);
        await NextDayAsync(world, backend);

        var mail = Assert.Single(world.Mail(Host));
        Assert.Equal(2, await world.VerifiedAsync(mail));
        var report = Assert.Single(ReceivedReports.Read(Encoding.Latin1.GetBytes(mail), isAuthentic: true));
        Assert.Equal(
            ("here.example", "there.example", 0, 6),
            (report.Author, report.Domain, report.Passed, report.Failed)
        );
        await world.DisposeAsync();
    }

    [Fact]
    public async Task A_TLS_report_tells_of_the_days_sessions_and_is_no_reason_for_another()
    {
        var (world, backend) = await OpenAsync();
        await world.SendAsync("ada@there.example");
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        await world.SendAsync("ada@there.example");
        await world.Relay.Sessions.FlushSoonAsync();
        await NextDayAsync(world, backend);
        var mail = world.Mail(Host)[^1];
        Assert.Equal(3, world.Mail(Host).Count);
        var report = Assert.Single(ReceivedReports.Read(Encoding.Latin1.GetBytes(mail), isAuthentic: true));
        Assert.Equal(("tls", "there.example", 0, 2), (report.Kind, report.Domain, report.Passed, report.Failed));
        Assert.Equal("starttls-not-supported", Assert.Single(report.Failures).Kind);
        Assert.Equal(2, await world.VerifiedAsync(mail));

        for (var later = 0; later < 3; later++)
            await NextDayAsync(world, backend);
        Assert.Equal(3, world.Mail(Host).Count);
        await world.DisposeAsync();
    }
}
