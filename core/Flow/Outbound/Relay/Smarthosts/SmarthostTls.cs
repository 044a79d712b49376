using System.Security.Cryptography.X509Certificates;
using Cloud.Flow.Outbound.Relay.Tls;
using Cloud.Wire.Smtp;

namespace Cloud.Flow.Outbound.Relay.Smarthosts;

/// <summary>What is demanded of the connection to a smarthost: what its operator has set, and nothing of a stranger's.</summary>
static class SmarthostTls
{
    public static HostTls Of(Smarthost smarthost, X509Certificate2Collection? roots) =>
        new()
        {
            Demand =
                smarthost.Security == SmarthostSecurity.None ? SmtpTlsDemand.None
                : smarthost.VerifyCertificate ? SmtpTlsDemand.Verified([smarthost.Host], roots)
                : SmtpTlsDemand.Encrypted,
            ServerName = System.Net.IPAddress.TryParse(smarthost.Host, out _) ? null : smarthost.Host,
            Key = $"smarthost {smarthost.User}",
        };
}
