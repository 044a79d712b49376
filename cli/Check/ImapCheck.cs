using static Cloud.Cli.Check.ImapDialogue;

namespace Cloud.Cli.Check;

/// <summary>Asks an IMAP port, up to where a user would sign in.</summary>
sealed class ImapCheck(CheckOptions options, string where, Action<Verdict, string> report, TimeProvider time)
    : PortCheck(options, where, report, time)
{
    public async Task RunAsync(int port, bool implicitTls, CancellationToken cancel)
    {
        await using var connection = await ConnectAsync(port, implicitTls, cancel);
        var greeting = await connection.ReadLineAsync(cancel);
        if (!greeting.StartsWith("* OK", StringComparison.OrdinalIgnoreCase))
            throw new CheckFailedException($"the greeting: {greeting}");
        Report(Verdict.Ok, greeting);

        var capabilities = await CapabilitiesAsync(connection, "a1", cancel);
        if (!implicitTls)
        {
            if (!capabilities.Contains("LOGINDISABLED")) // RFC 3501 §6.2.3
                Report(Options.ClearPassword, "passwords are taken before TLS");
            if (!capabilities.Contains("STARTTLS"))
            {
                Report(Verdict.Failed, "STARTTLS is not offered");
                return;
            }
            await AskAsync(connection, "a2", "STARTTLS", cancel);
            await SecureAsync(connection, cancel);
            capabilities = await CapabilitiesAsync(connection, "a3", cancel);
        }
        var offered = capabilities.Contains("IMAP4rev1") || capabilities.Contains("IMAP4rev2");
        Report(offered ? Verdict.Ok : Verdict.Failed, $"capabilities: {string.Join(' ', capabilities)}");
        await connection.SendAsync("a4 LOGOUT", cancel);
    }

    static async Task<HashSet<string>> CapabilitiesAsync(
        LineConnection connection,
        string tag,
        CancellationToken cancel
    )
    {
        const string Start = "* CAPABILITY ";
        var untagged = await AskAsync(connection, tag, "CAPABILITY", cancel);
        var line = untagged.FirstOrDefault(line => line.StartsWith(Start, StringComparison.OrdinalIgnoreCase));
        return line is null
            ? throw new CheckFailedException("CAPABILITY is not answered")
            : new(line[Start.Length..].Split(' '), StringComparer.OrdinalIgnoreCase);
    }
}
