using Cloud.Flow.Door.Greylisting;
using Cloud.Flow.Submission;
using Cloud.Listener.Hosting.Abuse;
using Cloud.Wire.Limits;

namespace Cloud.Listener.Hosting.Settings;

/// <summary>What is set of the ports as a whole: how many connections, from whom, and how strangers are dealt with.</summary>
public abstract partial class SettingSource
{
    /// <summary>Highest number taken where a number means "so many": beyond it is as good as no limit.</summary>
    const int Most = 1_000_000;

    /// <summary>The settings read here: each with the value a command line shows, and what it is, its default in brackets.</summary>
    public static IReadOnlyList<(string Name, string Value, string Description)> StrangerNames { get; } =
    [
        ("connections", "NUMBER", "Connections open at once (10000)"),
        ("connections-per-address", "NUMBER", "Connections open at once from one address (250)"),
        ("connections-per-network", "NUMBER", "The same from one /24, or /48 of IPv6 (1000)"),
        ("connection-rate", "NUMBER", "New connections of an address in a minute, 0 for any number (300)"),
        (
            "trust-client-address",
            "true|false",
            "false behind a proxy that hides clients: nothing is limited by address then (true)"
        ),
        ("proxy-networks", "NETWORK", "Proxies that name clients by the PROXY protocol; may be repeated"),
        (
            "exempt-networks",
            "NETWORK",
            "Networks that are neither limited nor judged, or off; may be repeated (this machine)"
        ),
        ("greeting-pause", "SECONDS", "Wait before an unknown peer is greeted on port 25 (2)"),
        ("tarpit", "SECONDS", "Longest time the answer to a mistake is held back (5)"),
        ("ban-minutes", "NUMBER", "First ban of an abusive address, doubled each time up to 12 hours; 0 for none (10)"),
        (
            "refused-recipients-rate",
            "NUMBER",
            "Unknown recipients of an address in an hour before all are put off (50)"
        ),
        ("message-rate", "NUMBER", "Messages of an address in an hour, 0 for any number (1000)"),
        ("recipient-rate", "NUMBER", "Recipients of an address in an hour, 0 for any number (10000)"),
        ("mailbox-rate", "NUMBER", "Messages for a recipient in an hour, 0 for any number (1000)"),
        ("sender-rate", "NUMBER", "Messages of a sender's domain in an hour (0: any number)"),
        ("submission-rate", "NUMBER", "Messages an account hands to this listener in an hour, 0 for any number (500)"),
        ("tells-client", "true|false", "Submitted mail tells its recipients the client's name and address (false)"),
    ];

    /// <summary>What may be sent, wherever the gateway runs.</summary>
    protected SubmissionOptions Submission() =>
        SubmissionSettings.Read((name, standard) => Number(name, standard, 0, Most));

    /// <summary>How long strangers wait, wherever the gateway runs.</summary>
    protected GreylistOptions GreylistTimes() => GreylistSettings.Read(Number);

    protected bool TellsClient() => Switch("tells-client");

    protected ListenerLimits Limits()
    {
        var standard = new ListenerLimits();
        return standard with
        {
            Connections = Number("connections", standard.Connections, 1, Most),
            ConnectionsPerAddress = Number("connections-per-address", standard.ConnectionsPerAddress, 1, Most),
            TrustClientAddress = Switch("trust-client-address", standard.TrustClientAddress),
            Proxies = Networks("proxy-networks", standard.Proxies),
            Abuse = Abuse(standard.Abuse),
        };
    }

    AbuseOptions Abuse(AbuseOptions standard)
    {
        var rate = Rate("connection-rate", standard.ConnectionRate);
        return standard with
        {
            Exempt = Networks("exempt-networks", standard.Exempt),
            ConnectionsPerNetwork = Number("connections-per-network", standard.ConnectionsPerNetwork, 1, Most),
            ConnectionRate = rate,
            NetworkConnectionRate = rate with { Count = 4 * rate.Count }, // Four addresses at their limit, as by default.
            GreetingPause = Seconds("greeting-pause", standard.GreetingPause, 30),
            Tarpit = Seconds("tarpit", standard.Tarpit, 60),
            FirstBan = TimeSpan.FromMinutes(Number("ban-minutes", (int)standard.FirstBan.TotalMinutes, 0, 720)),
            RefusedRecipients = Rate("refused-recipients-rate", standard.RefusedRecipients),
            Messages = Rate("message-rate", standard.Messages),
            Recipients = Rate("recipient-rate", standard.Recipients),
            PerRecipient = Rate("mailbox-rate", standard.PerRecipient),
            MessagesPerSender = Rate("sender-rate", MaxRate.PerHour(0)),
            Submissions = Rate("submission-rate", standard.Submissions),
        };
    }

    MaxRate Rate(string name, MaxRate standard) => standard with { Count = Number(name, standard.Count, 0, Most) };

    /// <summary>Less than the shortest wait of a peer for an answer.</summary>
    TimeSpan Seconds(string name, TimeSpan standard, int most) =>
        TimeSpan.FromSeconds(Number(name, (int)standard.TotalSeconds, 0, most));

    /// <summary>Networks with their prefix, or single addresses; <c>off</c> for none.</summary>
    NetworkList Networks(string name, NetworkList otherwise)
    {
        var entries = All(name);
        if (entries.Count == 0)
            return otherwise;
        if (entries is [var only] && only.Equals("off", StringComparison.OrdinalIgnoreCase))
            return NetworkList.Empty;
        if (NetworkList.TryParse(entries, out var fault) is { } networks)
            return networks;
        Faults.Add(
            fault is null
                ? $"{name}: more than {NetworkList.MaxEntries} networks."
                : $"{name}: \"{fault}\" is no address and no network, such as 192.0.2.0/24 or 2001:db8::/32."
        );
        return otherwise;
    }
}
