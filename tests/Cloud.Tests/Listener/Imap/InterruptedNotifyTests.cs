using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

/// <summary>NOTIFY where the store fails in the middle of telling: nothing comes twice, and nothing is lost.</summary>
public sealed class InterruptedNotifyTests
{
    /// <param name="operation">What fails once.</param>
    /// <param name="passing">How often it is done before.</param>
    [Theory]
    [InlineData(nameof(IGateway.GetMetadataAsync), 0)]
    [InlineData(nameof(IGateway.GetMetadataAsync), 1)]
    [InlineData(nameof(IGateway.GetMetadataAsync), 2)]
    [InlineData(nameof(IGateway.CountAsync), 0)]
    [InlineData(nameof(IGateway.CountAsync), 1)]
    [InlineData(nameof(IGateway.ListVisibleAsync), 0)]
    [InlineData(nameof(IGateway.FindSharedAsync), 0)]
    public async Task What_breaks_off_goes_on_where_it_stopped(string operation, int passing)
    {
        var backend = await TestBackend.OpenAsync();
        var (alice, bob) = (backend.AliceId, backend.BobId);
        var (top, other) = (await MakeAsync(alice, "top"), await MakeAsync(alice, "other"));
        await MakeAsync(alice, "top/x");
        foreach (var name in new[] { "a", "b" })
        {
            await MakeAsync(bob, name);
            await backend.ShareAsync(TestBackend.Bob, name, TestBackend.Alice, "lr");
        }
        var (isAway, held) = (false, new TaskCompletionSource());
        var passed = 0;
        object? Hook(string name, object?[] args)
        {
            if (name == nameof(IGateway.WatchAsync) && (ulong)args[1]! > 0)
                return new ValueTask<ulong>(HeldAsync((AccountId)args[0]!, (ulong)args[1]!));
            if (!isAway || name != operation || passed++ < passing)
                return null;
            isAway = false;
            throw new StoreException("Away");
        }
        async Task<ulong> HeldAsync(AccountId account, ulong since)
        {
            await held.Task;
            return await backend.Gateway.WatchAsync(account, since, default);
        }
        await using var listener = await ImapServer.ListenAsync(
            backend,
            gateway: HookedGateway.Of(backend.Gateway, Hook)
        );
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("ENABLE CONDSTORE");
        await client.DoAsync(
            "NOTIFY SET (personal (MailboxName MessageNew MessageExpunge MailboxMetadataChange ServerMetadataChange)) "
                + "(subtree \"Other Users\" (MailboxName MessageNew MessageExpunge))"
        );
        await client.DoAsync("NOOP");

        await backend.Gateway.RenameMailboxAsync(alice, top, "upper", default);
        foreach (var mailbox in new[] { top, other, default })
            await AnnotateAsync(mailbox);
        foreach (var (account, name) in new[] { (alice, "other"), (bob, "a"), (bob, "b") })
            await backend.AppendAsync(account, name, ImapServer.Plain(1));
        isAway = true;
        held.SetResult();

        var lines = new List<string>();
        // Each NOOP looks again at what is left.
        while (isAway)
            await LookAsync();
        await MakeAsync(alice, "zlast");
        await MakeAsync(bob, "b/zlast");
        while (lines.Count(line => line.Contains("zlast", StringComparison.Ordinal)) < 2)
            await LookAsync();
        lines.RemoveAll(line =>
            line.StartsWith("* LIST", StringComparison.Ordinal) && !line.Contains("upper", StringComparison.Ordinal)
        );
        async Task LookAsync()
        {
            var answer = await client.AskAsync("NOOP");
            lines.AddRange(answer.Split("\r\n").Where(line => line.StartsWith("* ", StringComparison.Ordinal)));
        }
        Assert.Equal(
            [
                "* LIST (\\HasChildren) \"/\" upper (\"OLDNAME\" (top))",
                "* METADATA \"\" /private/comment",
                "* METADATA other /private/comment",
                "* METADATA upper /private/comment",
                "* STATUS \"Other Users/bob@example.test/a\" (MESSAGES",
                "* STATUS \"Other Users/bob@example.test/b\" (MESSAGES",
                "* STATUS other (MESSAGES",
            ],
            lines.Select(line => line.Split(" 1 ")[0]).Order(StringComparer.Ordinal)
        );

        async Task<MailboxId> MakeAsync(AccountId account, string name) =>
            (await backend.Gateway.CreateMailboxAsync(account, name, MailboxRole.None, default)).Value!.Id;
        async Task AnnotateAsync(MailboxId mailbox)
        {
            var entry = new MetadataEntry("/private/comment", "x"u8.ToArray());
            Assert.True((await backend.Gateway.SetMetadataAsync(new(alice, mailbox, [entry]), default)).IsOk);
        }
    }
}
