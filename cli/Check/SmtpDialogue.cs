namespace Cloud.Cli.Check;

/// <summary>A client's commands and a server's replies in SMTP.</summary>
static class SmtpDialogue
{
    /// <summary>Nobody's domain, for good (RFC 6761 §6.4).</summary>
    public const string Elsewhere = "relay-check.invalid";

    /// <summary>Lines of one reply. Default: more than any server has extensions.</summary>
    const int MaxLines = 100;

    public static async Task<IReadOnlyList<string>> AskAsync(
        LineConnection connection,
        string command,
        string code,
        CancellationToken cancel
    )
    {
        await connection.SendAsync(command, cancel);
        var reply = await ReplyAsync(connection, cancel);
        Expect(reply, code, command);
        return reply;
    }

    public static void Expect(IReadOnlyList<string> reply, string code, string what)
    {
        if (!reply[0].StartsWith(code, StringComparison.Ordinal))
            throw new CheckFailedException($"{what}: {reply[^1]}");
    }

    public static bool Offers(IReadOnlyList<string> extensions, string keyword) =>
        extensions.Any(line => line[4..].Split(' ')[0].Equals(keyword, StringComparison.OrdinalIgnoreCase));

    /// <summary>Lines of at least a code and a separator (RFC 5321 §4.2).</summary>
    public static async Task<IReadOnlyList<string>> ReplyAsync(LineConnection connection, CancellationToken cancel)
    {
        var lines = new List<string>();
        while (lines.Count < MaxLines)
        {
            var line = await connection.ReadLineAsync(cancel);
            if (
                line.Length < 3
                || line.AsSpan(0, 3).ContainsAnyExceptInRange('0', '9')
                || (line.Length > 3 && line[3] is not (' ' or '-'))
            )
                throw new CheckFailedException($"this is not SMTP: {line}");
            lines.Add(line.Length > 3 ? line : $"{line} ");
            if (line.Length == 3 || line[3] == ' ')
                return lines;
        }
        throw new CheckFailedException($"a reply has more than {MaxLines} lines");
    }
}
