using Cloud.Listener.Hosting;
using Cloud.Listener.Hosting.Abuse;

namespace Cloud.Listener.Smtp;

/// <summary>The server speaks first (RFC 5321 §3.1): a stranger on port 25 has to wait for it, and to be silent.</summary>
static class Greeting
{
    public static async ValueTask<Reply> AwaitAsync(SmtpOptions options, Connection connection)
    {
        var pause = options.Role == SmtpRole.Relay ? connection.Visitor.GreetingPause : TimeSpan.Zero;
        if (pause == TimeSpan.Zero)
            return Replies.Greeting(options.Hostname);

        var (result, interruption) = await connection.ReadAsync(pause);
        if (interruption == Interruption.Timeout)
        {
            connection.Visitor.Waited();
            return Replies.Greeting(options.Hostname);
        }
        if (interruption != Interruption.None)
            return Replies.Draining;

        var spoke = !result.Buffer.IsEmpty;
        connection.Input.AdvanceTo(result.Buffer.End);
        if (!spoke)
            return Reply.Silence;
        connection.Visitor.Report(Offence.EarlyTalk);
        return Replies.EarlyTalk;
    }
}
