using System.Globalization;
using System.Text;

namespace Cloud.Cli.Check;

/// <summary>A client's commands and a server's responses in IMAP.</summary>
static class ImapDialogue
{
    /// <summary>Untagged responses before the tagged one. Default: far more than CAPABILITY or SELECT has.</summary>
    const int MaxResponses = 100;

    /// <summary>Octets of a literal. Default: far more than the message of a <see cref="RoundTrip"/> and what is added.</summary>
    const int MaxLiteral = 64 * 1024;

    /// <returns>The untagged responses.</returns>
    /// <exception cref="CheckFailedException">It is not answered with OK.</exception>
    public static async Task<IReadOnlyList<string>> AskAsync(
        LineConnection connection,
        string tag,
        string command,
        CancellationToken cancel
    )
    {
        await connection.SendAsync($"{tag} {command}", cancel);
        return await CompleteAsync(connection, tag, command, cancel);
    }

    /// <summary>Reads up to the tagged response.</summary>
    /// <param name="what">What was asked, for the operator's eyes.</param>
    public static async Task<IReadOnlyList<string>> CompleteAsync(
        LineConnection connection,
        string tag,
        string what,
        CancellationToken cancel
    )
    {
        var untagged = new List<string>();
        while (untagged.Count < MaxResponses)
        {
            var response = await ResponseAsync(connection, cancel);
            if (response.StartsWith($"{tag} OK", StringComparison.OrdinalIgnoreCase))
                return untagged;
            if (!response.StartsWith("* ", StringComparison.Ordinal))
                throw new CheckFailedException($"{what}: {response}");
            untagged.Add(response);
        }
        throw new CheckFailedException($"{what}: more than {MaxResponses} responses and no end");
    }

    /// <summary>A line, and with it the literals that it announces (RFC 3501 §4.3).</summary>
    static async Task<string> ResponseAsync(LineConnection connection, CancellationToken cancel)
    {
        var response = new StringBuilder();
        while (true)
        {
            var line = await connection.ReadLineAsync(cancel);
            response.Append(line);
            if (LiteralOf(line) is not { } octets)
                return response.ToString();
            if (octets > MaxLiteral - response.Length)
                throw new CheckFailedException($"a response is longer than {MaxLiteral} octets");
            response.Append(await connection.ReadTextAsync(octets, cancel));
        }
    }

    static int? LiteralOf(string line) =>
        line.EndsWith('}')
        && int.TryParse(
            line.AsSpan(line.LastIndexOf('{') + 1).TrimEnd('}'),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var octets
        )
            ? octets
            : null;
}
