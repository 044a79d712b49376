using System.Text;
using Cloud.Listener.Pop3;
using Cloud.Listener.Smtp;
using Cloud.Store;
using Cloud.Tests.Fakes;
using Cloud.Tests.Listener.Imap;
using Cloud.Tests.Listener.Smtp;
using Cloud.Tests.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Listener;

/// <summary>Sessions that are open end when what they logged in with counts no more, and no others do.</summary>
public sealed class RevocationTests
{
    readonly ManualClock clock = new();

    static Task<TestListener> ListenAsync(TestBackend test)
    {
        var submission = SmtpServer.Options with { Role = SmtpRole.Submission };
        var loggers = NullLoggerFactory.Instance;
        return TestListener.StartAsync([
            ("imap", ImapServer.Front(test), false),
            ("pop3", new Pop3Front(new(), test.Gateway, TestListener.Tls, test.Time, loggers), false),
            (
                "submissions",
                new SmtpFront(submission, test.Gateway, null, TestListener.Tls, test.Time, test.Entropy, loggers),
                true
            ),
        ]);
    }

    static async Task<ScriptConnection> ImapAsync(
        TestListener listener,
        string password = TestBackend.Password,
        string user = TestBackend.Alice
    )
    {
        var client = await ScriptConnection.OpenAsync(listener.Address("imap"));
        await SayAsync(client, $"a LOGIN {user} \"{password}\"", "a OK");
        return client;
    }

    static async Task<ScriptConnection> IdleAsync(TestListener listener, string password = TestBackend.Password)
    {
        var client = await ImapAsync(listener, password);
        await SayAsync(client, "a SELECT INBOX", "a OK");
        await SayAsync(client, "a IDLE", "+ ");
        return client;
    }

    static async Task<ScriptConnection> Pop3Async(TestListener listener)
    {
        var client = await ScriptConnection.OpenAsync(listener.Address("pop3"));
        await SayAsync(client, $"USER {TestBackend.Alice}", "+OK");
        await SayAsync(client, $"PASS {TestBackend.Password}", "+OK 0 messages");
        return client;
    }

    static async Task<ScriptConnection> SubmissionAsync(TestListener listener)
    {
        var client = await ScriptConnection.OpenAsync(listener.Address("submissions"));
        await client.StartTlsAsync();
        await SayAsync(client, "EHLO [10.1.2.3]", "250 ");
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{TestBackend.Alice}\0{TestBackend.Password}"));
        await SayAsync(client, $"AUTH PLAIN {login}", "235 ");
        return client;
    }

    /// <summary>Says a line, and reads until one begins with what is expected.</summary>
    static async Task SayAsync(ScriptConnection client, string line, string expected)
    {
        await client.SendAsync(Encoding.ASCII.GetBytes(line + "\r\n"), byteByByte: false);
        await HearAsync(client, expected);
    }

    static async Task HearAsync(ScriptConnection client, string expected)
    {
        while (true)
        {
            var line = await client.ReadLineAsync();
            Assert.NotNull(line);
            if (line.StartsWith(expected, StringComparison.Ordinal))
                return;
        }
    }

    /// <summary>Reads a goodbye and the close.</summary>
    static async Task EndsAsync(ScriptConnection client, string goodbye)
    {
        await HearAsync(client, goodbye);
        Assert.Null(await client.ReadLineAsync());
    }

    [Theory]
    [InlineData("suspended")]
    [InlineData("deleted")]
    [InlineData("given another password")]
    public async Task All_sessions_of_a_user_who_is(string what)
    {
        await using var test = await TestBackend.OpenAsync(time: clock);
        await using var listener = await ListenAsync(test);
        await using var imap = await ImapAsync(listener);
        await using var idle = await IdleAsync(listener);
        await using var pop3 = await Pop3Async(listener);
        await using var submission = await SubmissionAsync(listener);
        await using var stranger = await ImapAsync(listener, user: TestBackend.Bob);

        if (what == "suspended")
            await test.Admin.Users.SuspendAsync(TestBackend.Alice, default);
        else if (what == "deleted")
            await test.Admin.Users.RemoveAsync(TestBackend.Alice, TimeSpan.FromDays(1), default);
        else
            await test.Admin.SetPasswordAsync(TestBackend.Alice, "another one", default);

        await EndsAsync(imap, "* BYE [EXPIRED] ");
        await EndsAsync(idle, "* BYE [EXPIRED] ");
        await EndsAsync(pop3, "-ERR [AUTH] ");
        await EndsAsync(submission, "421 4.7.0 ");
        await SayAsync(stranger, "a NOOP", "a OK");
    }

