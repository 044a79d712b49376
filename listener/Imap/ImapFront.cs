using Cloud.Api.Gateway;
using Cloud.Listener.Hosting;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Tls;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Imap;

/// <summary>IMAP4rev1 (RFC 3501) for clients that read mail.</summary>
/// <param name="certificate">For STARTTLS; null on a port that does not offer it.</param>
public sealed class ImapFront(
    ImapOptions options,
    IGateway gateway,
    TlsCertificate? certificate,
    TimeProvider time,
    Entropy entropy,
    ILoggerFactory loggers
) : IFront
{
    readonly ImapServices services = new(
        options,
        gateway,
        certificate,
        time,
        entropy,
        loggers.CreateLogger<ImapFront>()
    );

    public ReadOnlyMemory<byte> TooManyConnections { get; } =
        "* BYE [UNAVAILABLE] Too many connections\r\n"u8.ToArray();

    public ReadOnlyMemory<byte> Banned { get; } =
        "* BYE [UNAVAILABLE] Too much abuse from your address; try again later\r\n"u8.ToArray();

    public Task RunAsync(Connection connection) => new ImapSession(services, connection).RunAsync();
}

/// <summary>What all sessions of a front share.</summary>
sealed record ImapServices(
    ImapOptions Options,
    IGateway Gateway,
    TlsCertificate? Certificate,
    TimeProvider Time,
    Entropy Entropy,
    ILogger Logger
)
{
    public SelectedMailboxes Mailboxes { get; } = new();
}
