namespace Cloud.Cli.Check;

/// <summary>Asks a POP3 port, up to where a user would sign in.</summary>
sealed class Pop3Check(CheckOptions options, string where, Action<Verdict, string> report, TimeProvider time)
    : PortCheck(options, where, report, time)
{
    /// <summary>Lines of a list. Default: far more than CAPA has.</summary>
    const int MaxLines = 100;

    public async Task RunAsync(int port, bool implicitTls, CancellationToken cancel)
    {
        await using var connection = await ConnectAsync(port, implicitTls, cancel);
        Report(Verdict.Ok, await ExpectAsync(connection, "the greeting", cancel));

        var capabilities = await CapabilitiesAsync(connection, cancel);
        if (!implicitTls)
        {
            if (Offers(capabilities, "USER") || Offers(capabilities, "SASL")) // RFC 2449 §6.2, §6.3
                Report(Options.ClearPassword, "passwords are taken before TLS");
            if (!Offers(capabilities, "STLS"))
            {
                Report(Verdict.Failed, "STLS is not offered");
                return;
            }
            await connection.SendAsync("STLS", cancel);
            await ExpectAsync(connection, "STLS", cancel);
            await SecureAsync(connection, cancel);
            capabilities = await CapabilitiesAsync(connection, cancel);
        }
        Report(Verdict.Ok, $"capabilities: {string.Join(", ", capabilities)}");
        await connection.SendAsync("QUIT", cancel);
    }

    static bool Offers(IEnumerable<string> capabilities, string name) =>
        capabilities.Any(line => line.Split(' ')[0].Equals(name, StringComparison.OrdinalIgnoreCase));

    static async Task<string> ExpectAsync(LineConnection connection, string what, CancellationToken cancel)
    {
        var line = await connection.ReadLineAsync(cancel);
        return line.StartsWith("+OK", StringComparison.Ordinal)
            ? line
            : throw new CheckFailedException($"{what}: {line}");
    }

    static async Task<IReadOnlyList<string>> CapabilitiesAsync(LineConnection connection, CancellationToken cancel)
    {
        await connection.SendAsync("CAPA", cancel);
        await ExpectAsync(connection, "CAPA", cancel);
        var lines = new List<string>();
        while (lines.Count < MaxLines)
        {
            var line = await connection.ReadLineAsync(cancel);
            if (line == ".")
                return lines;
            lines.Add(line);
        }
        throw new CheckFailedException($"CAPA: more than {MaxLines} lines and no end");
    }
}