    [Fact]
    public async Task A_revoked_password_of_a_program_ends_that_program_s_sessions_alone()
    {
        await using var test = await TestBackend.OpenAsync(time: clock);
        await using var listener = await ListenAsync(test);
        var phone = await test.Admin.Users.AddAppPasswordAsync(TestBackend.Alice, "phone", default);
        var laptop = await test.Admin.Users.AddAppPasswordAsync(TestBackend.Alice, "laptop", default);
        await using var first = await IdleAsync(listener, phone.Password);
        await using var second = await IdleAsync(listener, laptop.Password);
        await using var own = await ImapAsync(listener);

        await test.Admin.Users.RevokeAppPasswordAsync(TestBackend.Alice, phone.Id, default);
        await EndsAsync(first, "* BYE [EXPIRED] ");
        await test.Admin.Users.SetQuotaAsync(TestBackend.Alice, 1000, default);
        await SayAsync(second, "DONE", "a OK");
        await SayAsync(own, "a NOOP", "a OK");
    }

    [Fact]
    public async Task Who_has_logged_out_takes_nobody_else_along()
    {
        await using var test = await TestBackend.OpenAsync(time: clock);
        await using var listener = await ListenAsync(test);
        await using var client = await ImapAsync(listener);
        await using var idle = await IdleAsync(listener);
        await SayAsync(client, "a UNAUTHENTICATE", "a OK");
        await SayAsync(client, $"a LOGIN {TestBackend.Bob} \"{TestBackend.Password}\"", "a OK");
        await test.Admin.Users.SuspendAsync(TestBackend.Alice, default);
        await EndsAsync(idle, "* BYE [EXPIRED] ");
        await SayAsync(client, "a NOOP", "a OK");
        await test.Admin.Users.SuspendAsync(TestBackend.Bob, default);
        await EndsAsync(client, "* BYE [EXPIRED] ");
    }

    [Fact]
    public async Task A_message_that_is_being_sent_is_not_taken_any_more()
    {
        await using var test = await TestBackend.OpenAsync(time: clock);
        await using var listener = await ListenAsync(test);
        await using var client = await SubmissionAsync(listener);
        await SayAsync(client, $"MAIL FROM:<{TestBackend.Alice}>", "250 ");
        await SayAsync(client, $"RCPT TO:<{TestBackend.Bob}>", "250 ");
        await SayAsync(client, "DATA", "354 ");
        await test.Admin.SetPasswordAsync(TestBackend.Alice, "another one", default);
        await EndsAsync(client, "421 4.7.0 ");
        Assert.Empty((await test.OpenAsync(test.BobId)).Entries);
    }

    [Theory]
    [InlineData(default(Hop))]
    [InlineData(Hop.Claim)]
    public async Task What_another_process_decides_ends_sessions_within_five_minutes(Hop hop)
    {
        var (rows, blobs, queues) = (new MemoryRows(), new MemoryBlobs(), new MemoryQueues(clock));
        var shared = new StoreOptions { SoleOwner = false };
        await using var test = await TestBackend.OpenAsync(rows, blobs, queues, clock, shared, hop: hop);
        await using var other = await TestBackend.OpenAsync(rows, blobs, queues, clock, shared, seed: 2);
        await using var listener = await ListenAsync(test);
        await using var imap = await ImapAsync(listener);
        await using var stranger = await ImapAsync(listener, user: TestBackend.Bob);

        await other.Admin.Users.SuspendAsync(TestBackend.Alice, default);
        await clock.RunAsync(EndsAsync(imap, "* BYE [EXPIRED] "), TimeSpan.FromSeconds(10));
        await SayAsync(stranger, "a NOOP", "a OK");
    }
}
