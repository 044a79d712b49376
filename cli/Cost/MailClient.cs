using System.Net;
using Cloud.Cli.Check;

namespace Cloud.Cli.Cost;

/// <summary>A client that believes nothing but success.</summary>
sealed class MailClient(LineConnection connection) : IAsyncDisposable
{
    int tags;

    /// <summary>Octets that the server has sent.</summary>
    public long Received => connection.Received;

    /// <exception cref="CheckFailedException">Nobody answers.</exception>
    public static async Task<MailClient> OpenAsync(IPEndPoint server, bool tls, CancellationToken cancel)
    {
        var options = new CheckOptions("localhost", "localhost") { Address = server.Address, Nobody = "nobody" };
        var connection = await LineConnection.OpenAsync(options, server.Port, cancel);
        if (tls)
            await connection.StartTlsAsync(cancel);
        return new(connection);
    }

    /// <summary>Sends a line, or the lines of a message, and reads SMTP's reply.</summary>
    public async Task SmtpAsync(string? line, char expected, CancellationToken cancel)
    {
        if (line is not null)
            await connection.SendAsync(line, cancel);
        string reply;
        do reply = await connection.ReadLineAsync(cancel);
        while (reply.Length > 3 && reply[3] == '-');
        if (reply.Length == 0 || reply[0] != expected)
            throw new CheckFailedException($"the server answers: {reply}");
    }

    /// <summary>Sends an IMAP command and reads up to its OK.</summary>
    public async Task ImapAsync(string command, CancellationToken cancel)
    {
        var tag = $"c{++tags}";
        await connection.SendAsync($"{tag} {command}", cancel);
        await UntilAsync($"{tag} ", cancel);
    }

    /// <summary>IDLE, up to where the server waits, too.</summary>
    public async Task IdleAsync(CancellationToken cancel)
    {
        await connection.SendAsync($"c{++tags} IDLE", cancel);
        await UntilAsync("+ ", cancel);
    }

    /// <summary>Waits to be told of a new message, and ends IDLE.</summary>
    public async Task NewMessageAsync(CancellationToken cancel)
    {
        string line;
        do line = await connection.ReadLineAsync(cancel);
        while (!line.EndsWith(" EXISTS", StringComparison.Ordinal));
        await connection.SendAsync("DONE", cancel);
        await UntilAsync($"c{tags} ", cancel);
    }

    /// <summary>Reads up to a line that begins so.</summary>
    public async Task UntilAsync(string start, CancellationToken cancel)
    {
        string line;
        do line = await connection.ReadLineAsync(cancel);
        while (!line.StartsWith(start, StringComparison.Ordinal));
        if (start[0] == 'c' && !line.StartsWith($"{start}OK", StringComparison.Ordinal))
            throw new CheckFailedException($"the server answers: {line}");
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
