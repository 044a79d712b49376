using System.Buffers;
using System.Text;
using Cloud.Store.Ports;
using Cloud.Wire.Sasl;

namespace Cloud.Tests.Wire;

/// <summary>OAUTHBEARER (RFC 7628) and XOAUTH2.</summary>
public sealed class BearerTests
{
    const string Name = "alice@example.test";
    const string OAuth = $"n,a={Name},\u0001host=localhost\u0001port=993\u0001auth=Bearer {OneUser.Token}\u0001\u0001";
    const string XOAuth2 = $"user={Name}\u0001auth=Bearer {OneUser.Token}\u0001\u0001";

    readonly OneUser user = new(Name, "x");

    SaslExchange Create(string mechanism, OneUser? other = null) =>
        SaslExchange.TryCreate(
            mechanism,
            other ?? user,
            Entropy.System,
            new() { IsPrivate = true, TakesTokens = true }
        )!;

    static ReadOnlySequence<byte> Raw(string text) => new(Encoding.Latin1.GetBytes(text));

    static ReadOnlySequence<byte> Line(string text) => Raw(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));

    async Task<SaslStatus> StartAsync(string mechanism, string text) =>
        (await Create(mechanism).StartAsync(Line(text), default)).Status;

    [Theory]
    [InlineData("OAUTHBEARER", OAuth)]
    [InlineData("oauthbearer", $"y,,\u0001auth=bearer   {OneUser.Token}\u0001\u0001")]
    [InlineData(
        "OAUTHBEARER",
        $"n,,\u0001xyz=ä is for others\u0001auth=Bearer {OneUser.Token}\u0001qs=\r\n\t\u0001\u0001"
    )]
    [InlineData("XOAUTH2", XOAuth2)]
    public async Task A_good_token_is_enough(string mechanism, string message)
    {
        Assert.Equal(SaslStatus.Ok, await StartAsync(mechanism, message));
        var exchange = Create(mechanism);
        Assert.Equal(new SaslStep(SaslStatus.Challenge, ""), await exchange.StartAsync(default));
        Assert.Equal(SaslStatus.Ok, (await exchange.ContinueAsync(Line(message), default)).Status);
    }

    [Fact]
    public async Task Names_are_written_as_in_SCRAM()
    {
        var odd = new OneUser("a,b=c", "x");
        var message = OAuth.Replace(Name, "a=2Cb=3Dc", StringComparison.Ordinal);
        Assert.Equal(SaslStatus.Ok, (await Create("OAUTHBEARER", odd).StartAsync(Line(message), default)).Status);
    }

    [Theory]
    [InlineData("OAUTHBEARER", OAuth, """{"status":"invalid_token"}""")]
    [InlineData("XOAUTH2", XOAuth2, """{"status":"400","schemes":"Bearer"}""")]
    public async Task Why_not_comes_with_the_failure(string mechanism, string message, string why)
    {
        var wrong = message.Replace(OneUser.Token, "another", StringComparison.Ordinal);
        var step = await Create(mechanism).StartAsync(Line(wrong), default);
        Assert.Equal((SaslStatus.WrongCredentials, true), (step.Status, step.TellsWhy));
        Assert.Equal(why, Encoding.UTF8.GetString(Convert.FromBase64String(step.Challenge)));
    }

    [Fact]
    public async Task Who_has_to_wait_is_not_told_that_the_token_is_bad()
    {
        var locked = new OneUser(Name, "x") { Otherwise = SaslStatus.LockedOut };
        var message = XOAuth2.Replace(OneUser.Token, "t", StringComparison.Ordinal);
        Assert.Equal(SaslStatus.LockedOut, (await Create("XOAUTH2", locked).StartAsync(Line(message), default)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0001")]
    [InlineData("n,a=x,")]
    [InlineData("n,a=x,\u0001")]
    [InlineData("n,a=x,\u0001\u0001")]
    [InlineData("n,a=x,\u0001auth=Bearer t\u0001")]
    [InlineData("n,a=x,\u0001auth=Bearer t\u0001\u0001\u0001")]
    [InlineData("n,a=x,\u0001auth=Bearer t\u0001\u0001x")]
    [InlineData("n,a=x,\u0001\u0001auth=Bearer t\u0001\u0001")]
    [InlineData("n,a=x,\u0001auth=Bearer t\u0001auth=Bearer t\u0001\u0001")]
    [InlineData("n,a=x,\u0001auth=Bearer\u0001\u0001")]
    [InlineData("n,a=x,\u0001auth=Bearer \u0001\u0001")]
    [InlineData("n,a=x,\u0001auth=Bearer ==\u0001\u0001")]
    [InlineData("n,a=x,\u0001auth=Bearer a=b\u0001\u0001")]
    [InlineData("n,a=x,\u0001auth=Bearer a b\u0001\u0001")]
    [InlineData("n,a=x,\u0001auth=Bearer ä\u0001\u0001")]
    [InlineData("n,a=x,\u0001auth=Basic eDp5\u0001\u0001")]
    [InlineData("n,a=x,\u0001a1=b\u0001auth=Bearer t\u0001\u0001")]
    [InlineData("n,a=x,\u0001=b\u0001auth=Bearer t\u0001\u0001")]
    [InlineData("n,a=x,\u0001b=\0\u0001auth=Bearer t\u0001\u0001")]
    [InlineData("n,a=,\u0001auth=Bearer t\u0001\u0001")]
    [InlineData("n,a=a=2,\u0001auth=Bearer t\u0001\u0001")]
    [InlineData("n,b=x,\u0001auth=Bearer t\u0001\u0001")]
    [InlineData("n,a=x\u0001auth=Bearer t\u0001\u0001")]
    [InlineData("p=tls-unique,a=x,\u0001auth=Bearer t\u0001\u0001")]
    [InlineData("F,n,a=x,\u0001auth=Bearer t\u0001\u0001")]
    [InlineData("user=x\u0001auth=Bearer t\u0001\u0001")]
    public async Task What_is_no_message_of_OAUTHBEARER_asks_nobody(string message)
    {
        Assert.Equal(SaslStatus.Malformed, await StartAsync("OAUTHBEARER", message));
        Assert.Empty(user.Asked);
    }

    [Theory]
    [InlineData("user=\u0001auth=Bearer t\u0001\u0001")]
    [InlineData("auth=Bearer t\u0001\u0001")]
    [InlineData("user=x\u0001auth=Bearer t\u0001")]
    [InlineData("user=x\u0001user=y\u0001auth=Bearer t\u0001\u0001")]
    [InlineData("user=x\u0001\u0001auth=Bearer t\u0001\u0001")]
    [InlineData(OAuth)]
    public async Task What_is_no_message_of_XOAUTH2_asks_nobody(string message)
    {
        Assert.Equal(SaslStatus.Malformed, await StartAsync("XOAUTH2", message));
        Assert.Empty(user.Asked);
    }

    [Theory]
    [InlineData("OAUTHBEARER", OAuth)]
    [InlineData("XOAUTH2", XOAuth2)]
    public async Task A_message_that_is_cut_asks_nobody(string mechanism, string message)
    {
        for (var length = 0; length < message.Length; length++)
            Assert.Equal(SaslStatus.Malformed, await StartAsync(mechanism, message[..length]));
        Assert.Empty(user.Asked);
    }

    [Theory]
    [InlineData("OAUTHBEARER", OAuth)]
    [InlineData("XOAUTH2", XOAuth2)]
    public async Task Whatever_comes_no_other_token_and_no_other_name_is_heard(string mechanism, string message)
    {
        var noise = new Random(11);
        for (var i = 0; i < 20_000; i++)
        {
            var octets = Encoding.UTF8.GetBytes(message);
            for (var changes = noise.Next(1, 4); changes > 0; changes--)
                octets[noise.Next(octets.Length)] = (byte)(noise.Next(3) == 0 ? 1 : noise.Next(256));
            var step = await Create(mechanism).StartAsync(Raw(Convert.ToBase64String(octets)), default);
            Assert.True(step.Status is SaslStatus.Ok or SaslStatus.Malformed || step.TellsWhy);
        }
        // What was asked about stands in what was sent: one piece, without separators or spaces.
        Assert.All(user.Asked, asked => Assert.Matches("^[A-Za-z0-9._~+/-]+=*$", asked.Token));
        Assert.All(user.Asked, asked => Assert.DoesNotContain('\u0001', asked.Login));
    }
}
