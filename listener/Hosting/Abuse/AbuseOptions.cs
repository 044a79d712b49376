using Cloud.Wire.Limits;

namespace Cloud.Listener.Hosting.Abuse;

/// <summary>How strangers are held to measure, by address. Nothing here is about who has logged in, but for one rate.</summary>
/// <remarks>
/// An address is one IPv4 address or one IPv6 /64, a network an IPv4 /24 or an IPv6 /48. All refusals are temporary
/// (4xx, or a closed connection): whoever is held back wrongly tries again and loses no mail.
/// </remarks>
public sealed record AbuseOptions
{
    /// <summary>Networks none of this applies to. Default: this machine.</summary>
    public NetworkList Exempt { get; init; } = NetworkList.Loopback;

    /// <summary>Connections open at once from one network. Default: four addresses at their limit.</summary>
    public int ConnectionsPerNetwork { get; init; } = 1000;

    /// <summary>New connections of one address. Default: 300 a minute, an office of 50 whose mail programs all start.</summary>
    public MaxRate ConnectionRate { get; init; } = MaxRate.PerMinute(300);

    /// <summary>New connections of one network. Default: 1,200 a minute, four addresses at their limit.</summary>
    public MaxRate NetworkConnectionRate { get; init; } = MaxRate.PerMinute(1200);

    /// <summary>Wait before the greeting on port 25, in which nothing may come; zero for none. Default: 2 seconds. Postfix
    /// waits 6; who does not listen talks in the first round trip, and everybody else pays for each second once a day.</summary>
    public TimeSpan GreetingPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an address that has waited is greeted at once. Default: a day, as Postfix.</summary>
    public TimeSpan GreetingPass { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Longest time an answer to an offence is held back; it grows with the points. Zero for none. Default: 5
    /// seconds: senders wait minutes for an answer (RFC 5321 §4.5.3.2), guessers pay with their connections.</summary>
    public TimeSpan Tarpit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Points at which an address is banned; offences weigh from 1 to 50. Default: 100, twenty failed logins or a
    /// hundred guessed recipients in a few minutes.</summary>
    public int BanPoints { get; init; } = 100;

    /// <summary>Time in which half of the points are forgiven. Default: 10 minutes.</summary>
    public TimeSpan PointsHalfLife { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Length of an address's first ban; each further one is twice as long. Zero for no bans. Default: 10 minutes,
    /// as fail2ban.</summary>
    public TimeSpan FirstBan { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest ban; earlier ones are forgotten after as much time without a new one. Default: 12 hours: senders try
    /// for four days and more (RFC 5321 §4.5.4.1).</summary>
    public TimeSpan LongestBan { get; init; } = TimeSpan.FromHours(12);

    /// <summary>From this length on a banned address is not even told so. Default: 1 hour.</summary>
    public TimeSpan WordlessBan { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Recipients that do not exist here, of one address; beyond it every recipient is put off alike, so that
    /// nothing can be learnt. Default: 50 an hour.</summary>
    public MaxRate RefusedRecipients { get; init; } = MaxRate.PerHour(50);

    /// <summary>Messages begun by one address. Default: 1,000 an hour, one large provider's machine for some hundred users.</summary>
    public MaxRate Messages { get; init; } = MaxRate.PerHour(1000);

    /// <summary>Recipients named by one address. Default: 10,000 an hour.</summary>
    public MaxRate Recipients { get; init; } = MaxRate.PerHour(10_000);

    /// <summary>Messages for one recipient, from all strangers together: who is bombed with mail still finds his own. Default:
    /// 1,000 an hour, far beyond what a person or a busy list brings.</summary>
    public MaxRate PerRecipient { get; init; } = MaxRate.PerHour(1000);

    /// <summary>Messages begun under one sender's domain, from wherever. Default: off. Anybody may write any domain there:
    /// a limit lets strangers hold back the mail of those whose name they use.</summary>
    public MaxRate MessagesPerSender { get; init; } = MaxRate.Off;

    /// <summary>Messages begun by one account on the submission ports. Default: 500 an hour.</summary>
    public MaxRate Submissions { get; init; } = MaxRate.PerHour(500);

    /// <summary>Addresses remembered by each of these, those heard of last: 16,384 take some 2 MiB each.</summary>
    public int Remembered { get; init; } = 16 * 1024;

    /// <summary>Nothing is limited.</summary>
    public static AbuseOptions Off { get; } =
        new()
        {
            ConnectionsPerNetwork = int.MaxValue,
            ConnectionRate = MaxRate.Off,
            NetworkConnectionRate = MaxRate.Off,
            GreetingPause = TimeSpan.Zero,
            Tarpit = TimeSpan.Zero,
            FirstBan = TimeSpan.Zero,
            RefusedRecipients = MaxRate.Off,
            Messages = MaxRate.Off,
            Recipients = MaxRate.Off,
            PerRecipient = MaxRate.Off,
            Submissions = MaxRate.Off,
        };
}
