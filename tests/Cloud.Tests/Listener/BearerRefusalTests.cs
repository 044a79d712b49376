using Cloud.Listener.Hosting.Abuse;
using Cloud.Tests.Fakes;
using Cloud.Tests.Listener.Hosting.Abuse;
using Cloud.Tests.Sessions;
using Cloud.Wire.Sasl;

namespace Cloud.Tests.Listener;

/// <summary>A token that is no good counts against its bringer once, whatever the client says to the reason.</summary>
public sealed class BearerRefusalTests
{
    const string Guess = $"user={TestBackend.Alice}\u0001auth=Bearer guess\u0001\u0001";
    const string Why = """? {"status":"400","schemes":"Bearer"}""";

    static readonly string TooLong = new('A', SaslExchange.MaxLine + 100);

    public static TheoryData<string> Ports => ["imaps", "submissions", "pop3s"];

    static async Task<TestListener> ListenAsync(TestBackend test, int points) =>
        await SaslPorts.ListenAsync(
            test,
            tokens: true,
            limits: Strangers.Limits(Strangers.Judged with { FirstBan = TimeSpan.FromMinutes(10), BanPoints = points })
        );

    /// <returns>The answer of a server that has had enough.</returns>
    static async Task<string?> BannedAsync(SaslClient client, string port)
    {
        var answer = await client.BeginAsync("XOAUTH2", Guess);
        return port == "submissions" && answer == "NO" ? await client.ReadLineAsync() : answer;
    }

    static string Ban(string port) =>
        port switch
        {
            "imaps" => "* BYE [UNAVAILABLE] Too much abuse",
            "submissions" => "421 4.7.0 Too much abuse",
            _ => "-ERR [SYS/TEMP] Too much abuse",
        };

    [Theory]
    [MemberData(nameof(Ports))]
    public async Task Who_leaves_when_told_why_has_failed_all_the_same(string port)
    {
        await using var test = await TestBackend.OpenAsync(tokens: new FakeTokens());
        await using var listener = await ListenAsync(test, 2 * 5);
        await using (var client = await SaslClient.OpenAsync(listener, port))
            Assert.Equal(Why, await client.BeginAsync("XOAUTH2", Guess));
        await using var next = await SaslClient.OpenAsync(listener, port);
        Assert.StartsWith(Ban(port), await BannedAsync(next, port), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ports))]
    public async Task The_reason_waits_as_long_as_other_answers_to_strangers(string port)
    {
        var (clock, tarpit) = (new ManualClock(), TimeSpan.FromSeconds(5));
        await using var test = await TestBackend.OpenAsync(time: clock, tokens: new FakeTokens());
        var limits = Strangers.Limits(Strangers.Judged with { Tarpit = tarpit, BanPoints = 1 });
        await using var listener = await SaslPorts.ListenAsync(test, tokens: true, limits: limits);
        await using var client = await SaslClient.OpenAsync(listener, port);
        var held = clock.TimerAsync(tarpit);
        var why = client.BeginAsync("XOAUTH2", Guess);
        Assert.Same(held, await Task.WhenAny(held, why));
        clock.Advance(tarpit);
        Assert.Equal(Why, await why);
    }

    [Theory]
    [MemberData(nameof(Ports))]
    public async Task Whatever_is_answered_it_is_a_failed_login_and_counts_once(string port)
    {
        string[] answers = ["", "AQ==", "*", "!", TooLong];
        await using var test = await TestBackend.OpenAsync(tokens: new FakeTokens());
        await using var listener = await ListenAsync(test, answers.Length * 5 + 1);
        foreach (var answer in answers)
        {
            await using var client = await SaslClient.OpenAsync(listener, port);
            Assert.Equal(Why, await client.BeginAsync("XOAUTH2", Guess));
            Assert.Equal("NO", await client.AnswerRawAsync(answer));
            // The session goes on with the next command: a rest of that line would be one point more.
            await client.LookAsync();
        }
        await using var last = await SaslClient.OpenAsync(listener, port);
        Assert.StartsWith(Ban(port), await BannedAsync(last, port), StringComparison.Ordinal);
    }
}
