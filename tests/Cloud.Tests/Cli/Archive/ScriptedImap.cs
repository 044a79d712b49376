using System.Net;
using System.Net.Sockets;

namespace Cloud.Tests.Cli.Archive;

/// <summary>Another server, which does not give all that it lists.</summary>
sealed class ScriptedImap : IAsyncDisposable
{
    public const int Refused = 2;
    public const int WithoutOctets = 3;
    public const int Gone = 4;
    public const int Breaking = 5;

    /// <summary>A mailbox that it does not open.</summary>
    public const string Closed = "Closed";

    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly Dictionary<string, int[]> mailboxes;
    readonly Task serving;
    int[] open = [];

    /// <param name="all">Each with the UIDs that it lists.</param>
    public ScriptedImap(Dictionary<string, int[]> all)
    {
        mailboxes = all;
        listener.Start();
        serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await serving;
    }

    async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await TalkAsync(client.GetStream());
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException or IOException)
        {
            return; // the test is over
        }
    }

    async Task TalkAsync(Stream stream)
    {
        using var reader = new StreamReader(stream);
        await using var writer = new StreamWriter(stream) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("* OK here");
        while (await reader.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            var answer = words[1] switch
            {
                "LIST" => List(),
                "EXAMINE" => Examine(words[2].Trim('"')),
                "UID" => Fetch(words[3], isWhole: line.Contains("BODY", StringComparison.Ordinal)),
                _ => "{0} OK",
            };
            if (answer.Length > 0)
                await writer.WriteLineAsync(answer.Replace("{0}", words[0], StringComparison.Ordinal));
            if (!answer.Contains("{0}", StringComparison.Ordinal))
                return;
        }
    }

    string List() => string.Concat(mailboxes.Keys.Select(name => $"* LIST () \"/\" \"{name}\"\r\n")) + "{0} OK";

    string Examine(string name)
    {
        if (name == Closed)
            return "{0} NO not you";
        open = mailboxes[name];
        return $"* {open.Length} EXISTS\r\n* OK [UIDVALIDITY 7] so\r\n{{0}} OK";
    }

    string Fetch(string set, bool isWhole)
    {
        var asked = set == "1:*" ? open : [.. set.Split(',').Select(int.Parse).Where(uid => isWhole || uid != Gone)];
        var told = "";
        foreach (var uid in asked)
        {
            switch (isWhole ? uid : 0)
            {
                case 0:
                    told += $"* {uid} FETCH (UID {uid})\r\n";
                    break;
                case Refused:
                    return told + "{0} NO it is damaged";
                case WithoutOctets:
                    told += $"* {uid} FETCH (UID {uid} BODY[] NIL)\r\n";
                    break;
                case Gone:
                    break;
                case Breaking:
                    return told;
                default:
                    told += $"* {uid} FETCH (UID {uid} FLAGS () BODY[] {{4}}\r\nx\r\n\n)\r\n";
                    break;
            }
        }
        return told + "{0} OK";
    }
}
