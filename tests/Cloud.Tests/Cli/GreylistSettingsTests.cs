using System.Net;
using Cloud.Cli.Serve;
using Cloud.Flow.Door.Greylisting;
using Cloud.Mail;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Cli;

public sealed class GreylistSettingsTests : IDisposable
{
    readonly DirectoryInfo data = Directory.CreateTempSubdirectory("cloud-greylist-");

    public void Dispose() => data.Delete(recursive: true);

    [Fact]
    public async Task A_stranger_waits_as_long_as_is_set()
    {
        var given = new Dictionary<string, IReadOnlyList<string>>
        {
            ["data"] = [data.FullName],
            ["greylist-minutes"] = ["3"],
        };
        var (settings, faults) = new SettingsReader(given, _ => null).Read(null);
        Assert.Empty(faults);
        await using var store = await OpenStore.OpenAsync(settings!, NullLoggerFactory.Instance, default);
        var request = new GreylistRequest(
            IPAddress.Parse("192.0.2.7"),
            EmailAddress.TryParse("stranger@plain.test"),
            EmailAddress.TryParse("alice@example.test")!
        );
        var verdict = await store.Backend.Greylist.CheckAsync(request, default);
        Assert.Equal((true, TimeSpan.FromMinutes(3)), (verdict.IsDeferred, verdict.Wait));
    }
}
