using Cloud.Dns;
using Cloud.Listener.Hosting;
using Cloud.Listener.Hosting.Settings;
using Cloud.Tests.Fakes;
using Cloud.Trust.Dmarc.Suffixes;

namespace Cloud.Tests.Listener.Hosting;

public sealed class SuffixFileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("cloud-suffixes-").FullName;
    readonly ManualClock clock = new();
    readonly RecordingLogger log = new();
    PublicSuffixes? installed;

    string Path => System.IO.Path.Combine(folder, "list.txt");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_list_that_is_put_there_is_in_force_within_a_minute()
    {
        var file = Open(mayBeMissing: true);
        file.Look();
        Assert.Empty(log.Ids);
        using var stop = new CancellationTokenSource();
        var running = file.RunAsync(stop.Token);

        Write("uk\nco.uk\n", minute: 1);
        clock.Advance(SuffixFile.Every);
        await log.ToldAsync();
        Assert.Equal(DnsName.Parse("b.co.uk"), installed!.RegistrableDomain(DnsName.Parse("a.b.co.uk")));
        Assert.Equal([1014], log.Ids);

        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public void A_broken_one_is_told_once_and_leaves_what_is_in_force()
    {
        var file = Open(mayBeMissing: true);
        Write("uk\nco.uk\n", minute: 1);
        file.Look();
        var good = installed;

        File.WriteAllText(Path, File.ReadAllText(Path)[..^3]); // half of it
        File.SetLastWriteTimeUtc(Path, DateTime.UnixEpoch.AddMinutes(2));
        file.Look();
        file.Look();
        Assert.Same(good, installed);
        Assert.Equal([1014, 1015], log.Ids);

        Write("uk\n", minute: 3);
        file.Look();
        Assert.Equal(1, installed!.Count);
        Assert.Equal([1014, 1015, 1014], log.Ids);
    }

    [Fact]
    public void One_that_is_taken_away_puts_the_shipped_one_back()
    {
        var file = Open(mayBeMissing: true);
        Write("uk\n", minute: 1);
        file.Look();
        File.Delete(Path);
        file.Look();
        file.Look();
        Assert.Null(installed);
        Assert.Equal([1014, 1015], log.Ids);
    }

    [Fact]
    public void One_that_was_named_and_is_not_there_is_told_once()
    {
        var file = Open(mayBeMissing: false);
        file.Look();
        file.Look();
        Assert.Equal([1015], log.Ids);
    }

    [Fact]
    public void What_is_too_long_is_not_read()
    {
        var comment = $"//{new string(' ', SuffixList.MaxLength)}\n";
        File.WriteAllBytes(Path, [.. System.Text.Encoding.ASCII.GetBytes(comment), .. SuffixList.Convert("uk\n")]);
        Open(mayBeMissing: true).Look();
        Assert.Null(installed);
        Assert.Equal([1015], log.Ids);
    }

    SuffixFile Open(bool mayBeMissing) =>
        new(new SuffixSource(Path, mayBeMissing), list => installed = list, clock, log);

    /// <param name="minute">When it is written, for file systems that keep seconds.</param>
    void Write(string published, int minute)
    {
        File.WriteAllBytes(Path, SuffixList.Convert(published));
        File.SetLastWriteTimeUtc(Path, DateTime.UnixEpoch.AddMinutes(minute));
    }
}
