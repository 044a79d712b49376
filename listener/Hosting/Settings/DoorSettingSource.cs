using System.Globalization;
using System.Net;
using Cloud.Dns;
using Cloud.Flow.Door;
using Cloud.Trust.Dmarc;

namespace Cloud.Listener.Hosting.Settings;

/// <summary>Reads how mail from outside is judged: the same settings for `cloud serve` and for the container.</summary>
public abstract class DoorSettingSource(
    IReadOnlyDictionary<string, IReadOnlyList<string>> commandLine,
    Func<string, string?> environment
) : SettingSource(commandLine, environment)
{
    /// <summary>The settings with their values' form and what they are, for the command's help.</summary>
    public static readonly IReadOnlyList<(string Name, string Value, string Description)> DoorNames =
    [
        ("checks", "on|off", "Whether mail from outside is judged: SPF, DKIM, DMARC and what else follows (on)"),
        ("dns-server", "ADDRESS[:PORT]", "A recursive name server; may be repeated (those of /etc/resolv.conf)"),
        ("trusted-network", "NETWORK", "Clients that are not judged, as 192.0.2.0/24; may be repeated (this machine)"),
        ("trusted-forwarder", "NAME", "A forwarder whose ARC seal counts; may be repeated"),
        ("dmarc", "honour|quarantine|report", "How far policies are followed; quarantine never refuses (honour)"),
        ("spf-fail", "score|reject", "What a failure of SPF means where no DMARC policy decides (score)"),
        ("junk-score", "NUMBER", "Where a message goes to Junk (5)"),
        ("reject-score", "NUMBER", "Where it is refused (15)"),
    ];

    enum OnOff
    {
        Off,
        On,
    }

    enum Dmarc
    {
        Honour,
        Quarantine,
        Report,
    }

    protected DoorSettings Door(string hostname)
    {
        var standard = new DoorOptions { Hostname = hostname };
        var options = standard with
        {
            Trusted = All("trusted-network").Count == 0 ? standard.Trusted : Networks(),
            TrustedForwarders = Forwarders(),
            Dmarc = standard.Dmarc with
            {
                Mode = Choice("dmarc", Dmarc.Honour) switch
                {
                    Dmarc.Quarantine => DmarcMode.QuarantineOnly,
                    Dmarc.Report => DmarcMode.ReportOnly,
                    _ => DmarcMode.Honour,
                },
            },
            SpfFailure = Choice("spf-fail", standard.SpfFailure),
            JunkScore = Score("junk-score", standard.JunkScore),
            RejectScore = Score("reject-score", standard.RejectScore),
        };
        Faults.AddRange(options.Faults().Select(fault => $"checks: {fault}."));
        return new(Choice("checks", OnOff.On) == OnOff.On ? options : null, Servers());
    }

    DnsSettings Servers()
    {
        var names = All("dns-server");
        if (names.Count == 0)
            return ResolvConf.Read();
        var servers = new List<IPEndPoint>();
        foreach (var name in names)
        {
            if (DnsSettings.TryParseServer(name) is { } server)
                servers.Add(server);
            else
                Faults.Add($"dns-server: \"{name}\" is not ADDRESS or ADDRESS:PORT.");
        }
        var settings = new DnsSettings { Servers = servers };
        if (servers.Count == names.Count)
            Faults.AddRange(settings.Faults().Select(fault => $"dns-server: {fault}."));
        return settings;
    }

    List<IPNetwork> Networks()
    {
        var networks = new List<IPNetwork>();
        foreach (var text in All("trusted-network"))
        {
            if (IPNetwork.TryParse(text, out var network))
                networks.Add(network);
            else if (IPAddress.TryParse(text, out var address))
                networks.Add(new(address, address.GetAddressBytes().Length * 8));
            else if (text != "none")
                Faults.Add($"trusted-network: \"{text}\" is no network (192.0.2.0/24), address, or none.");
        }
        return networks;
    }

    List<DnsName> Forwarders()
    {
        var forwarders = new List<DnsName>();
        foreach (var text in All("trusted-forwarder"))
        {
            if (DnsName.TryParse(text, out var name))
                forwarders.Add(name);
            else
                Faults.Add($"trusted-forwarder: \"{text}\" is no domain name.");
        }
        return forwarders;
    }

    double Score(string name, double otherwise)
    {
        var text = One(name);
        if (text is null)
            return otherwise;
        if (
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var score)
            && score is > -1e6 and < 1e6
        )
            return score;
        Faults.Add($"{name}: \"{text}\" is no number.");
        return otherwise;
    }
}
