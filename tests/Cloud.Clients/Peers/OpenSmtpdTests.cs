namespace Cloud.Clients.Peers;

/// <remarks>
/// That of Debian 12 offers STARTTLS and fails at the handshake, with RSA and EC keys (it is older than the OpenSSL it was
/// built with): one of those for whom a try in clear follows, once.
/// </remarks>
public sealed class OpenSmtpdTests : PeerTests
{
    private protected override Peer Peer { get; } = new OpenSmtpd();

    private protected override string Tls => "^$|^Tls1";

    private protected override bool HasSmtpUtf8 => false;

    private protected override bool RepeatsWishes => false;
}
