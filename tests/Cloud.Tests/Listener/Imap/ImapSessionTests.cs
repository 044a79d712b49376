using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

/// <summary>The scripts in Sessions, each in every way it can be played.</summary>
public sealed class ImapSessionTests
{
    public static TheoryData<string, Hop> Scripts
    {
        get
        {
            var scripts = new TheoryData<string, Hop>();
            foreach (var name in ImapServer.ScriptNames())
            {
                scripts.Add(name, Hop.None);
                // Who gets \Recent of a message is a race between sessions, and over HTTP not always the same wins.
                if (name != "idle")
                    scripts.Add(name, Hop.Claim);
            }
            return scripts;
        }
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public Task The_session_goes_as_written(string name, Hop hop)
    {
        var script = ImapServer.Script(name);
        var port = script.StartsWith("# port: ", StringComparison.Ordinal)
            ? script.Split('\n')[0]["# port: ".Length..].Trim()
            : "imap";
        return ImapServer.PlayAsync(script, port, hop: hop);
    }
}
