using System.Text;
using Cloud.Wire.Smtp;
using static Cloud.Tests.Wire.Smtp.SmtpTalk;

namespace Cloud.Tests.Wire.Smtp;

public sealed class AuthenticationTests
{
    const string Odd = "domain\\ada+x \u00fc@example.test";
    const string Password = "p\u00e4ss =+/:";

    static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    static Task<SmtpOpening> LoginAsync(SmtpTalk talk, SmtpCredentials credentials, bool allowClear = true) =>
        talk.OpenAsync(options => options with { Credentials = credentials, AllowClearCredentials = allowClear });

    static async Task<SmtpOpening> LoginAsync(string script, SmtpCredentials credentials)
    {
        var talk = new SmtpTalk(script);
        var opening = await LoginAsync(talk, credentials);
        if (opening.Connection is { } connection)
            await connection.DisposeAsync();
        await talk.Peer.Played.WaitAsync(Patience);
        return opening;
    }

    [Theory]
    [InlineData("ada", "secret")]
    [InlineData(Odd, Password)]
    public async Task Plain_is_one_line(string user, string password)
    {
        var opening = await LoginAsync(
            Hello("AUTH LOGIN PLAIN") + $"C: AUTH PLAIN {Base64($"\0{user}\0{password}")}\nS: 235 Ok\nC: QUIT\n",
            SmtpCredentials.Password(user, password)
        );
        Assert.True(opening.IsOpen);
        Assert.Contains("C: AUTH PLAIN ***", opening.Transcript.Lines);
    }

    [Fact]
    public async Task Plain_waits_for_a_challenge_when_the_line_would_be_too_long()
    {
        var password = new string('x', 500);
        var opening = await LoginAsync(
            Hello("AUTH PLAIN") + $"C: AUTH PLAIN\nS: 334 \nC: {Base64($"\0ada\0{password}")}\nS: 235 Ok\nC: QUIT\n",
            SmtpCredentials.Password("ada", password)
        );
        Assert.True(opening.IsOpen);
    }

    [Theory]
    [InlineData("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6")]
    [InlineData("334 ", "334 ")]
    [InlineData("334", "334")]
    [InlineData("334 What is your name?", "334 ==")]
    public async Task Login_answers_whatever_is_asked(string first, string second)
    {
        var opening = await LoginAsync(
            Hello("AUTH LOGIN")
                + $"C: AUTH LOGIN\nS: {first}\nC: {Base64(Odd)}\nS: {second}\nC: {Base64(Password)}\nS: 235 Ok\nC: QUIT\n",
            SmtpCredentials.Password(Odd, Password)
        );
        Assert.True(opening.IsOpen);
        Assert.DoesNotContain(Base64(Password), $"{opening.Transcript}");
    }

    [Fact]
    public async Task A_token_is_sent_and_its_refusal_asked_for()
    {
        var sent = Base64("user=ada@example.test\u0001auth=Bearer t0ken\u0001\u0001");
        var opening = await LoginAsync(
            Hello("AUTH PLAIN XOAUTH2")
                + $"C: AUTH XOAUTH2 {sent}\nS: 334 {Base64("{\"status\":\"401\"}")}\nC: \nS: 535 5.7.8 Expired\nC: QUIT\n",
            SmtpCredentials.Token("ada@example.test", "t0ken")
        );
        Assert.Equal((SmtpPhase.Authentication, SmtpFault.Refused), (opening.Failure!.Phase, opening.Failure.Fault));
        Assert.Equal("5.7.8", opening.Failure.Status);
    }

    [Theory]
    [InlineData("535 5.7.8 No")]
    [InlineData("454 4.7.0 Later")]
    [InlineData("421 4.7.0 Bye")]
    [InlineData("500 What is AUTH PLAIN {0}")]
    [InlineData("535 I know nobody with {1}")]
    [InlineData("What is AUTH PLAIN {0}")]
    public async Task Secrets_are_shown_nowhere_even_if_the_server_repeats_them(string reply)
    {
        var response = Base64("\0ada\0hunter2-secret");
        var talk = new SmtpTalk(
            Hello("AUTH PLAIN") + $"?:\nS: {string.Format(reply, response, "hunter2-secret")}\n?:\n"
        );
        var credentials = SmtpCredentials.Password("ada", "hunter2-secret");
        var opening = await LoginAsync(talk, credentials);
        var shown = $"{opening.Failure} {opening.Failure!.Reply} {opening.Transcript} {credentials}";
        Assert.DoesNotContain(response, shown);
        Assert.DoesNotContain("hunter2", shown);
        Assert.Equal(SmtpPhase.Authentication, opening.Failure.Phase);
    }

    [Theory]
    [InlineData("AUTH PLAIN", false, false)]
    [InlineData("AUTH XOAUTH2 CRAM-MD5", true, false)]
    [InlineData("AUTH PLAIN LOGIN", true, true)]
    [InlineData("SIZE", true, false)]
    public async Task What_cannot_be_said_safely_is_not_said(string offer, bool allowClear, bool isToken)
    {
        var talk = new SmtpTalk(Hello(offer) + "C: QUIT\nS: 221 Bye\n");
        var credentials = isToken ? SmtpCredentials.Token("ada", "x") : SmtpCredentials.Password("ada", "x");
        var opening = await LoginAsync(talk, credentials, allowClear);
        Assert.Equal(SmtpFault.AuthenticationNotOffered, opening.Failure!.Fault);
        Assert.False(opening.Failure.IsPermanent);
        await talk.Peer.Played.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_server_that_asks_without_end_is_left()
    {
        var talk = new SmtpTalk(Hello("AUTH LOGIN") + string.Concat(Enumerable.Repeat("?:\nS: 334 x\n", 6)) + "H:");
        var opening = await LoginAsync(talk, SmtpCredentials.Password("ada", "x"));
        Assert.Equal(SmtpFault.Protocol, opening.Failure!.Fault);
    }
}
