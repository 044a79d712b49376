using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Cloud.Clients.Peers;

/// <summary>What alice submits goes to another server of another make, by its domain's MX.</summary>
public abstract class PeerTests : ClientTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    PeerWorld? world;

    private protected abstract Peer Peer { get; }

    /// <summary>What the server says of how the peer was spoken to: a pattern of `cloud queue show`'s TLS.</summary>
    private protected virtual string Tls => "^Tls1";

    /// <summary>Whether the peer takes addresses that are not ASCII.</summary>
    private protected virtual bool HasSmtpUtf8 => true;

    /// <summary>Whether the peer's reports have the ENVID and the ORCPT that it was told.</summary>
    private protected virtual bool RepeatsWishes => true;

    protected override string[] Arguments =>
        [
            "--resolver",
            $"127.0.0.1:{world!.Port}",
            "--relay-networks",
            "127.0.0.0/8",
            "--relay-port",
            $"{Peer.Port}",
            .. Relaying,
        ];

    /// <summary>More arguments, of how it sends.</summary>
    private protected virtual string[] Relaying => [];

    public override async Task InitializeAsync()
    {
        try
        {
            Require();
        }
        catch (SkipException)
        {
            return; // Each test says so.
        }
        world = await PeerWorld.StartAsync();
        await base.InitializeAsync();
        await Peer.StartAsync(Cloud["smtp"]);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Peer.DisposeAsync();
        if (world is not null)
            await world.DisposeAsync();
    }

    private protected void Require()
    {
        Tool.Require("python3");
        PeerWorld.Require();
        Peer.Require();
    }

    [SkippableFact]
    public async Task Letters_arrive_octet_for_octet_and_who_is_refused_is_told_of()
    {
        Require();
        var letters = Letters();
        await SubmitAsync([
            .. letters.Skip(1).Select(letter => JobOf(letter, ["BODY=8BITMIME"], $"ada@{Peer.Domain}")),
            JobOf(letters[0], [], $"ada@{Peer.Domain}", Peer.Refused, $"bert@{Peer.Domain}"),
        ]);

        var filed = await UntilAsync(Peer.Filed, found => found.Count > letters.Count);
        Letter.AssertSame(
            [letters[0].WithUnixLines(), .. letters.Select(letter => letter.WithUnixLines())],
            filed.Select(LetterOf)
        );
        var told = await ReportAsync();
        Assert.Contains(Peer.Refused, told, StringComparison.Ordinal);
        Assert.Matches("(?m)^Action: failed\r$", told);
        Assert.Contains(Peer.Refusal, told, StringComparison.Ordinal);
        foreach (var recipient in await RecipientsAsync())
        {
            Assert.Equal(1, recipient.GetProperty("attempts").GetInt32());
            Assert.Equal(Peer.Host, recipient.GetProperty("host").GetString());
            Assert.Matches(Tls, recipient.TryGetProperty("tls", out var tls) ? tls.GetString()! : "");
        }
    }

    [SkippableFact]
    public async Task A_wish_for_a_report_is_handed_on_and_the_peer_reports()
    {
        Require();
        var letter = Letters()[0];
        var job = new Job(
            ["RET=HDRS", "ENVID=my+2Denvelope"],
            [
                new object[]
                {
                    $"ada@{Peer.Domain}",
                    new[] { "NOTIFY=SUCCESS", "ORCPT=rfc822;first+2Dada@elsewhere.test" },
                },
            ],
            Save(letter)
        );
        await SubmitAsync(job);

        var told = await ReportAsync();
        Assert.Matches("(?mi)^Reporting-MTA: dns; *mx.peer.test\r$", told);
        Assert.Matches("(?mi)^Action: delivered\r$", told);
        if (!RepeatsWishes)
            return;
        Assert.Matches("(?mi)^Original-Envelope-Id: my-envelope\r$", told);
        Assert.Matches("(?mi)^Original-Recipient: rfc822; *first(-|\\+2D)ada@elsewhere.test\r$", told);
    }

    [SkippableFact]
    public async Task An_address_that_is_not_ascii_goes_where_it_can()
    {
        Require();
        var letter = Letters()[0];
        await SubmitAsync(JobOf(letter, ["SMTPUTF8", "BODY=8BITMIME"], $"väinö@{Peer.Domain}"));
        if (HasSmtpUtf8)
        {
            var filed = Assert.Single(await UntilAsync(Peer.Filed, found => found.Count > 0));
            Assert.Equal(letter.WithUnixLines().Sha256, LetterOf(filed).Sha256);
            return;
        }
        Assert.Contains("5.6.7", await ReportAsync(), StringComparison.Ordinal);
        Assert.Empty(Peer.Filed());
    }

    /// <summary>What mail programs send, and what they should not but do.</summary>
    static IReadOnlyList<Letter> Letters()
    {
        var random = new Random(5);
        var large = new byte[3_700_000];
        random.NextBytes(large);
        return
        [
            Sent("plain", "A line.\n"),
            Sent("dots", ".\n..\n...\n.a\nb.\n. \n.\n"),
            Sent("eight-bit", "\x80\x81 na\u00efve \xff\n"),
            Sent("long-line", $"{new string('x', 10_000)}\nafter\n"),
            Sent("blank-lines", "\n\n\n\nx\n\n\n"),
            Sent("empty-body", ""),
            Sent(
                "five-megabytes",
                Convert
                    .ToBase64String(large, Base64FormattingOptions.InsertLineBreaks)
                    .Replace("\r", "", StringComparison.Ordinal) + "\n"
            ),
        ];

        static Letter Sent(string name, string body) =>
            Letter.Of(
                name,
                $"From: Alice <{MailServer.Alice}>\nTo: ada@{Peer.Domain}\nSubject: {name}\n"
                    + "Date: Sun, 22 Nov 2026 08:00:00 +0000\n"
                    + $"Message-ID: <{name}@example.test>\nMIME-Version: 1.0\n"
                    + $"Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n{body}"
            );
    }

    /// <summary>From the letter's own first line on: what is before it are the fields of its way, and signatures.</summary>
    static Letter LetterOf(byte[] filed)
    {
        var mark = "X-Letter: "u8;
        var start = filed.AsSpan().IndexOf(mark);
        Assert.True(start >= 0, Encoding.Latin1.GetString(filed.AsSpan(0, Math.Min(500, filed.Length))));
        var letter = filed.AsSpan(start);
        return new(
            Encoding.ASCII.GetString(letter[mark.Length..letter.IndexOf((byte)'\n')]).TrimEnd('\r'),
            letter.ToArray()
        );
    }

    /// <param name="Mail">Parameters of MAIL.</param>
    /// <param name="To">Recipients, each with its parameters of RCPT.</param>
    private protected sealed record Job(string[] Mail, object[] To, string File);

    Job JobOf(Letter letter, string[] mail, params string[] to) =>
        new(mail, [.. to.Select(address => new object[] { address, Array.Empty<string>() })], Save(letter));

    string Save(Letter letter)
    {
        File.WriteAllBytes(At(letter.Name), letter.Bytes);
        return At(letter.Name);
    }

    private protected async Task SubmitAsync(params Job[] jobs)
    {
        var list = Configure("jobs.json", JsonSerializer.Serialize(jobs, JsonSerializerOptions.Web));
        await Tool.PythonAsync(
            Home,
            "submit.py",
            $"{Cloud["submission"]}",
            MailServer.Alice,
            MailServer.AlicePassword,
            list
        );
    }

    /// <summary>The one report that alice gets.</summary>
    async Task<string> ReportAsync()
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if ((await ImapAsync()).Values.ToList() is [var report, ..])
                return Encoding.Latin1.GetString(report);
            Assert.True(waited.Elapsed < Patience, $"no report; {Cloud.Output}\n{Peer.Output}");
        }
    }

    /// <summary>All recipients of all messages, as `cloud queue` tells them.</summary>
    async Task<List<JsonElement>> RecipientsAsync()
    {
        var recipients = new List<JsonElement>();
        foreach (var message in (await QueueAsync("list", "--state", "all")).EnumerateArray())
        {
            var details = await QueueAsync("show", message.GetProperty("id").GetString()!);
            recipients.AddRange(details.GetProperty("recipients").EnumerateArray());
        }
        return recipients;
    }

    Task<JsonElement> QueueAsync(params string[] arguments) => CloudQueue.AskAsync(Home, Data, arguments);

    async Task<T> UntilAsync<T>(Func<T> read, Func<T, bool> isEnough)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var found = read();
            if (isEnough(found))
                return found;
            Assert.True(waited.Elapsed < Patience, $"{Cloud.Output}\n{Peer.Output}");
            await Task.Delay(Pause);
        }
    }
}
