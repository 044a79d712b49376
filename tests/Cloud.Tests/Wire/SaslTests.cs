using System.Buffers;
using System.Text;
using Cloud.Store.Ports;
using Cloud.Wire.Sasl;

namespace Cloud.Tests.Wire;

public sealed class SaslTests
{
    readonly OneUser user = new("alice@example.test", "pencil, =ünd");

    [Theory]
    [InlineData("\0alice@example.test\0pencil, =ünd", SaslStatus.Ok)]
    [InlineData("alice@example.test\0alice@example.test\0pencil, =ünd", SaslStatus.Ok)]
    [InlineData("bob@example.test\0alice@example.test\0pencil, =ünd", SaslStatus.WrongCredentials)]
    [InlineData("\0alice@example.test\0pen", SaslStatus.WrongCredentials)]
    [InlineData("\0alice@example.test\0", SaslStatus.Malformed)]
    [InlineData("\0\0pencil", SaslStatus.Malformed)]
    [InlineData("alice@example.test\0pencil", SaslStatus.Malformed)]
    [InlineData("\0a\0b\0c", SaslStatus.Malformed)]
    [InlineData("", SaslStatus.Malformed)]
    public async Task Plain_with_and_without_an_initial_response(string message, SaslStatus expected)
    {
        var line = Line(message.Length == 0 ? "" : message);
        var initial = message.Length == 0 ? Raw("=") : line;
        Assert.Equal(expected, (await Create("plain").StartAsync(initial, default)).Status);

        var exchange = Create("PLAIN");
        Assert.Equal(new SaslStep(SaslStatus.Challenge, ""), await exchange.StartAsync(default));
        Assert.Equal(expected, (await exchange.ContinueAsync(line, default)).Status);
    }

    [Fact]
    public async Task Login_asks_for_the_name_and_the_password()
    {
        var exchange = Create("LOGIN");
        Assert.Equal("VXNlcm5hbWU6", (await exchange.StartAsync(default)).Challenge);
        Assert.Equal("UGFzc3dvcmQ6", (await exchange.ContinueAsync(Line("alice@example.test"), default)).Challenge);
        Assert.Equal(SaslStatus.Ok, (await exchange.ContinueAsync(Line("pencil, =ünd"), default)).Status);
    }

    [Fact]
    public async Task Login_takes_the_name_as_initial_response()
    {
        var exchange = Create("LOGIN");
        Assert.Equal("UGFzc3dvcmQ6", (await exchange.StartAsync(Line("alice@example.test"), default)).Challenge);
        Assert.Equal(SaslStatus.WrongCredentials, (await exchange.ContinueAsync(Line("no"), default)).Status);
    }

    [Theory]
    [InlineData("n,,", SaslStatus.Ok)]
    [InlineData("y,,", SaslStatus.Ok)]
    [InlineData("n,a=alice@example.test,", SaslStatus.Ok)]
    [InlineData("n,a=bob@example.test,", SaslStatus.WrongCredentials)]
    [InlineData("p=tls-unique,,", SaslStatus.Malformed)]
    public async Task Scram_proves_both_sides(string header, SaslStatus expected)
    {
        var client = new ScramClient(header, "alice@example.test", "pencil, =ünd");
        Assert.Equal(expected, await RunAsync(client, Create("SCRAM-SHA-256")));
    }

    [Fact]
    public async Task Scram_refuses_a_wrong_password() =>
        Assert.Equal(
            SaslStatus.WrongCredentials,
            await RunAsync(new ScramClient("n,,", "alice@example.test", "wrong"), Create("SCRAM-SHA-256"))
        );

    [Theory]
    [InlineData("c=biws", "c=eSws")]
    [InlineData("r=abc", "r=abd")]
    public async Task Scram_refuses_a_changed_conversation(string what, string by)
    {
        var client = new ScramClient("n,,", "alice@example.test", "pencil, =ünd") { Tamper = (what, by) };
        Assert.Equal(SaslStatus.WrongCredentials, await RunAsync(client, Create("SCRAM-SHA-256")));
    }

