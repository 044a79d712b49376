namespace Cloud.Clients.Peers;

/// <summary>A server whose mail for <see cref="Peer.Domain"/> goes to a host that remembers what came.</summary>
public abstract class SendingTests : ClientTests
{
    private protected RecordingSink Sink { get; } = new();

    PeerWorld? world;

    /// <summary>Where the server sends, for <see cref="ClientTests.Arguments"/>.</summary>
    protected string[] Outwards =>
        ["--resolver", $"127.0.0.1:{world!.Port}", "--relay-networks", "127.0.0.0/8", "--relay-port", $"{Sink.Port}"];

    /// <summary>Whether what the test needs is here; a test that lacks it says so when it is run.</summary>
    protected virtual bool IsPossible => PeerWorld.IsPossible;

    public override async Task InitializeAsync()
    {
        if (!IsPossible)
            return;
        world = await PeerWorld.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Sink.DisposeAsync();
        if (world is not null)
            await world.DisposeAsync();
    }

    /// <summary>A letter of bob's that the sink knows by its name.</summary>
    private protected static Letter LetterOf(string name) =>
        Letter.Of(
            name,
            $"From: {MailServer.Bob}\nTo: ada@{Peer.Domain}\nSubject: letter {name}\n"
                + "Date: Sun, 22 Nov 2026 08:00:00 +0000\n"
                + $"Message-ID: <{name}@example.test>\n\n{new string('x', 70)}\n"
        );
}
