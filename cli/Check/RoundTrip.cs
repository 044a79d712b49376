using System.Globalization;
using Cloud.Store.Ports;
using static Cloud.Cli.Check.SmtpDialogue;

namespace Cloud.Cli.Check;

/// <summary>Sends a user messages over SMTP, reads them back over IMAP and deletes them.</summary>
/// <remarks>
/// One as another server would, by port 25, and one as the user, by submission. The mailbox is opened first: what could
/// not be read back is not sent. A password is shown only to a server whose certificate is trusted, or on this machine.
/// </remarks>
sealed class RoundTrip(
    CheckOptions options,
    CheckAccount account,
    Action<Finding> report,
    TimeProvider time,
    Entropy entropy
)
{
    /// <param name="services">Those that may be used; of two kinds, the one with TLS from the start is.</param>
    public async Task RunAsync(IReadOnlyList<(string Name, int Port)> services, CancellationToken cancel)
    {
        (string Name, int Port)? First(params string[] names) =>
            names
                .SelectMany(name => services.Where(service => service.Name == name))
                .Select(one => ((string, int)?)one)
                .FirstOrDefault();

        if (First("imaps", "imap") is not { } reading)
        {
            report(new("send", Verdict.Failed, "nothing is sent: without imap or imaps it could not be read back"));
            return;
        }
        var where = Where(reading);
        try
        {
            var connection = await LineConnection.OpenAsync(options, reading.Port, cancel);
            await using var mailbox = new TestMailbox(connection, options, time);
            await mailbox.SignInAsync(account, reading.Name == "imaps", one => SecureAsync(one, cancel), cancel);
            foreach (var way in new[] { First("smtp"), First("submissions", "submission") })
            {
                if (way is { } service)
                    await GoAsync(service, where, mailbox, cancel);
            }
            await mailbox.SignOutAsync(cancel);
        }
        catch (UntrustedServerException e)
        {
            report(new(where, options.AllowUntrusted ? Verdict.Warning : Verdict.Failed, e.Message));
        }
        catch (CheckFailedException e)
        {
            report(new(where, Verdict.Failed, e.Message));
        }
    }

    async Task GoAsync((string Name, int Port) way, string reader, TestMailbox mailbox, CancellationToken cancel)
    {
        var message = TestMessage.To(account, submitted: way.Name != "smtp", time.GetUtcNow(), entropy);
        try
        {
            var reply = await SendAsync(way.Name, way.Port, message, cancel);
            report(new(Where(way), Verdict.Ok, $"a message to {account} is taken: {reply}"));
        }
        catch (UntrustedServerException e)
        {
            report(new(Where(way), options.AllowUntrusted ? Verdict.Warning : Verdict.Failed, e.Message));
            return;
        }
        catch (CheckFailedException e)
        {
            report(new(Where(way), Verdict.Failed, $"a message to {account} is not taken: {e.Message}"));
            return;
        }

        var begun = time.GetTimestamp();
        if (await mailbox.FindAsync(message, cancel) is not { } uid)
        {
            var waited = string.Create(CultureInfo.InvariantCulture, $"{options.Delivery.TotalSeconds:0}");
            report(new(reader, Verdict.Failed, $"the message of {Where(way)} is not there after {waited} seconds"));
            return;
        }
        var took = string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(begun).TotalSeconds:0.0}");
        var isWhole = await mailbox.IsWholeAsync(uid, message, cancel);
        await mailbox.DeleteAsync(uid, cancel);
        report(
            isWhole
                ? new(reader, Verdict.Ok, $"the message of {Where(way)} is read back after {took} s, and deleted")
                : new(reader, Verdict.Failed, $"the message of {Where(way)} is not what was sent")
        );
    }

    /// <returns>The server's last word.</returns>
    async Task<string> SendAsync(string service, int port, TestMessage message, CancellationToken cancel)
    {
        var submitted = service != "smtp";
        await using var connection = await LineConnection.OpenAsync(options, port, cancel);
        if (service == "submissions")
            await SecureAsync(connection, cancel);
        Expect(await ReplyAsync(connection, cancel), "220", "the greeting");
        await AskAsync(connection, $"EHLO {Elsewhere}", "250", cancel);
        if (service != "submissions")
        {
            await AskAsync(connection, "STARTTLS", "220", cancel);
            if (submitted)
                await SecureAsync(connection, cancel);
            else
                await connection.StartTlsAsync(cancel); // as servers do, who encrypt with any certificate
            await AskAsync(connection, $"EHLO {Elsewhere}", "250", cancel);
        }
        if (submitted)
        {
            await connection.SendAsync($"AUTH PLAIN {account.Plain}", cancel); // RFC 4954 §4
            Expect(await ReplyAsync(connection, cancel), "235", $"signing in as {account}");
        }
        await AskAsync(connection, $"MAIL FROM:<{message.Sender}>", "250", cancel);
        await AskAsync(connection, $"RCPT TO:<{account.Address}>", "250", cancel);
        await AskAsync(connection, "DATA", "354", cancel);
        foreach (var line in message.Lines)
            await connection.SendAsync(line, cancel);
        var reply = await AskAsync(connection, ".", "250", cancel);
        await connection.SendAsync("QUIT", cancel);
        return reply[^1];
    }

    async Task SecureAsync(LineConnection connection, CancellationToken cancel)
    {
        var certificate = await connection.StartTlsAsync(cancel);
        if (certificate.Fault is { } fault && !options.IsLocal)
            throw new UntrustedServerException(
                $"not signed in: no password for a server that is not trusted ({fault})"
            );
    }

    static string Where((string Name, int Port) service) => $"{service.Name} {service.Port}";
}
