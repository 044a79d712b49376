using System.Collections.Concurrent;
using Cloud.Tests.Cli;

namespace Cloud.Clients.Peers;

/// <summary>Takes everything, and remembers each letter's name with the queue id it came under.</summary>
/// <remarks>It has a letter before it answers for it, as a good host does.</remarks>
sealed class RecordingSink : MailHost
{
    /// <summary>What came: once for each time that it came.</summary>
    public ConcurrentQueue<(string Letter, string Id)> Came { get; } = new();

    /// <summary>A letter that it takes, and never answers for.</summary>
    public string? Silent { get; set; }

    protected override async Task TalkAsync(StreamReader reader, StreamWriter writer)
    {
        await writer.WriteLineAsync("220 mx.peer.test");
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("EHLO ", StringComparison.Ordinal))
                await writer.WriteLineAsync("250-mx.peer.test\r\n250-8BITMIME\r\n250 PIPELINING");
            else if (line == "DATA")
                await TakeAsync(reader, writer);
            else
                await writer.WriteLineAsync("250 well");
        }
    }

    async Task TakeAsync(StreamReader reader, StreamWriter writer)
    {
        await writer.WriteLineAsync("354 go on");
        var (letter, id) = ("", "");
        while (await reader.ReadLineAsync() is { } text)
        {
            if (text == ".")
            {
                Came.Enqueue((letter, id));
                if (letter != Silent)
                    await writer.WriteLineAsync("250 well");
                return;
            }
            if (text.StartsWith("X-Letter: ", StringComparison.Ordinal))
                letter = text["X-Letter: ".Length..];
            var at = text.IndexOf(" id ", StringComparison.Ordinal);
            if (id.Length == 0 && at >= 0)
                id = text[(at + " id ".Length)..].Split(';', ' ')[0];
        }
    }
}
