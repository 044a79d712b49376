using System.Net;
using Cloud.Dns;
using Cloud.Flow.Outbound.Relay;
using Cloud.Flow.Outbound.Relay.Smarthosts;
using Cloud.Mail;
using Cloud.Wire.Limits;

namespace Cloud.Functions.Hosting;

/// <summary>How mail goes to other servers.</summary>
sealed partial class SettingsReader
{
    RelayOptions Sender()
    {
        var hostname = Given(Hostname) ?? "localhost";
        if (!EmailAddress.IsDomain(hostname))
            faults.Add($"{Hostname}: is no host name.");
        return new()
        {
            Hostname = hostname,
            Smarthosts = Smarthosts(),
            Allowed = Networks(),
            Port = Number("relay-port", 25, 1, ushort.MaxValue),
        };
    }

    SmarthostTable Smarthosts()
    {
        var secret = Secret();
        var texts = Given(Smarthost)?.Split(SmarthostTableText.Separator, StringSplitOptions.TrimEntries) ?? [];
        var wrong = new List<string>();
        var table = SmarthostTableText.Parse(texts, secret, wrong);
        faults.AddRange(wrong.Select(fault => $"{Smarthost}: {fault}"));
        if (Given(SmarthostUser) is not { } user)
            return table;
        if (secret.IsNone)
            faults.Add($"{SmarthostUser}: needs {SmarthostSecretText}.");
        // Of the default one: a domain's own gets nobody else's password.
        return table.Default is { User: null } host
            ? table with
            {
                Default = host with { User = user, Secret = secret },
            }
            : table;
    }

    SmarthostSecret Secret()
    {
        if (Given(SmarthostSecretFile) is { } file)
        {
            if (!File.Exists(file))
                faults.Add($"{SmarthostSecretFile}: there is no such file.");
            return SmarthostSecret.InFile(file);
        }
        if (Given(SmarthostSecretText) is not { } text)
            return SmarthostSecret.None;
        if (IsUnresolved(text))
            faults.Add($"{SmarthostSecretText}: could not be read from the vault.");
        return SmarthostSecret.Of(text);
    }

    NetworkList Networks()
    {
        var entries = List(RelayNetworks);
        if (entries is ["off"])
            return NetworkList.Empty;
        if (NetworkList.TryParse(entries, out _) is { } networks)
            return networks;
        faults.Add($"{RelayNetworks}: must be addresses or networks, with commas.");
        return NetworkList.Empty;
    }

    DnsSettings Dns()
    {
        var servers = List(Resolver).Select(DnsSettings.TryParseServer).ToList();
        if (servers.Contains(null) || servers.Count > DnsSettings.MaxServers)
            faults.Add($"{Resolver}: must be ADDRESS[:PORT], with commas, at most {DnsSettings.MaxServers}.");
        bool? trusts = Given(TrustAd) is null ? null : Switch(TrustAd);
        return ResolvConf.Read([.. servers.OfType<IPEndPoint>()], trusts);
    }
}
