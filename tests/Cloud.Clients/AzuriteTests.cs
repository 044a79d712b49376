using Cloud.Tests.Store.Azure;

namespace Cloud.Clients;

/// <summary>The main path with `--store azure`: only the adapter differs.</summary>
public sealed class AzuriteTests : ClientTests
{
    AzuriteProcess? azurite;

    protected override string[] Arguments => ["--store", "azure", "--connection-string", azurite!.ConnectionString];

    public override async Task InitializeAsync()
    {
        if (Azurite.IsInstalled)
            azurite = await AzuriteProcess.StartAsync();
        if (azurite is not null)
            await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (azurite is not null)
            await azurite.DisposeAsync();
    }

    [SkippableFact]
    public async Task Ugly_letters_come_back_octet_for_octet_and_survive_a_kill()
    {
        Azurite.Require();
        await SendAsync([.. Letter.Ugly, Letter.NoFinalNewline]);
        Letter.AssertSame([.. Letter.Ugly, Letter.NoFinalNewline], (await ImapAsync()).Values.Select(Letter.In));
        await Cloud.CrashAsync();
        await StartAsync();
        var ended = Letter.NoFinalNewline with { Bytes = [.. Letter.NoFinalNewline.Bytes, .. "\r\n"u8] };
        Letter.AssertSame([.. Letter.Ugly, ended], (await Pop3Async()).Values.Select(Letter.In));
    }

    [SkippableFact]
    public async Task A_large_attachment_comes_back_octet_for_octet()
    {
        Azurite.Require();
        var large = Letter.Large();
        await SendAsync(large);
        Letter.AssertSame([large], (await ImapAsync()).Values.Select(Letter.In));
    }
}

/// <summary>The connection string that developers type, where its ports are free.</summary>
public sealed class DevelopmentStorageTests : ClientTests
{
    static readonly int[] Ports = [10000, 10001, 10002];

    AzuriteProcess? azurite;

    protected override string[] Arguments => ["--store", "azure", "--connection-string", "UseDevelopmentStorage=true"];

    public override async Task InitializeAsync()
    {
        if (!Azurite.IsInstalled)
            return;
        foreach (var port in Ports)
        {
            if (await Azurite.IsOpenAsync(port))
                return;
        }
        azurite = await AzuriteProcess.StartAsync(Ports);
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (azurite is not null)
            await azurite.DisposeAsync();
    }

    [SkippableFact]
    public async Task Mail_goes_in_and_comes_out()
    {
        Azurite.Require();
        Skip.If(azurite is null, "Ports 10000 to 10002 are taken");
        await SendAsync(Letter.Plain("1"));
        Letter.AssertSame([Letter.Plain("1")], (await Pop3Async()).Values.Select(Letter.In));
    }
}
