using System.Diagnostics;
using System.Net.Sockets;
using Cloud.Clients.Peers;

namespace Cloud.Clients;

/// <summary>Listener → HTTP → published handler → Azurite → queue → the handler again → another host.</summary>
public sealed class FunctionsSendingTests : SendingTests
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    protected override string[] Arguments => ["--gateway", "functions", "--store", "azurite", .. Outwards];

    protected override bool IsPossible =>
        FunctionsFolder.IsPublished && Tool.IsInstalled("npm") && PeerWorld.IsPossible;

    [SkippableFact]
    public async Task Mail_goes_out_through_the_handler_also_when_that_is_killed_between_and_amid()
    {
        Tool.Require("npm");
        PeerWorld.Require();
        Skip.IfNot(FunctionsFolder.IsPublished, $"{FunctionsFolder.Path} is empty (tests/clients publishes it)");

        await SubmitAsync("1", "2", "3");
        await ArrivedAsync("1", "2", "3");

        HandlerProcess.Kill(HandlerProcess.Find(Cloud)!.Value);
        await SubmitAsync("4", "5");
        await ArrivedAsync("4", "5");

        // One that the other host never answers for keeps nobody else waiting, and is not sent a second time at once.
        Sink.Silent = "6";
        await SubmitAsync("6");
        await ArrivedAsync("6");
        HandlerProcess.Kill(HandlerProcess.Find(Cloud)!.Value);
        await SubmitAsync("7", "8");
        await ArrivedAsync("7", "8");
        Assert.Single(Sink.Came, one => one.Letter == "6");
    }

    /// <summary>Submits each letter until it is taken: a handler that is being started takes none.</summary>
    async Task SubmitAsync(params string[] names)
    {
        foreach (var name in names)
        {
            for (var waited = Stopwatch.StartNew(); !await TrySubmitAsync(name); await Task.Delay(Pause))
                Assert.True(waited.Elapsed < Patience, $"{name} is not taken; {Cloud.Output}");
        }
    }

    async Task<bool> TrySubmitAsync(string name)
    {
        try
        {
            using var sender = new SmtpSender();
            await sender.SubmitAsBobAsync(Cloud["submissions"]);
            await sender.SendAsync(LetterOf(name), $"ada@{Peer.Domain}");
            return true;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or SocketException)
        {
            return false;
        }
    }

    async Task ArrivedAsync(params string[] names)
    {
        for (
            var waited = Stopwatch.StartNew();
            names.Except(Sink.Came.Select(one => one.Letter)).Any();
            await Task.Delay(Pause)
        )
            Assert.True(
                waited.Elapsed < Patience,
                $"came: {string.Join(' ', Sink.Came.Select(one => one.Letter))}; {Cloud.Output}"
            );
    }
}
