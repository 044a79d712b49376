using System.Text;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Imap;

/// <summary>A client for tests that need more than lines: literals, many octets, what was answered to a tag.</summary>
sealed class ImapClient(ScriptConnection connection) : IAsyncDisposable
{
    int tags;

    public static async Task<ImapClient> OpenAsync(TestListener listener, string port = "imap", bool login = true)
    {
        var connection = await ScriptConnection.OpenAsync(listener.Address(port));
        var client = new ImapClient(connection);
        if (port == "imaps")
            await connection.StartTlsAsync();
        await connection.ReadLineAsync();
        if (login)
            await client.DoAsync("LOGIN alice@example.test \"correct horse\"");
        return client;
    }

    public Task SendAsync(string text) => connection.SendAsync(Encoding.Latin1.GetBytes(text), byteByByte: false);

    public Task SendAsync(byte[] octets) => connection.SendAsync(octets, byteByByte: false);

    public void Compress() => connection.Compress();

    public Task<string?> ReadLineAsync() => connection.ReadLineAsync();

    public Task<byte[]> ReadOctetsAsync(int count) => connection.ReadExactlyAsync(count);

    /// <summary>Runs a command; everything up to its tagged answer, literals in their place, octets as Latin-1.</summary>
    public async Task<string> AskAsync(string command)
    {
        var tag = $"t{++tags}";
        await SendAsync($"{tag} {command}\r\n");
        var answer = new StringBuilder();
        while (await connection.ReadLineAsync() is { } line)
        {
            answer.Append(line).Append("\r\n");
            if (line.StartsWith(tag + " ", StringComparison.Ordinal))
                return answer.ToString();
            if (!line.EndsWith('}'))
                continue;
            var size = int.Parse(line[(line.LastIndexOf('{') + 1)..^1]);
            answer.Append(Encoding.Latin1.GetString(await connection.ReadExactlyAsync(size)));
        }
        return answer.Append("closed").ToString();
    }

    public async Task DoAsync(string command)
    {
        var answer = await AskAsync(command);
        Assert.Matches(@"(?m)^t\d+ OK", answer);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
