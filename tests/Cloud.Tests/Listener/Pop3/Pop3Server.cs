using Cloud.Api.Gateway;
using Cloud.Listener.Pop3;
using Cloud.Tests.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Listener.Pop3;

/// <summary>Ports `pop3` and `pop3s` over a gateway, and a script's usual way in.</summary>
static class Pop3Server
{
    public const string LogIn = """
        S: +OK *
        C: USER alice@example.test
        S: +OK *
        C: PASS open sesame
        S: +OK *

        """;

    public static Task<TestListener> StartAsync(IGateway mail, Pop3Options? options = null, TimeProvider? time = null)
    {
        var front = new Pop3Front(
            options ?? new Pop3Options(),
            mail,
            TestListener.Tls,
            time ?? TimeProvider.System,
            NullLoggerFactory.Instance
        );
        return TestListener.StartAsync([("pop3", front, false), ("pop3s", front, true)], time: time);
    }

    public static async Task<ScriptConnection> LogInAsync(TestListener listener)
    {
        var client = await ScriptConnection.OpenAsync(listener.Address());
        await client.SendAsync("USER alice@example.test\r\nPASS open sesame\r\n"u8.ToArray(), byteByByte: false);
        for (var i = 0; i < 3; i++)
            Assert.StartsWith("+OK", await client.ReadLineAsync(), StringComparison.Ordinal);
        return client;
    }

    /// <summary>Plays a script against a maildrop with these messages, new for each way of playing.</summary>
    public static Task PlayAsync(string script, params IEnumerable<string> messages) =>
        PlayAsync(script, () => FakeMail.With(messages));

    public static Task PlayAsync(string script, Func<FakeMail> mail, Pop3Options? options = null) =>
        SessionScript.RunAsync(script, () => StartAsync(mail(), options));
}
