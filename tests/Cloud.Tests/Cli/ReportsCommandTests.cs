using System.Text;
using System.Text.Json;
using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Store;
using Cloud.Store.Local;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Outbound.Reports;
using Cloud.Tests.Trust.Dmarc;

namespace Cloud.Tests.Cli;

/// <summary>`cloud reports` shows what others have reported, from the data at rest and by way of a running server.</summary>
public sealed class ReportsCommandTests : IDisposable
{
    readonly string data = Directory.CreateTempSubdirectory("cloud-reports-").FullName;

    static readonly DateTimeOffset Day = new(
        TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(-1),
        TimeSpan.Zero
    );

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_sends_in_a_domains_name_is_shown_with_what_passes(bool running)
    {
        await RunAsync("domain", "add", "example.test");
        await RunAsync("domain", "add", "quiet.test");
        await ReportAsync();
        await using var cloud = running ? await CloudProcess.ServeAsync(data) : null;

        var shown = await RunAsync("reports");
        Assert.Matches($@"(?m)^{Day:yyyy-MM-dd}  search\.example  12      3       3        0$", shown);
        Assert.Matches(@"(?m)^192\.0\.2\.10     12        100 %   100 %    100 %   example\.test$", shown);
        Assert.Matches(@"(?m)^2001:db8::bad  3         0 %     0 %      0 %     example\.test$", shown);
        Assert.Matches(@"(?m)^certificate-expired     mail\.example\.test  3$", shown);

        Assert.Matches($@"(?m)^all +12 +3 +3 +0$", shown); // without what nobody answers for
        Assert.Matches($@"unverified reports(?s:.*)\n{Day:yyyy-MM-dd}  Office\.example  mail ", shown);

        using var json = JsonDocument.Parse(await RunAsync("reports", "example.test", "--json"));
        Assert.Equal(3, json.RootElement.GetArrayLength());
        Assert.StartsWith("Nobody has reported", await RunAsync("reports", "quiet.test"));
        var (code, _, error) = await CloudProcess.RunAsync(null, "reports", "else.test", "--data", data);
        Assert.Equal((1, "else.test is no domain of ours"), (code, error.Trim()));
    }

    /// <summary>What the server does when such mail comes in, and ten minutes later.</summary>
    async Task ReportAsync()
    {
        await using var store = await LocalStore.OpenAsync(new LocalStoreOptions(data), default);
        var backend = new Backend(store.Rows, store.Blobs, store.Queues, TimeProvider.System, new SeededEntropy(1));
        foreach (
            var mail in new[]
            {
                ReportMails.Mail("application/zip", ReportMails.Zip(Yesterdays(AggregateSamples.Search))),
                ReportMails.Multipart("application/tlsrpt+gzip", ReportMails.Gzip(Yesterdays(ReportMails.TlsJson))),
                ReportMails.Multipart("application/gzip", ReportMails.Gzip(Yesterdays(AggregateSamples.Office))),
            }
        )
        {
            var id = TransactionId.Create(TimeProvider.System, new SeededEntropy((ulong)mail.Length));
            var name = Cloud.Store.Messages.BlobNames.Of(id);
            using var content = new MemoryStream(Encoding.ASCII.GetBytes(mail));
            var written = await Cloud.Store.Messages.MessageWriting.WriteAsync(store.Blobs, name, content, default);
            await backend.Sending.Received.NoteAsync(
                id,
                [new("postmaster", "example.test")],
                written.Blob,
                written.Index,
                mail.Contains("application/gzip", StringComparison.Ordinal)
                    ? null
                    : new(DoorOutcome.Accept, "", "", "", [], []) { IsAuthenticated = true },
                isOurs: false
            );
        }
        Assert.Equal(3, (await backend.Sending.Schedule.RunAsync(TimeSpan.FromMinutes(1), default)).Reports);
    }

    static string Yesterdays(string report) =>
        report
            .Replace("1767225600", $"{Day.ToUnixTimeSeconds()}")
            .Replace("1767311999", $"{Day.ToUnixTimeSeconds() + 86399}")
            .Replace("1767312000", $"{Day.ToUnixTimeSeconds() + 86400}")
            .Replace("2026-01-01T", $"{Day:yyyy-MM-dd}T");

    async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await CloudProcess.RunAsync(null, [.. arguments, "--data", data]);
        Assert.True(code == 0, error);
        return output;
    }
}
