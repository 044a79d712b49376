using System.Diagnostics;
using System.Text.Json;
using Cloud.Tests.Flow.Hooks;

namespace Cloud.Clients;

/// <summary>A letter by SMTP → published handler → queue → the handler again → an endpoint.</summary>
public sealed class FunctionsHookTests : ClientTests
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    protected override string[] Arguments => ["--gateway", "functions", "--store", "azurite", "--allow-private-hooks"];

    public override async Task InitializeAsync()
    {
        if (FunctionsFolder.IsPublished && Tool.IsInstalled("npm"))
            await base.InitializeAsync();
    }

    [SkippableFact]
    public async Task A_webhook_is_told_of_mail_and_tried_again_by_the_handler()
    {
        Tool.Require("python3", "npm");
        Skip.IfNot(FunctionsFolder.IsPublished, $"{FunctionsFolder.Path} is empty (tests/clients publishes it)");

        await using var receiver = new HookReceiver();
        var tries = 0;
        receiver.Answer = _ => HookReceiver.Say(Interlocked.Increment(ref tries) == 1 ? 500 : 204);
        var made = await HookAsync("add", "--url", receiver.Url, "--event", "message.received");
        await SendAsync(Letter.Plain("1"));
        var first = await receiver.NextAsync();
        Assert.Equal("message.received", first.Json.GetProperty("type").GetString());
        Assert.Equal(MailServer.Alice, first.Data.GetProperty("address").GetString());
        Assert.Equal(first.Id, (await receiver.NextAsync()).Id);

        var id = made.GetProperty("id").GetString()!;
        for (var waited = Stopwatch.StartNew(); await StateAsync(id) != "done"; await Task.Delay(200))
            Assert.True(waited.Elapsed < Patience, Cloud.Output);
    }

    async Task<string?> StateAsync(string hook) =>
        (await HookAsync("deliveries", hook))[0].GetProperty("state").GetString();

    async Task<JsonElement> HookAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] command = [Path.Combine(AppContext.BaseDirectory, "cloud.dll"), "hook", .. arguments];
        foreach (var argument in (string[])[.. command, "--json", "--data", Data, "--store", "azurite"])
            start.ArgumentList.Add(argument);
        start.Environment["CLOUD_AZURITE"] = FunctionsFolder.Azurite;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(process.ExitCode == 0, await errors);
        return JsonDocument.Parse(output).RootElement;
    }
}
