using Cloud.Listener.Hosting.Abuse;
using Cloud.Tests.Repository;
using Cloud.Tests.Sessions;
using Cloud.Wire.Limits;

namespace Cloud.Tests.Listener.Hosting.Abuse;

/// <summary>Plays Sessions/PORT-LIMIT.txt against a server with that one limit set low.</summary>
public sealed class AbuseSessionTests
{
    const string Folder = "tests/Cloud.Tests/Listener/Hosting/Abuse/Sessions";

    static readonly Dictionary<string, AbuseOptions> Limits = new()
    {
        ["early"] = Strangers.Judged with { GreetingPause = TimeSpan.FromMinutes(1) },
        ["foreign"] = Strangers.Judged,
        ["ban"] = Strangers.Judged with { FirstBan = TimeSpan.FromMinutes(10), BanPoints = 5 },
        ["longban"] = Strangers.Judged with { FirstBan = TimeSpan.FromHours(1), BanPoints = 5 },
        ["guesses"] = Strangers.Judged with { RefusedRecipients = MaxRate.PerHour(3) },
        ["messages"] = Strangers.Judged with { Messages = MaxRate.PerHour(2) },
        ["recipients"] = Strangers.Judged with { Recipients = MaxRate.PerHour(2) },
        ["mailbox"] = Strangers.Judged with { PerRecipient = MaxRate.PerHour(1) },
        ["sender"] = Strangers.Judged with { MessagesPerSender = MaxRate.PerHour(1) },
        ["account"] = Strangers.Judged with { Submissions = MaxRate.PerHour(1) },
        ["connections"] = Strangers.Judged with { ConnectionRate = MaxRate.PerMinute(1) },
        ["network"] = Strangers.Judged with { ConnectionsPerNetwork = 1 },
        ["exempt"] = Strangers.Judged with
        {
            Exempt = NetworkList.Loopback,
            GreetingPause = TimeSpan.FromMinutes(1),
            FirstBan = TimeSpan.FromHours(1),
            BanPoints = 1,
            RefusedRecipients = MaxRate.PerHour(1),
            Messages = MaxRate.PerHour(1),
            Recipients = MaxRate.PerHour(1),
            ConnectionRate = MaxRate.PerMinute(1),
        },
    };

    public static TheoryData<string> Scripts =>
        [
            .. Directory
                .GetFiles(Path.Combine(Source.Root, Folder), "*.txt")
                .Select(file => Path.GetFileNameWithoutExtension(file))
                .Order(),
        ];

    [Theory]
    [MemberData(nameof(Scripts))]
    public Task Session(string name) =>
        SessionScript.RunAsync(
            Source.Read($"{Folder}/{name}.txt"),
            () => Strangers.StartAsync(Strangers.Limits(Limits[name.Split('-')[1]])),
            port: name.Split('-')[0]
        );
}
