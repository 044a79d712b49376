using System.Net;
using System.Text;
using Cloud.Tests.Fakes;
using Cloud.Trust.Scanners;

namespace Cloud.Tests.Trust.Scanners;

public sealed class ScannerTests
{
    const string Message = "Subject: x\r\n\r\nHello\r\n";

    const string SpamdAnswer =
        "SPAMD/1.1 0 EX_OK\r\nContent-length: 19\r\nSpam: True ; 15.5 / 5.0\r\n\r\nGTUBE,MISSING_DATE\n";

    const string RspamdJson = """
        {"is_skipped":false,"score":7.5,"required_score":15,"action":"add header",
        "symbols":{"A":{"name":"A","score":0.5},"B":{"name":"B","score":7.0,"options":["x"]}},"message-id":"1@x"}
        """;

    static readonly ScanClient Client = new(
        IPAddress.Parse("192.0.2.7"),
        "mail.example.com",
        "mx.example.com",
        "ada@example.com",
        ["bob@here.example", "eve@here.example"],
        "19aa"
    );

    static readonly string RspamdAnswer =
        $"HTTP/1.1 200 OK\r\nContent-Length: {RspamdJson.Length}\r\nContent-Type: application/json\r\n\r\n{RspamdJson}";

    public static TheoryData<string, string> Answers =>
        new()
        {
            { "clamd", "stream: Win.Test.EICAR_HDB-1 FOUND\0" },
            { "spamd", SpamdAnswer },
            { "rspamd", RspamdAnswer },
        };

    [Fact]
    public async Task Clamd_gets_the_message_in_pieces_with_their_lengths()
    {
        await using var fake = Fake("clamd", "stream: OK\0");
        var verdict = await ScanAsync("clamd", fake.Options);
        Assert.Equal(ScanOutcome.Clean, verdict.Outcome);
        Assert.Equal(
            $"zINSTREAM\0\0\0\0{(char)Message.Length}{Message}\0\0\0\0",
            Encoding.Latin1.GetString(fake.Heard)
        );
    }

    [Fact]
    public async Task Spamd_gets_the_message_with_its_length_and_the_user()
    {
        await using var fake = Fake("spamd", SpamdAnswer);
        var verdict = await ScanAsync("spamd", fake.Options);
        Assert.Equal((ScanOutcome.Junk, 15.5m, 5.0m), (verdict.Outcome, verdict.Score, verdict.Required));
        Assert.Equal(["GTUBE", "MISSING_DATE"], verdict.Symbols.Select(symbol => symbol.Name));
        Assert.Equal(
            $"SYMBOLS SPAMC/1.5\r\nContent-length: {Message.Length}\r\nUser: mail\r\n\r\n{Message}",
            Encoding.Latin1.GetString(fake.Heard)
        );
    }

