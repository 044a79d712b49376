using Cloud.Api.Rest;
using Cloud.Cli.Archive;
using Cloud.Cli.Archive.Imap;
using Cloud.Cli.Control;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Cli.Archive;

/// <summary>What another server does not give is told of, and keeps nothing else from coming.</summary>
public sealed class ImapSourceTests
{
    [Fact]
    public async Task What_the_server_does_not_give_is_told_of_and_the_rest_comes()
    {
        await using var server = new ScriptedImap(
            new()
            {
                [ScriptedImap.Closed] = [],
                ["INBOX"] = [1, ScriptedImap.Refused, 3, ScriptedImap.Gone, ScriptedImap.Breaking, 6],
                ["Later"] = [ScriptedImap.Breaking, 6],
            }
        );
        await using var test = await TestBackend.OpenAsync();
        var clock = (ManualClock)test.Time;
        var host = new ImapHost("127.0.0.1", server.Port, ImapSecurity.None, false);
        await using var source = new ImapSource(host, "ada", "secret", _ => true, clock);
        var client = new ArchiveClient(new LocalCaller(new RestApi(test.Backend)), TestBackend.Alice, again: false);

        var broken = clock.TimerAsync(TimeSpan.FromSeconds(5));
        var importing = new Importer(client, new NoBar()).RunAsync(source, default);
        // Once alone in INBOX; in Later with the other, and alone.
        for (var breaks = 3; breaks > 0; breaks--)
        {
            await broken;
            broken = breaks > 1 ? clock.TimerAsync(TimeSpan.FromSeconds(5)) : Task.CompletedTask;
            clock.Advance(TimeSpan.FromSeconds(5));
        }
        var result = await importing;

        Assert.Equal((2, 3, 5), (result.Mailboxes, result.Brought, result.Refused));
        Assert.Equal(
            ["Closed the mailbox", "INBOX UID 2", "INBOX UID 3", "INBOX UID 5", "Later UID 5"],
            result.Refusals.Select(one => $"{one.Mailbox} {one.Message}")
        );
        Assert.EndsWith("NO it is damaged", result.Refusals[1].Reason);
        Assert.Equal(2, (await test.OpenAsync(test.AliceId)).Entries.Count);
    }

    sealed class NoBar : IProgressBar
    {
        public void Begin(string what, long? of) { }

        public void Step() { }
    }
}
