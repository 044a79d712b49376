using System.Security.Cryptography;
using System.Text;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener;

/// <summary>A client that authenticates by whichever protocol a port speaks.</summary>
sealed class SaslClient : IAsyncDisposable
{
    readonly ScriptConnection connection;
    readonly string protocol;

    SaslClient(ScriptConnection opened, string port) =>
        (connection, protocol) = (opened, port.TrimEnd('s') is "submission" ? "smtp" : port[..4]);

    /// <summary>What capabilities list now.</summary>
    public string Mechanisms { get; private set; } = "";

    /// <summary>tls-server-end-point of the certificate that was presented, which SHA-256 signed (RFC 5929 §4).</summary>
    public byte[] EndPoint => SHA256.HashData(connection.Certificate!.RawData);

    /// <param name="port">imap, imaps, submission, submissions, pop3, pop3s; TLS begins unless it is told not to.</param>
    public static async Task<SaslClient> OpenAsync(TestListener listener, string port, bool tls = true)
    {
        var client = new SaslClient(await ScriptConnection.OpenAsync(listener.Address(port)), port);
        var isImplicit = port.EndsWith('s');
        if (isImplicit)
            await client.connection.StartTlsAsync();
        await client.connection.ReadLineAsync();
        await client.LookAsync();
        if (!tls || isImplicit)
            return client;
        var (line, ready) = client.protocol switch
        {
            "imap" => ("a STARTTLS", "a OK"),
            "smtp" => ("STARTTLS", "220 "),
            _ => ("STLS", "+OK"),
        };
        await client.SayAsync(line);
        Assert.StartsWith(ready, await client.connection.ReadLineAsync(), StringComparison.Ordinal);
        await client.connection.StartTlsAsync();
        await client.LookAsync();
        return client;
    }

    /// <param name="initial">Decoded; null for none.</param>
    /// <returns>What <see cref="AnswerAsync"/> returns.</returns>
    public async Task<string> BeginAsync(string mechanism, string? initial)
    {
        var command = protocol == "imap" ? "a AUTHENTICATE" : "AUTH";
        // A command line of POP3 has 255 octets (RFC 5034 §4): what is longer waits for a challenge.
        if (protocol != "pop3" || initial is null || initial.Length < 100)
        {
            await SayAsync($"{command} {mechanism}{(initial is null ? "" : $" {Base64(initial)}")}");
            return await HearAsync();
        }
        await SayAsync($"{command} {mechanism}");
        Assert.Equal("? ", await HearAsync());
        return await AnswerAsync(initial);
    }

    /// <summary>Answers a challenge.</summary>
    /// <returns><c>? challenge</c>, <c>OK</c>, <c>NO</c> for a login that failed, or the server's own words.</returns>
    public Task<string> AnswerAsync(string message) => AnswerRawAsync(Base64(message));

    /// <inheritdoc cref="AnswerAsync"/>
    public async Task<string> AnswerRawAsync(string line)
    {
        await SayAsync(line);
        return await HearAsync();
    }

    /// <summary>Leaves without a word.</summary>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    public Task<string?> ReadLineAsync() => connection.ReadLineAsync();

    /// <summary>Asks for something that any user may.</summary>
    public async Task<string?> NoopAsync()
    {
        await SayAsync(protocol == "imap" ? "a NOOP" : "NOOP");
        return await connection.ReadLineAsync();
    }

    /// <summary>Asks for the capabilities.</summary>
    public async Task LookAsync()
    {
        var (question, end) = protocol switch
        {
            "imap" => ("a CAPABILITY", "a OK"),
            "smtp" => ("EHLO client.test", "250 "),
            _ => ("CAPA", "."),
        };
        await SayAsync(question);
        Mechanisms = "";
        while (await connection.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("* ", StringComparison.Ordinal))
                Mechanisms = string.Join(
                    ' ',
                    line.Split(' ')
                        .Where(word => word.StartsWith("AUTH=", StringComparison.Ordinal))
                        .Select(word => word[5..])
                );
            else if (line.StartsWith("250-AUTH ", StringComparison.Ordinal))
                Mechanisms = line[9..];
            else if (line.StartsWith("SASL ", StringComparison.Ordinal))
                Mechanisms = line[5..];
            if (line.StartsWith(end, StringComparison.Ordinal))
                return;
        }
        Assert.Fail("The server has closed");
    }

    async Task<string> HearAsync()
    {
        var line = await connection.ReadLineAsync() ?? "";
        var (challenge, ok, no) = protocol switch
        {
            "imap" => ("+ ", "a OK", "a NO [AUTHENTICATIONFAILED]"),
            "smtp" => ("334 ", "235 ", "535 5.7.8"),
            _ => ("+ ", "+OK", "-ERR [AUTH]"),
        };
        return line.StartsWith(challenge, StringComparison.Ordinal)
                ? $"? {Encoding.UTF8.GetString(Convert.FromBase64String(line[challenge.Length..]))}"
            : line.StartsWith(ok, StringComparison.Ordinal) ? "OK"
            : line.StartsWith(no, StringComparison.Ordinal) ? "NO"
            : line;
    }

    Task SayAsync(string line) => connection.SendAsync(Encoding.ASCII.GetBytes($"{line}\r\n"), byteByByte: false);

    static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
