using System.Text;
using Cloud.Listener.Smtp;
using Cloud.Store.Accounts;
using Cloud.Store.Ports;
using Cloud.Tests.Api.Gateway;
using Cloud.Tests.Fakes;
using Cloud.Tests.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Listener.Smtp;

/// <summary>The ports before the real gateway, on memory.</summary>
public abstract class MailboxTests(Hop hop) : GatewayTests(hop)
{
    [Fact]
    public async Task What_is_sent_is_in_the_mailbox_octet_for_octet()
    {
        var test = await OpenAsync();
        await using var listener = await StartAsync(test);
        var message = "Subject: x\r\n\r\n.dots\0 and NULs \xff\r\n..\r\n";
        var replies = await SmtpServer.TalkAsync(
            listener,
            SmtpServer.Octets(
                "EHLO a\r\nMAIL FROM:<ada@example.org>\r\nRCPT TO:<Alice+x@example.test>\r\nRCPT TO:<bob@example.test>\r\n"
                    + $"RCPT TO:<nobody@example.test>\r\nRCPT TO:<ada@example.org>\r\nBDAT {message.Length} LAST\r\n{message}"
            )
        );
        Assert.StartsWith("550 5.7.1 ", replies[^2]);
        Assert.StartsWith("550 5.1.1 ", replies[^3]);
        Assert.StartsWith("250 2.0.0 Ok: kept as ", replies[^1]);

        foreach (var account in new[] { test.AliceId, test.BobId })
        {
            var entry = Assert.Single((await test.OpenAsync(account)).Entries);
            var email = Assert.Single(await test.Gateway.FetchAsync(account, [entry.Email], default));
            await using var stream = await test.Gateway.ReadAsync(account, email, 0, null, ReadBy.Imap, default);
            var bytes = new MemoryStream();
            await stream!.CopyToAsync(bytes);
            Assert.Equal(message, Encoding.Latin1.GetString(SmtpServer.WithoutTrace(bytes.ToArray())));
        }
    }

    [Fact]
    public async Task Nothing_stays_of_what_was_refused_or_broken_off()
    {
        var blobs = new MemoryBlobs();
        var test = await OpenAsync(blobs: blobs);
        await using var listener = await StartAsync(test);
        foreach (
            var rest in new[] { "DATA\r\nhalf", "DATA\r\na\nb\r\n.\r\n", "BDAT 3\r\nabcRSET\r\n", "BDAT 1 LAST\r\n\n" }
        )
        {
            var begin = "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.test>\r\n";
            await SmtpServer.TalkAsync(listener, SmtpServer.Octets(begin + rest));
        }
        Assert.Equal(0, blobs.Count);
        Assert.Empty((await test.OpenAsync(test.AliceId)).Entries);
    }

    [Fact]
    public async Task A_user_sends_in_his_own_name_only()
    {
        var test = await OpenAsync();
        await using var listener = await StartAsync(test);
        await using var client = await ScriptConnection.OpenAsync(listener.Address("submissions"));
        await client.StartTlsAsync();
        var wrong = Base64($"\0{TestBackend.Alice}\0no");
        var right = Base64($"\0{TestBackend.Alice}\0{TestBackend.Password}");
        await client.SendAsync(
            SmtpServer.Octets(
                $"EHLO a\r\nAUTH PLAIN {wrong}\r\nAUTH PLAIN {right}\r\n"
                    + "MAIL FROM:<bob@example.test>\r\nRCPT TO:<bob@example.test>\r\nRSET\r\n"
                    + "MAIL FROM:<alice@example.test>\r\nRCPT TO:<bob@example.test>\r\nDATA\r\nFrom: alice@example.test\r\n\r\n.\r\nQUIT\r\n"
            ),
            byteByByte: false
        );
        var replies = new List<string>();
        while (await client.ReadLineAsync() is { } line)
        {
            if (line[..3] is "535" or "235" or "550" or "250" && line[3] == ' ')
                replies.Add(line[..9]);
        }
        Assert.Equal(
            ["535 5.7.8", "235 2.7.0", "250 2.1.0", "550 5.7.1", "250 2.0.0", "250 2.1.0", "250 2.1.5", "250 2.0.0"],
            replies.Skip(1)
        );
        Assert.Single((await test.OpenAsync(test.BobId)).Entries);
    }

    [Fact]
    public async Task A_guesser_of_passwords_is_locked_out()
    {
        var test = await OpenAsync();
        await using var listener = await StartAsync(test);
        await using var client = await ScriptConnection.OpenAsync(listener.Address("submissions"));
        await client.StartTlsAsync();
        var guess = $"AUTH PLAIN {Base64($"\0{TestBackend.Alice}\0guess")}\r\n";
        await client.SendAsync(
            SmtpServer.Octets("HELO a\r\n" + string.Concat(Enumerable.Repeat(guess, 9)) + "QUIT\r\n"),
            byteByByte: false
        );
        var replies = new List<string>();
        while (await client.ReadLineAsync() is { } line)
            replies.Add(line[..9]);
        Assert.Equal("535 5.7.8", replies[2]);
        Assert.Equal("454 4.7.0", replies[^2]);
    }

    static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    static Task<TestListener> StartAsync(TestBackend test)
    {
        SmtpFront Front(SmtpOptions options) =>
            new(
                options,
                test.Gateway,
                null,
                TestListener.Tls,
                TimeProvider.System,
                Entropy.System,
                NullLoggerFactory.Instance
            );
        var submission = SmtpServer.Options with { Role = SmtpRole.Submission };
        return TestListener.StartAsync([
            ("relay", Front(SmtpServer.Options), false),
            ("submissions", Front(submission), true),
        ]);
    }
}

public sealed class LocalMailboxTests() : MailboxTests(Hop.None);

public sealed class HttpMailboxTests() : MailboxTests(Hop.Claim);

public sealed class StreamedMailboxTests() : MailboxTests(Hop.Stream);
