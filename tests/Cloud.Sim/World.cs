using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Sim;

/// <summary>One history: a store, the processes on it, and peers who use them while things go wrong.</summary>
sealed class World
{
    const int Phases = 3;

    /// <summary>Steps between two kills, and between two moves of the clock, on average.</summary>
    const int KillEvery = 400;
    const int MoveEvery = 60;

    static readonly TimeSpan[] Moves =
    [
        TimeSpan.FromMilliseconds(3),
        TimeSpan.FromMilliseconds(200),
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(70),
        TimeSpan.FromMinutes(6),
    ];

    /// <summary>Longer than the change log is kept; seldom.</summary>
    static readonly TimeSpan Month = TimeSpan.FromDays(31);

    readonly ulong seed;
    readonly List<ImapUser> imapUsers;
    readonly List<Func<Task>> actors;
    int servers;
    bool isCalm;
    bool hasJumped;
    bool isSweeping;

    World(ulong number)
    {
        seed = number;
        Dice = new(number);
        IsSoleOwner = Dice.Below(2) == 0;
        Faults = new(Dice, new[] { 0, 12, 40, 100 }[Dice.Below(4)], mayBeLate: !IsSoleOwner);
        Queues = new(Clock);
        Trace = new(Clock);
        Scheduler = new(Dice, Clock) { Disturb = Disturb };
        Letters = new(Dice);
        imapUsers = [new(this, "alice-1", 0), new(this, "alice-2", 0), new(this, "bob-1", 1)];
        actors =
        [
            .. imapUsers.Select<ImapUser, Func<Task>>(user => user.RunAsync),
            new Pop3User(this, "alice-pop", 0).RunAsync,
            new Pop3User(this, "bob-pop", 1).RunAsync,
            new Sender(this, "sender-1").RunAsync,
            new Sender(this, "sender-2").RunAsync,
            new Sender(this, "sender-3").RunAsync,
            WorkAsync,
            SweepAsync,
        ];
    }

    public SeededEntropy Dice { get; }

    /// <summary>One process owns the store; else several share it.</summary>
    public bool IsSoleOwner { get; }

    public ManualClock Clock { get; } = new();

    public MemoryRows Rows { get; } = new();

    public MemoryBlobs Blobs { get; } = new();

    public MemoryQueues Queues { get; }

    public FaultPlan Faults { get; }

    public Trace Trace { get; }

    public Scheduler Scheduler { get; }

    public Letters Letters { get; }

    public Ledger Ledger { get; } = new();

    public List<Server> Servers { get; } = [];

    /// <summary>Alice, then Bob.</summary>
    public IReadOnlyList<AccountId> Accounts { get; private set; } = [];

    public IReadOnlyList<ImapUser> ImapUsers => imapUsers;

    public Server AnyServer => Servers[Dice.Below(Servers.Count)];

    /// <summary>Plays a seed's history.</summary>
    /// <returns>Its trace.</returns>
    /// <exception cref="HistoryException">The store broke a promise.</exception>
    public static string Play(ulong seed)
    {
        var world = new World(seed);
        try
        {
            world.Play();
            return world.Trace.ToString();
        }
        catch (Exception e)
        {
            throw new HistoryException(seed, world.Trace, e);
        }
    }

    void Play()
    {
        Scheduler.Run([OpenAsync]);
        for (var server = 0; server < (IsSoleOwner ? 1 : 3); server++)
            StartServer();
        for (var phase = 0; phase < Phases; phase++)
        {
            (isCalm, Faults.IsOn, hasJumped) = (false, true, false);
            Scheduler.Run(actors);
            (isCalm, Faults.IsOn) = (true, false);
            Trace.Add("world", "is calm");
            Scheduler.Run([new Invariants(this).CheckAsync]);
        }
    }

    async Task OpenAsync()
    {
        var test = await TestBackend.OpenAsync(Rows, Blobs, Queues, Clock);
        Accounts = [test.AliceId, test.BobId];
    }

    void StartServer()
    {
        servers++;
        Servers.Add(new(this, $"server-{servers}", (seed << 16) + (ulong)servers));
    }

    void Disturb()
    {
        if (isCalm || Servers.Count == 0)
            return;
        if (Dice.Below(KillEvery) == 0)
        {
            var server = AnyServer;
            server.Kill();
            Servers.Remove(server);
            StartServer();
        }
        if (Dice.Below(MoveEvery) == 0)
        {
            var jumps = Dice.Below(25) == 0 && !isSweeping;
            hasJumped |= jumps;
            Clock.Advance(jumps ? Month : Moves[Dice.Below(Moves.Length)]);
        }
    }

    /// <summary>Fetches a message as a session does: it is there byte for byte, or gone.</summary>
    public async Task ReadAsync(Server server, AccountId account, MessageEntry entry)
    {
        if (await server.AskAsync(FetchAsync) is not { } email)
            return;
        var bytes = await server.AskAsync(gateway => Front.ReadAsync(gateway, account, email));
        if (bytes is null)
            Assert.Null(await server.AskAsync(FetchAsync)); // removed in between
        else
            Assert.Equal(Ledger.Attempts[email.Transaction].Content, bytes[email.DeliveryFields.Length..]);

        async Task<Email?> FetchAsync(IGateway gateway) =>
            (await gateway.FetchAsync(account, [entry.Email], default)).SingleOrDefault();
    }

    /// <summary>
    /// The sweep, while all goes on. Not after a leap of the clock: a commit that is under way for a month, while the
    /// sweep looks twice, would miss its bytes; requests do not live so long.
    /// </summary>
    async Task SweepAsync()
    {
        for (var round = 0; round < 3; round++)
        {
            await Scheduler.WaitAsync(patience: Dice.Below(300));
            var server = AnyServer;
            if (hasJumped)
                return;
            isSweeping = true;
            try
            {
                await server.AskAsync(_ => server.Backend.Sweeper.RunAsync(TimeSpan.FromHours(1), default).AsTask());
                Trace.Add("sweep", $"at {server.Name}");
            }
            catch (Exception e) when (e is StoreException or ConnectionLostException)
            {
                Trace.Add("sweep", e.Message);
            }
            finally
            {
                isSweeping = false;
            }
        }
    }

    /// <summary>The rounds of the worker that files what had to wait.</summary>
    async Task WorkAsync()
    {
        for (var round = 0; round < 6; round++)
        {
            await Scheduler.WaitAsync(patience: Dice.Below(150));
            var server = AnyServer;
            try
            {
                var count = await server.AskAsync(_ => server.Backend.Inbound.WorkAsync(default).AsTask());
                Trace.Add("worker", $"{count} at {server.Name}");
            }
            catch (Exception e) when (e is StoreException or ConnectionLostException)
            {
                Trace.Add("worker", e.Message);
            }
        }
    }
}

/// <summary>A history that broke a promise, with what to do about it.</summary>
sealed class HistoryException(ulong seed, Trace trace, Exception cause)
    : Exception($"{trace}\n{cause.Message}\nAgain: CLOUD_SIM_SEED={seed} dotnet test tests/Cloud.Sim", cause);