    [Fact]
    public async Task Scram_names_may_hold_commas_and_equals_signs()
    {
        var exchange = SaslExchange.TryCreate("scram-sha-256", new OneUser("a,b=c", "p"), Entropy.System, Clear)!;
        Assert.Equal(SaslStatus.Ok, await RunAsync(new ScramClient("n,,", "a=2Cb=3Dc", "p"), exchange));
    }

    [Theory]
    [InlineData("n,,n=a=2,r=x")]
    [InlineData("n,,n=,r=x")]
    [InlineData("n,,n=a,r=")]
    [InlineData("n,,m=ext,n=a,r=x")]
    [InlineData("n,,n=a")]
    [InlineData("")]
    public async Task Scram_refuses_what_is_no_client_first_message(string message) =>
        Assert.Equal(SaslStatus.Malformed, (await Create("SCRAM-SHA-256").StartAsync(Line(message), default)).Status);

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    [InlineData("SCRAM-SHA-256")]
    public async Task Every_mechanism_survives_noise(string mechanism)
    {
        var noise = new Random(7);
        for (var i = 0; i < 2_000; i++)
        {
            var exchange = Create(mechanism);
            var step = await exchange.StartAsync(default);
            for (var turn = 0; turn < 4 && step.Status == SaslStatus.Challenge; turn++)
            {
                var octets = new byte[noise.Next(40)];
                noise.NextBytes(octets);
                var sane = noise.Next(2) == 0 ? Convert.ToBase64String(octets) : Encoding.Latin1.GetString(octets);
                step = await exchange.ContinueAsync(Raw(sane), default);
            }
            Assert.NotEqual(SaslStatus.Ok, step.Status);
        }
    }

    [Theory]
    [InlineData("*", SaslStatus.Cancelled)]
    [InlineData("!!!!", SaslStatus.Malformed)]
    [InlineData("AGE AYg==", SaslStatus.Malformed)]
    [InlineData("AGEAYg=", SaslStatus.Malformed)]
    public async Task Lines_that_are_no_base64(string line, SaslStatus expected) =>
        Assert.Equal(expected, (await Create("PLAIN").ContinueAsync(Raw(line), default)).Status);

    [Fact]
    public void There_is_no_other_mechanism()
    {
        foreach (var name in new[] { "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256-PLUS", "OAUTHBEARER", "XOAUTH2", "" })
            Assert.Null(SaslExchange.TryCreate(name, user, Entropy.System, Clear));
    }

    [Fact]
    public void What_shows_a_secret_is_not_offered_to_whoever_reads_along()
    {
        Assert.Equal(["SCRAM-SHA-256"], (Clear with { IsPrivate = false, TakesTokens = true }).Mechanisms);
        var all = Clear with { TakesTokens = true, EndPoint = new byte[32] };
        Assert.Equal(
            "SCRAM-SHA-256-PLUS SCRAM-SHA-256 OAUTHBEARER XOAUTH2 PLAIN LOGIN",
            string.Join(' ', all.Mechanisms)
        );
        Assert.DoesNotContain("LOGIN", (all with { HasLogin = false }).Mechanisms);
    }

    static readonly SaslOffer Clear = new() { IsPrivate = true };

    SaslExchange Create(string name) => SaslExchange.TryCreate(name, user, Entropy.System, Clear)!;

    static ReadOnlySequence<byte> Raw(string text) => new(Encoding.Latin1.GetBytes(text));

    static ReadOnlySequence<byte> Line(string text) => Raw(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));

    /// <summary>Talks to the end, as far as there is no fault.</summary>
    static async Task<SaslStatus> RunAsync(ScramClient client, SaslExchange exchange)
    {
        var step = await exchange.StartAsync(Line(client.First), default);
        if (step.Status != SaslStatus.Challenge)
            return step.Status;
        step = await exchange.ContinueAsync(Line(client.Final(Text(step))), default);
        if (step.Status != SaslStatus.Challenge)
            return step.Status;
        Assert.Equal(client.ServerFinal, Text(step));
        return (await exchange.ContinueAsync(Raw(""), default)).Status;
    }

    static string Text(SaslStep step) => Encoding.UTF8.GetString(Convert.FromBase64String(step.Challenge));
}