    [Fact]
    public async Task Rspamd_gets_the_message_with_what_the_session_knows()
    {
        await using var fake = Fake("rspamd", RspamdAnswer);
        var verdict = await ScanAsync("rspamd", fake.Options, Client with { Helo = "a\r\nPassword: x" });
        Assert.Equal((ScanOutcome.Junk, 7.5m, 15m), (verdict.Outcome, verdict.Score, verdict.Required));
        Assert.Equal([new("B", 7.0m), new ScanSymbol("A", 0.5m)], verdict.Symbols);
        var lines = Encoding.Latin1.GetString(fake.Heard).Split("\r\n");
        Assert.Equal("POST /checkv2 HTTP/1.1", lines[0]);
        string[] told =
        [
            "IP: 192.0.2.7",
            "Hostname: mx.example.com",
            "From: ada@example.com",
            "Queue-Id: 19aa",
            "Password: secret",
        ];
        Assert.All(told, line => Assert.Contains(line, lines));
        Assert.Contains(lines, line => line.StartsWith("Rcpt: bob@here.example", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("Helo", StringComparison.Ordinal)); // it would end its field
        Assert.EndsWith($"\r\n\r\n{Message}", Encoding.Latin1.GetString(fake.Heard));
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_that_comes_an_octet_at_a_time_is_the_same(string scanner, string answer)
    {
        await using var fake = Fake(scanner, answer, byOctet: true);
        var verdict = await ScanAsync(scanner, fake.Options);
        Assert.True(verdict.Outcome is ScanOutcome.Junk or ScanOutcome.Infected, verdict.ToString());
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_that_is_cut_anywhere_is_no_verdict(string scanner, string answer)
    {
        for (var length = 0; length < answer.Length; length += length < 60 || length > answer.Length - 12 ? 1 : 17)
        {
            await using var fake = Fake(scanner, answer[..length]);
            var verdict = await ScanAsync(scanner, fake.Options);
            Assert.True(verdict.Outcome == ScanOutcome.Failed, $"{length} octets: {verdict}");
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task A_scanner_that_hangs_is_left_in_time(string scanner, string answer)
    {
        await using var fake = Fake(scanner, answer[..10], hangs: true);
        var options = fake.Options with { Timeout = TimeSpan.FromMilliseconds(200) };
        var verdict = await ScanAsync(scanner, options);
        Assert.Equal((ScanOutcome.Failed, "no answer in time"), (verdict.Outcome, verdict.Reason));
    }

    [Theory]
    [InlineData("clamd")]
    [InlineData("spamd")]
    [InlineData("rspamd")]
    public async Task An_answer_without_end_is_left(string scanner)
    {
        var begin = scanner switch
        {
            "spamd" => "SPAMD/1.1 0 EX_OK\r\nContent-length: 2000000\r\nSpam: False ; 1 / 5\r\n\r\n",
            "rspamd" => "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n{\"a\":\"",
            _ => "stream: ",
        };
        await using var fake = Fake(scanner, begin + new string('x', 2_000_000));
        Assert.Equal(ScanOutcome.Failed, (await ScanAsync(scanner, fake.Options)).Outcome);
    }

    [Theory]
    [InlineData("clamd")]
    [InlineData("spamd")]
    [InlineData("rspamd")]
    public async Task Nobody_there_is_a_failure_and_a_large_message_is_not_sent(string scanner)
    {
        var fake = Fake(scanner, "");
        var options = fake.Options;
        await fake.DisposeAsync();
        Assert.Equal(ScanOutcome.Failed, (await ScanAsync(scanner, options)).Outcome);
        Assert.Equal(ScanOutcome.TooLarge, (await ScanAsync(scanner, options with { MaxSize = 5 })).Outcome);
    }

    [Fact]
    public async Task Clamds_own_limit_is_heard_though_it_hangs_up_in_mid_message()
    {
        await using var fake = new FakeScanner(
            heard => heard.Length > 100_000,
            "INSTREAM size limit exceeded. ERROR\0"u8.ToArray()
        );
        var verdict = await new ClamdScanner(fake.Options, TimeProvider.System).ScanAsync(
            ScanMessage.Of(new byte[8_000_000]),
            Client,
            default
        );
        Assert.Equal(ScanOutcome.TooLarge, verdict.Outcome);
    }

    [Fact]
    public async Task A_message_shorter_than_said_is_a_failure()
    {
        await using var fake = Fake("clamd", "stream: OK\0");
        var message = ScanMessage.Of(new byte[10]) with { Length = 11 };
        var verdict = await new ClamdScanner(fake.Options, TimeProvider.System).ScanAsync(message, Client, default);
        Assert.Equal(ScanOutcome.Failed, verdict.Outcome);
    }

    [Theory]
    [InlineData("SPAMD/1.0 76 Bad header line: x\r\n", "spamd", ScanOutcome.Failed)]
    [InlineData(
        "SPAMD/1.1 0 EX_OK\r\nContent-length: 0\r\nSpam: False ; -1.2 / 5.0\r\n\r\n",
        "spamd",
        ScanOutcome.Clean
    )]
    [InlineData(
        "SPAMD/1.1 0 EX_OK\r\nContent-length: 0\r\nSpam: Perhaps ; 1 / 5.0\r\n\r\n",
        "spamd",
        ScanOutcome.Failed
    )]
    [InlineData("stream: Can't allocate memory ERROR\0", "clamd", ScanOutcome.Failed)]
    [InlineData("stream:  FOUND\0", "clamd", ScanOutcome.Failed)]
    [InlineData("{\"score\":1,\"action\":\"no action\"}", "rspamd", ScanOutcome.Clean)]
    [InlineData("{\"is_skipped\":true,\"score\":15,\"action\":\"reject\"}", "rspamd", ScanOutcome.Refuse)]
    [InlineData("{\"score\":20,\"required_score\":15,\"action\":\"reject\"}", "rspamd", ScanOutcome.Refuse)]
    [InlineData("{\"score\":4,\"action\":\"greylist\"}", "rspamd", ScanOutcome.Defer)]
    [InlineData("{\"score\":4,\"required_score\":3,\"action\":\"mine\"}", "rspamd", ScanOutcome.Junk)]
    [InlineData("{\"score\":\"4\",\"action\":\"reject\"}", "rspamd", ScanOutcome.Failed)]
    [InlineData("{\"error\":\"no\"}", "rspamd", ScanOutcome.Failed)]
    [InlineData("[]", "rspamd", ScanOutcome.Failed)]
    public void Answers_are_understood(string answer, string scanner, ScanOutcome outcome) =>
        Assert.Equal(outcome, Parse(scanner, answer).Outcome);

    [Fact]
    public void Any_answer_is_read() =>
        TrustFuzz.Run(
            [SpamdAnswer, RspamdJson, "stream: A FOUND\0", "INSTREAM size limit exceeded. ERROR\0"],
            text =>
            {
                foreach (var scanner in (string[])["clamd", "spamd", "rspamd"])
                {
                    var verdict = Parse(scanner, text);
                    Assert.InRange(verdict.Reason.Length, 1, 200);
                    Assert.DoesNotContain(verdict.Reason, c => c is < ' ' or > '~');
                    Assert.InRange(verdict.Symbols.Count, 0, 200);
                }
            }
        );

    [Theory]
    [InlineData("127.0.0.1:783", true)]
    [InlineData("[::1]:783", true)]
    [InlineData("scanner.internal:3310", true)]
    [InlineData("unix:/run/clamav/clamd.ctl", true)]
    [InlineData("unix:clamd", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.1:0", false)]
    [InlineData(":783", false)]
    [InlineData("a b:783", false)]
    [InlineData("http://host:11333", false)]
    public void An_endpoint_is_read_or_refused(string text, bool isOne) =>
        Assert.Equal(isOne, ScanEndpoint.TryParse(text) is not null);

    static ScanVerdict Parse(string scanner, string answer)
    {
        var scan = new Scan(scanner, new(ScanEndpoint.TryParse("127.0.0.1:1")!), new ManualClock());
        var octets = Encoding.Latin1.GetBytes(answer);
        return scanner switch
        {
            "clamd" => ClamdReply.Parse(octets, scan),
            "spamd" => SpamdReply.Parse(octets, scan),
            _ => RspamdReply.Parse(octets, scan),
        };
    }

    static FakeScanner Fake(string scanner, string answer, bool byOctet = false, bool hangs = false) =>
        new(heard => IsWhole(scanner, heard), Encoding.Latin1.GetBytes(answer), byOctet, hangs);

    static bool IsWhole(string scanner, byte[] heard) =>
        Encoding
            .Latin1.GetString(heard)
            .EndsWith(scanner == "clamd" ? $"{Message}\0\0\0\0" : Message, StringComparison.Ordinal);

    static async Task<ScanVerdict> ScanAsync(string scanner, ScanOptions options, ScanClient? client = null)
    {
        var message = ScanMessage.Of(Encoding.Latin1.GetBytes(Message));
        using var rspamd = new RspamdScanner(options, TimeProvider.System, "secret");
        IScanner asked = scanner switch
        {
            "clamd" => new ClamdScanner(options, TimeProvider.System),
            "spamd" => new SpamdScanner(options, TimeProvider.System, "mail"),
            _ => rspamd,
        };
        return await asked.ScanAsync(message, client ?? Client, default);
    }
}
