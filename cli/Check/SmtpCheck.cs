using static Cloud.Cli.Check.SmtpDialogue;

namespace Cloud.Cli.Check;

/// <summary>Asks an SMTP port, as another server or a client would, up to where a message would follow.</summary>
sealed class SmtpCheck(CheckOptions options, string where, Action<Verdict, string> report, TimeProvider time)
    : PortCheck(options, where, report, time)
{
    /// <param name="submission">A port for users: they must sign in, and nobody else is served.</param>
    public async Task RunAsync(int port, bool implicitTls, bool submission, CancellationToken cancel)
    {
        await using var connection = await ConnectAsync(port, implicitTls, cancel);
        var greeting = await ReplyAsync(connection, cancel);
        Expect(greeting, "220", "the greeting");
        Report(Verdict.Ok, greeting[0]);

        var extensions = await AskAsync(connection, $"EHLO {Elsewhere}", "250", cancel);
        if (!implicitTls)
            extensions = await UpgradeAsync(connection, extensions, submission, cancel);
        if (submission)
            CheckAuthentication(extensions);
        else
            await CheckRecipientsAsync(connection, cancel);
        await connection.SendAsync("QUIT", cancel);
    }

    async Task<IReadOnlyList<string>> UpgradeAsync(
        LineConnection connection,
        IReadOnlyList<string> extensions,
        bool submission,
        CancellationToken cancel
    )
    {
        if (submission && Offers(extensions, "AUTH"))
            Report(Options.ClearPassword, "passwords are taken before TLS");
        if (!Offers(extensions, "STARTTLS"))
        {
            Report(Verdict.Failed, "STARTTLS is not offered");
            return extensions;
        }
        await AskAsync(connection, "STARTTLS", "220", cancel);
        await SecureAsync(connection, cancel);
        return await AskAsync(connection, $"EHLO {Elsewhere}", "250", cancel);
    }

    void CheckAuthentication(IReadOnlyList<string> extensions)
    {
        var mechanisms = extensions.FirstOrDefault(line =>
            line[4..].StartsWith("AUTH ", StringComparison.OrdinalIgnoreCase)
        );
        if (mechanisms is null)
            Report(Verdict.Failed, "users cannot sign in: AUTH is not offered");
        else
            Report(Verdict.Ok, mechanisms[4..]);
    }

    /// <summary>No message follows: the transaction is given up (RFC 5321 §4.1.1.5).</summary>
    async Task CheckRecipientsAsync(LineConnection connection, CancellationToken cancel)
    {
        await AskAsync(connection, "MAIL FROM:<>", "250", cancel);
        var nobody = await RecipientAsync(connection, $"{Options.Nobody}@{Options.Domain}", cancel);
        Report(
            nobody[0] switch
            {
                '5' => Verdict.Ok,
                '2' => Verdict.Warning,
                _ => Verdict.Failed,
            },
            nobody[0] switch
            {
                '5' => $"an unknown user is refused: {nobody}",
                '2' => $"any user of {Options.Domain} is taken, as with a catch-all alias: {nobody}",
                _ => $"recipients cannot be looked up: {nobody}",
            }
        );
        var relay = await RecipientAsync(connection, $"anybody@{Elsewhere}", cancel);
        if (relay[0] == '2')
            Report(Verdict.Failed, $"an open relay: mail for {Elsewhere} is taken from strangers");
        else
            Report(Verdict.Ok, $"mail for others is refused: {relay}");
        await AskAsync(connection, "RSET", "250", cancel);
    }

    static async Task<string> RecipientAsync(LineConnection connection, string address, CancellationToken cancel)
    {
        await connection.SendAsync($"RCPT TO:<{address}>", cancel);
        return (await ReplyAsync(connection, cancel))[^1];
    }
}
