using System.IO.Compression;
using System.Text;
using Cloud.Api.Admin;
using Cloud.Flow.Door;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound.Reports;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Counting;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;
using Cloud.Tests.Trust.Dmarc;

namespace Cloud.Tests.Flow.Outbound.Reports;

public sealed class ReceivedReportTests
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    readonly ManualClock clock = new();
    readonly MemoryRows memory = new();
    readonly CountingRows rows;
    readonly Faults faults = new();

    public ReceivedReportTests() => rows = new(memory);

    async Task<TestBackend> OpenAsync()
    {
        var test = await TestBackend.OpenAsync(new FaultyRows(rows, faults), time: clock);
        foreach (var name in new[] { "postmaster", "dmarc", "tlsrpt", "other" })
            await test.Admin.AddAliasAsync($"{name}@example.test", [TestBackend.Alice], default);
        return test;
    }

    static async Task<IReadOnlyList<ReportSummary>> ReadAsync(TestBackend test)
    {
        await test.Backend.Sending.Schedule.RunAsync(Limit, default);
        return await test.Admin.Queue.ListReportsAsync("example.test", 30, default);
    }

    [Fact]
    public async Task A_zipped_report_is_filed_as_mail_and_shown()
    {
        await using var test = await OpenAsync();
        var mail = ReportMails.Mail("application/zip", ReportMails.Zip(AggregateSamples.Search));
        Assert.Equal("Accepted", $"{(await test.ReceiveAsync(mail, "postmaster@example.test")).Status}");
        var report = Assert.Single(await ReadAsync(test));
        Assert.Equal(
            ("dmarc", "search.example", 12, 3),
            (report.Kind, report.Organization, report.Passed, report.Failed)
        );
        Assert.Equal((3, 0), (report.Quarantined, report.Rejected));
        Assert.Equal(
            [new("192.0.2.10", 12, 12, 12, 0, "example.test"), new("2001:db8::bad", 3, 0, 0, 3, "example.test")],
            report.Sources
        );
        var view = await test.OpenAsync(test.AliceId);
        Assert.Equal(mail, await test.ReadAsync(test.AliceId, Assert.Single(view.Entries).Email));
    }

    [Theory]
    [InlineData("application/gzip")]
    [InlineData("application/octet-stream")]
    [InlineData("application/x-gzip")]
    public async Task A_report_attached_to_a_text_is_found(string type)
    {
        await using var test = await OpenAsync();
        var mail = ReportMails.Multipart(type, ReportMails.Gzip(AggregateSamples.Office));
        await test.ReceiveAsync(mail, "dmarc+x@example.test");
        var report = Assert.Single(await ReadAsync(test));
        Assert.Equal(("Office.example", 5), (report.Organization, report.Rejected));
        Assert.Equal("office.example", report.Author);
    }

    [Fact]
    public async Task A_TLS_report_is_shown_by_kinds_of_failure()
    {
        await using var test = await OpenAsync();
        var mail = ReportMails.Multipart("application/tlsrpt+gzip", ReportMails.Gzip(ReportMails.TlsJson));
        await test.ReceiveAsync(mail, "tlsrpt@example.test");
        var report = Assert.Single(await ReadAsync(test));
        Assert.Equal(("tls", 20, 4), (report.Kind, report.Passed, report.Failed));
        Assert.Equal(
            [new("certificate-expired", "mail.example.test", 3), new("starttls-not-supported", "mail.example.test", 1)],
            report.Failures
        );
    }

    [Fact]
    public async Task The_same_report_counts_once_however_often_it_comes()
    {
        await using var test = await OpenAsync();
        var mail = ReportMails.Mail("application/zip", ReportMails.Zip(AggregateSamples.Search));
        await test.ReceiveAsync(mail, "postmaster@example.test");
        await test.ReceiveAsync(mail, "dmarc@example.test");
        Assert.Single(await ReadAsync(test));
    }

    [Fact]
    public async Task A_report_that_waited_on_the_queue_is_read_as_well()
    {
        await using var test = await OpenAsync();
        var transaction = test.NewTransaction();
        var mail = ReportMails.Mail("application/zip", ReportMails.Zip(AggregateSamples.Search));
        await Deferring.DeferAsync(
            test.Backend.Queues,
            transaction,
            Origin.Nobody,
            [new(EmailAddress.TryParse("dmarc@example.test")!)],
            await test.UploadAsync(transaction, mail),
            null,
            clock.GetUtcNow(),
            default
        );
        await test.Backend.Inbound.WorkAsync(default);
        Assert.Equal(12, Assert.Single(await ReadAsync(test)).Passed);
    }

    [Theory]
    [InlineData(1799999999, 1800086399)] // next year
    [InlineData(1600000000, 1600086399)]
    [InlineData(1760000000, 1760086399)] // months ago, and nobody answers for it
    [InlineData(1767225600, 1777225600)]
    public async Task A_report_of_another_time_is_not_kept(long begin, long end)
    {
        await using var test = await OpenAsync();
        var report = AggregateSamples.Search.Replace("1767225600", $"{begin}").Replace("1767311999", $"{end}");
        await test.ReceiveAsync(ReportMails.Mail("application/zip", ReportMails.Zip(report)), "dmarc@example.test");
        await ReadAsync(test);
        Assert.Empty(memory.AllKeys(ReceivedReports.Table));
    }

    [Fact]
    public async Task Reports_that_nobody_answers_for_have_a_bound_and_replace_none_of_the_others()
    {
        await using var test = await OpenAsync();
        var notes = new (string Id, Evidence? Evidence)[ReceivedReports.MaxUnverified + 3];
        for (var i = 0; i < notes.Length; i++)
            notes[i] = ($"{i}", null);
        notes[^1] = ("0", new(DoorOutcome.Accept, "", "", "", [], []) { IsAuthenticated = true });
        foreach (var (name, evidence) in notes)
        {
            var report = AggregateSamples.Search.Replace("<report_id>", $"<report_id>{name}");
            var mail = ReportMails.Mail("application/zip", ReportMails.Zip(report));
            var id = TransactionId.Create(clock, new SeededEntropy((ulong)clock.GetUtcNow().Ticks));
            using var content = new MemoryStream(Encoding.ASCII.GetBytes(mail));
            var written = await MessageWriting.WriteAsync(
                test.Backend.Accounts.Blobs,
                BlobNames.Of(id),
                content,
                default
            );
            await test.Backend.Sending.Received.NoteAsync(
                id,
                [new("dmarc", "example.test")],
                written.Blob,
                written.Index,
                evidence,
                isOurs: false
            );
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        var kept = await ReadAsync(test);
        Assert.Equal(1, kept.Count(report => report.IsAuthentic));
        Assert.Equal(ReceivedReports.MaxUnverified, kept.Count(report => !report.IsAuthentic));
    }

    [Fact]
    public async Task A_mail_that_ends_the_process_is_left_alone_in_the_end()
    {
        await using var test = await OpenAsync();
        var mail = ReportMails.Mail("application/zip", ReportMails.Zip(AggregateSamples.Search));
        await test.ReceiveAsync(mail, "dmarc@example.test");
        var keys = () => memory.AllKeys(ReceivedReports.Table).Count;
        for (var run = 0; run < 3; run++)
        {
            faults.Fail("commit reports", after: 1); // the note is marked; then all ends
            await Assert.ThrowsAnyAsync<Exception>(() =>
                test.Backend.Sending.Schedule.RunAsync(Limit, default).AsTask()
            );
            faults.Heal();
            Assert.Equal(1, keys());
        }
        Assert.Empty(await ReadAsync(test));
        Assert.Equal(0, keys());
    }

    [Fact]
    public void A_report_of_nothing_but_objects_is_none()
    {
        var policies = string.Join(',', Enumerable.Repeat("{}", 1_000_000));
        Assert.True(ReportFile.Read(Encoding.UTF8.GetBytes($"{{\"policies\":[{policies}]}}")).IsNone);
    }

    [Fact]
    public async Task A_report_about_a_domain_of_others_says_nothing()
    {
        await using var test = await OpenAsync();
        var foreign = AggregateSamples.Search.Replace("<domain>example.test", "<domain>else.test");
        await test.ReceiveAsync(
            ReportMails.Mail("application/zip", ReportMails.Zip(foreign)),
            "postmaster@example.test"
        );
        Assert.Empty(await ReadAsync(test));
        Assert.Empty(memory.AllKeys(ReceivedReports.Table)); // and strangers cannot fill it
    }

    [Fact]
    public async Task Ordinary_mail_costs_nothing_and_a_report_one_transaction()
    {
        await using var test = await OpenAsync();
        await test.ReceiveAsync("Subject: warm up\r\n\r\nx\r\n", "other@example.test", "postmaster@example.test");
        rows.Reset();
        var zip = ReportMails.Mail("application/zip", ReportMails.Zip(AggregateSamples.Search));
        await test.ReceiveAsync(zip, "other@example.test");
        Assert.Equal(1, rows.Commits);
        await test.ReceiveAsync("Subject: hello\r\n\r\nx\r\n", "postmaster@example.test");
        Assert.Equal(2, rows.Commits);
        await test.ReceiveAsync(zip, "postmaster@example.test");
        Assert.Equal(4, rows.Commits);
    }

    [Fact]
    public async Task A_table_that_fails_keeps_no_mail_out()
    {
        await using var test = await OpenAsync();
        faults.Fail("commit reports");
        var mail = ReportMails.Mail("application/zip", ReportMails.Zip(AggregateSamples.Search));
        Assert.Equal("Accepted", $"{(await test.ReceiveAsync(mail, "postmaster@example.test")).Status}");
        faults.Heal();
        Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
        Assert.Empty(await ReadAsync(test));
    }

    [Fact]
    public async Task Old_reports_are_not_listed_and_go_in_the_end()
    {
        await using var test = await OpenAsync();
        var mail = ReportMails.Mail("application/zip", ReportMails.Zip(AggregateSamples.Search));
        await test.ReceiveAsync(mail, "postmaster@example.test");
        Assert.Single(await ReadAsync(test));
        clock.Advance(TimeSpan.FromDays(60));
        Assert.Empty(await test.Admin.Queue.ListReportsAsync(null, 30, default));
        Assert.Single(await test.Admin.Queue.ListReportsAsync(null, 90, default));
        await test.Backend.Sending.Received.ForgetAsync(new(2027, 3, 1), default);
        Assert.Empty(await test.Admin.Queue.ListReportsAsync(null, 90, default));
        await Assert.ThrowsAsync<AdminException>(() =>
            test.Admin.Queue.ListReportsAsync("else.test", 30, default).AsTask()
        );
    }

    [Fact]
    public void A_file_that_swells_without_end_is_none()
    {
        using var octets = new MemoryStream();
        using (var gzip = new GZipStream(octets, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = Encoding.ASCII.GetBytes(new string(' ', 1024 * 1024));
            for (var i = 0; i < 200; i++)
                gzip.Write(zeros);
        }
        var file = octets.ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(ReportFile.Read(file).IsNone);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 150 * 1024 * 1024);
    }

    [Fact]
    public void Each_form_of_a_file_is_read()
    {
        Assert.NotNull(ReportFile.Read(Encoding.UTF8.GetBytes(AggregateSamples.Portal)).Dmarc);
        Assert.NotNull(
            ReportFile.Read([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(AggregateSamples.Portal)]).Dmarc
        );
        Assert.NotNull(ReportFile.Read(ReportMails.Zip(AggregateSamples.Portal)).Dmarc);
        Assert.NotNull(ReportFile.Read(ReportMails.Zip(AggregateSamples.Portal, CompressionLevel.NoCompression)).Dmarc);
        Assert.NotNull(ReportFile.Read(Encoding.UTF8.GetBytes(ReportMails.TlsJson)).Tls);
        Assert.NotNull(ReportFile.Read(ReportMails.Gzip(ReportMails.TlsJson)).Tls);
        Assert.True(ReportFile.Read("{}"u8).IsNone);
        Assert.True(ReportFile.Read([]).IsNone);
    }
}
