using System.Globalization;
using System.Net;
using Cloud.Dns;
using Cloud.Flow.Door;
using Cloud.Flow.Outbound.Reports;
using Cloud.Mail;
using Cloud.Trust.Dmarc;
using Cloud.Trust.DnsLists;
using Cloud.Trust.Scanners;
using Cloud.Wire.Limits;

namespace Cloud.Listener.Hosting.Settings;

/// <summary>Reads how mail from outside is judged: the same settings for `cloud serve` and for the container.</summary>
public abstract partial class DoorSettingSource(
    IReadOnlyDictionary<string, IReadOnlyList<string>> commandLine,
    Func<string, string?> environment
) : SettingSource(commandLine, environment)
{
    /// <summary>Name servers, of the door and of the way out; the Functions app reads it by the same name.</summary>
    protected const string ResolverName = "resolver";

    /// <inheritdoc cref="ResolverName"/>
    protected const string TrustAdName = "trust-ad";

    /// <summary>The settings with their values' form and what they are, for the command's help.</summary>
    public static readonly IReadOnlyList<(string Name, string Value, string Description)> DoorNames =
    [
        ("checks", "on|off", "Whether mail from outside is judged: SPF, DKIM, DMARC and what else follows (on)"),
        (ResolverName, "ADDRESS[:PORT]", "A recursive name server; may be repeated (those of /etc/resolv.conf)"),
        (TrustAdName, "true|false", "Whether it is believed that it validated (DNSSEC), which DANE needs (false)"),
        ("psl", "FILE", "A newer Public Suffix List, as `cloud psl` writes it (DIR/public_suffix.txt, if it is there)"),
        ("trusted-forwarder", "NAME", "A forwarder whose ARC seal counts; may be repeated"),
        ("dmarc", "honour|quarantine|report", "How far policies are followed; quarantine never refuses (honour)"),
        ("spf-fail", "score|reject", "What a failure of SPF means where no DMARC policy decides (score)"),
        ("dns-failure", "accept|defer", "What becomes of mail whose sender cannot be looked up in time (accept)"),
        ("dns-list", "LIST", "\"ZONE weight=4 codes=127.0.0.2-11 for=client\", see docs/trust.md; may be repeated"),
        ("greylist", "off|suspicious|all", "Which strangers have to try again in some minutes (off)"),
        ("score", "RULE=NUMBER", "Points of a rule of docs/junk.md, 0 to turn it off; may be repeated"),
        ("junk-score", "NUMBER", "Points from which a message goes to Junk (5)"),
        ("reject-score", "NUMBER|never", "Points from which it is refused (15)"),
        ("quarantine-score", "NUMBER", "Points from which it goes to --quarantine instead of its recipients"),
        ("quarantine", "ADDRESS", "An address of this server that gets what is quarantined"),
        .. ScannerNames,
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

    /// <param name="hostname">What the server calls itself; the authserv-id of its fields.</param>
    /// <param name="trusted">Who is neither limited nor judged.</param>
    protected DoorSettings Door(string hostname, NetworkList trusted)
    {
        var standard = new DoorOptions { Hostname = hostname };
        var options = standard with
        {
            Trusted = trusted,
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
            LookupFailure = Choice("dns-failure", standard.LookupFailure),
            Greylist = Choice("greylist", standard.Greylist),
            Lists = Lists(),
            Content = standard.Content with
            {
                Scores = Scores(),
                JunkAt = Score("junk-score") ?? standard.Content.JunkAt,
                RejectAt = One("reject-score") is "never" ? null : Score("reject-score") ?? standard.Content.RejectAt,
            },
            QuarantineAt = Score("quarantine-score"),
            QuarantineAddress = Quarantine(),
            CountsForReports = !"off".Equals(One(ReportSettings.Dmarc), StringComparison.OrdinalIgnoreCase),
            Scanners = [.. Scanners()],
            ScanPolicy = ScanPolicy(),
        };
        Faults.AddRange(options.Faults().Select(fault => $"checks: {fault}."));
        var suffixes = One("psl") is { } file ? new SuffixSource(file, MayBeMissing: false) : null;
        return new(Choice("checks", OnOff.On) == OnOff.On ? options : null, Servers(), suffixes);
    }

    DnsSettings Servers()
    {
        var names = All(ResolverName);
        bool? trusts = One(TrustAdName) is null ? null : Switch(TrustAdName);
        var servers = new List<IPEndPoint>();
        foreach (var name in names)
        {
            if (DnsSettings.TryParseServer(name) is { } server)
                servers.Add(server);
            else
                Faults.Add($"{ResolverName}: \"{name}\" is not ADDRESS or ADDRESS:PORT.");
        }
        var settings = ResolvConf.Read(servers, trusts);
        if (servers.Count == names.Count)
            Faults.AddRange(settings.Faults().Select(fault => $"{ResolverName}: {fault}."));
        return settings;
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

    List<DnsList> Lists()
    {
        var lists = new List<DnsList>();
        foreach (var text in All("dns-list"))
        {
            if (DnsList.TryParse(text, out var list, out var fault))
                lists.Add(list);
            else
                Faults.Add($"dns-list: {fault}.");
        }
        return lists;
    }

    string? Quarantine()
    {
        var text = One("quarantine");
        if (text is not null && EmailAddress.TryParse(text) is null)
            Faults.Add($"quarantine: \"{text}\" is no address.");
        return text;
    }

    /// <summary>Whether there are such rules, and how many points they may have, is for the options to say.</summary>
    Dictionary<string, decimal> Scores()
    {
        var scores = new Dictionary<string, decimal>();
        foreach (var text in All("score"))
        {
            if (text.Split('=') is [var rule, var number] && Points(number) is { } points)
                scores[rule] = points;
            else
                Faults.Add($"score: \"{text}\" is not RULE=NUMBER.");
        }
        return scores;
    }

    decimal? Score(string name)
    {
        var text = One(name);
        if (text is null)
            return null;
        if (Points(text) is { } score && Math.Abs(score) <= 1_000_000)
            return score;
        Faults.Add($"{name}: \"{text}\" is no number of points.");
        return null;
    }

    static decimal? Points(string text)
    {
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        return decimal.TryParse(text, style, CultureInfo.InvariantCulture, out var points) ? points : null;
    }
}
