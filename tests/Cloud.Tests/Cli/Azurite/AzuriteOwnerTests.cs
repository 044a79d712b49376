using System.Diagnostics;
using Cloud.Cli.Azurite;
using Cloud.Store.Local;

namespace Cloud.Tests.Cli.Azurite;

/// <summary>A data directory has one server and one Azurite at a time.</summary>
public sealed class AzuriteOwnerTests : IDisposable
{
    readonly string data = Directory.CreateTempSubdirectory("cloud-azurite-").FullName;
    readonly Process azurite = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;

    public void Dispose()
    {
        azurite.StandardInput.Close();
        azurite.WaitForExit();
        azurite.Dispose();
        Directory.Delete(data, recursive: true);
    }

    Task<AzuriteOwner> TakeAsync() => AzuriteOwner.TakeAsync(data, default);

    string Noted => Path.Combine(data, "azurite.pid");

    [Fact]
    public async Task Of_servers_that_start_at_one_instant_one_gets_it()
    {
        var starts = Enumerable.Range(0, 8).Select(_ => Task.Run(TakeAsync)).ToList();
        var owners = new List<AzuriteOwner>();
        foreach (var start in starts)
        {
            if (await Record.ExceptionAsync(() => start) is { } refused)
                Assert.IsType<StoreInUseException>(refused);
            else
                owners.Add(await start);
        }
        Assert.Single(owners).Dispose();
        (await TakeAsync()).Dispose();
    }

    [Fact]
    public async Task Who_is_kept_out_hears_which_process_it_is()
    {
        using var owner = await TakeAsync();
        owner.Note(azurite);
        var fault = await Assert.ThrowsAsync<StoreInUseException>(TakeAsync);
        Assert.Equal($"Another server uses {data}: its Azurite is process {azurite.Id}", fault.Message);
    }

    [Fact]
    public async Task The_azurite_of_a_server_that_was_killed_is_waited_for()
    {
        using (var killed = await TakeAsync())
            killed.Note(azurite);
        var next = TakeAsync();
        Assert.False(next.IsCompleted);
        azurite.StandardInput.Close();
        (await next).Dispose();
        Assert.True(azurite.HasExited);
    }

    [Fact]
    public async Task A_process_that_got_the_number_of_one_that_ended_is_nobody()
    {
        using (var owner = await TakeAsync())
            owner.Note(azurite);
        var noted = await File.ReadAllTextAsync(Noted);
        // One tick of the kernel's clock later: some milliseconds.
        var start = noted.LastIndexOf(' ') + 1;
        await File.WriteAllTextAsync(Noted, $"{noted[..start]}{long.Parse(noted[start..]) + 1}");
        (await TakeAsync()).Dispose();
        Assert.False(azurite.HasExited);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("many words here")]
    [InlineData("99999999999999999999 1")]
    public async Task A_note_that_says_nothing_keeps_nobody_out(string note)
    {
        await File.WriteAllTextAsync(Noted, note);
        (await TakeAsync()).Dispose();
    }
}
