using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Cloud.Clients.Dns;

namespace Cloud.Clients.Peers;

/// <summary>Postfix' smtp-sink as the other host, also as one that misbehaves.</summary>
public sealed class SmtpSinkTests : ClientTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    readonly int port = FreePort.Find();
    PeerWorld? world;
    PeerProcess? sink;

    static bool IsInstalled => DnsProcess.Find("smtp-sink") is not null;

    protected override string[] Arguments =>
        ["--resolver", $"127.0.0.1:{world!.Port}", "--relay-networks", "127.0.0.0/8", "--relay-port", $"{port}"];

    public override async Task InitializeAsync()
    {
        if (!PeerWorld.IsPossible || !IsInstalled)
            return;
        world = await PeerWorld.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (sink is not null)
            await sink.DisposeAsync();
        if (world is not null)
            await world.DisposeAsync();
    }

    [SkippableFact]
    public async Task Letters_arrive_octet_for_octet()
    {
        var folder = Directory.CreateDirectory(At("sink")).FullName;
        await StartSinkAsync("-d", Path.Combine(folder, "%M."));
        Letter[] letters =
        [
            Sent("plain", "A line.\n"),
            Sent("dots", ".\n..\n.a\n. \n.\n"),
            Sent("eight-bit", "\x80 na\u00efve \xff\n"),
            Sent("long-line", $"{new string('x', 10_000)}\nafter\n"),
            Sent("empty-body", ""),
        ];
        foreach (var letter in letters)
            await SubmitAsync(letter);

        await UntilAsync(() => Task.FromResult(Directory.GetFiles(folder)), found => found.Length == letters.Length);
        await QueueAsync(state: "done", letters.Length);
        Assert.Equal(
            letters.Select(letter => Encoding.Latin1.GetString(letter.WithUnixLines().Bytes)).Order(),
            Directory.GetFiles(folder).Select(LetterOf).Order()
        );
    }

    /// <param name="options">Of smtp-sink: -r refuses for now, -f for good, -q goes away without a word, -Q with 421.</param>
    [SkippableTheory]
    [InlineData("-r RCPT", "waiting", 0, "450 ")]
    [InlineData("-f RCPT", "failed", 0, "500 ")]
    [InlineData("-f MAIL", "failed", 0, "500 ")]
    [InlineData("-r DATA", "waiting", 0, "450 ")]
    [InlineData("-q MAIL", "waiting", 0, "")]
    [InlineData("-q DATA", "waiting", 0, "")]
    [InlineData("-r .", "waiting", 0, "450 ")]
    [InlineData("-f .", "failed", 0, "500 ")]
    [InlineData("-q .", "waiting", 1, "")]
    public async Task A_host_that_misbehaves_is_understood(string options, string state, int repeats, string said)
    {
        await StartSinkAsync(options.Split(' '));
        await SubmitAsync(Sent("plain", "A line.\n"));
        var recipient = await UntilAsync(
            RecipientAsync,
            to => to.GetProperty("state").GetString() == state && Attempts(to) > 0
        );
        Assert.Equal(1, Attempts(recipient));
        Assert.Equal(repeats, recipient.GetProperty("possibleRepeats").GetInt32());
        Assert.StartsWith(said, recipient.GetProperty("reply").GetString(), StringComparison.Ordinal);
    }

    static int Attempts(JsonElement recipient) => recipient.GetProperty("attempts").GetInt32();

    async Task StartSinkAsync(params string[] options)
    {
        PeerWorld.Require();
        Skip.IfNot(IsInstalled, "smtp-sink is not installed");
        sink = await PeerProcess.StartAsync(
            port,
            DnsProcess.Find("smtp-sink")!,
            ["-u", Environment.UserName, .. options, $"127.0.0.1:{port}", "20"]
        );
    }

    static Letter Sent(string name, string body) =>
        Letter.Of(
            name,
            $"From: {MailServer.Bob}\nTo: ada@{Peer.Domain}\nDate: Sun, 22 Nov 2026 08:00:00 +0000\n"
                + $"Message-ID: <{name}@example.test>\n\n{body}"
        );

    async Task SubmitAsync(Letter letter)
    {
        using var sender = new SmtpSender();
        await sender.SubmitAsBobAsync(Cloud["submissions"]);
        await sender.SendAsync(letter, $"ada@{Peer.Domain}");
    }

    /// <summary>It writes what was the end of DATA as an empty line.</summary>
    static string LetterOf(string file)
    {
        var text = File.ReadAllText(file, Encoding.Latin1);
        return text[text.IndexOf("X-Letter: ", StringComparison.Ordinal)..^1];
    }

    async Task<JsonElement> RecipientAsync()
    {
        var message = Assert.Single((await CloudQueue.AskAsync(Home, Data, "list", "--state", "all")).EnumerateArray());
        var details = await CloudQueue.AskAsync(Home, Data, "show", message.GetProperty("id").GetString()!);
        return Assert.Single(details.GetProperty("recipients").EnumerateArray());
    }

    Task QueueAsync(string state, int count) =>
        UntilAsync(
            () => CloudQueue.AskAsync(Home, Data, "list", "--state", state),
            found => found.GetArrayLength() == count
        );

    async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> isEnough)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(Pause))
        {
            var found = await read();
            if (isEnough(found))
                return found;
            Assert.True(waited.Elapsed < Patience, $"{JsonSerializer.Serialize(found)}; {Cloud.Output}");
        }
    }
}
