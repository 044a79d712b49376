namespace Cloud.Tests.Listener.Imap;

/// <summary>The scripts in Sessions, each in every way it can be played.</summary>
public sealed class ImapSessionTests
{
    public static TheoryData<string> Scripts => [.. ImapServer.ScriptNames()];

    [Theory]
    [MemberData(nameof(Scripts))]
    public Task The_session_goes_as_written(string name)
    {
        var script = ImapServer.Script(name);
        var port = script.StartsWith("# port: ", StringComparison.Ordinal)
            ? script.Split('\n')[0]["# port: ".Length..].Trim()
            : "imap";
        return ImapServer.PlayAsync(script, port);
    }
}
