using System.Text;
using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Listener.Hosting;
using Cloud.Listener.Tls;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Smtp;

/// <summary>Receives mail: RFC 5321 on port 25, RFC 6409 and RFC 8314 on the submission ports.</summary>
/// <remarks>
/// Invariants of this room:
/// <list type="bullet">
/// <item>250 after a message means that the gateway has it durably; any other end leaves nothing of it.</item>
/// <item>A message's octets go to the upload as they come: a session holds one read of the pipe, never a message.</item>
/// <item>Only <c>CRLF . CRLF</c> ends DATA; a bare CR or LF refuses the message (or the line) it stands in.</item>
/// <item>A command's octets come from the peer after the last change of trust: nothing sent before TLS counts after.</item>
/// </list>
/// </remarks>
/// <param name="door">Judges mail from outside; null takes it unseen.</param>
/// <param name="certificate">Null: STARTTLS is not offered.</param>
public sealed class SmtpFront(
    SmtpOptions options,
    IGateway gateway,
    MessageDoor? door,
    TlsCertificate? certificate,
    TimeProvider time,
    Entropy entropy,
    ILoggerFactory loggers
) : IFront
{
    readonly ILogger logger = loggers.CreateLogger<SmtpFront>();

    public ReadOnlyMemory<byte> TooManyConnections { get; } =
        Encoding.ASCII.GetBytes($"{Replies.TooManyConnections}\r\n");

    public ReadOnlyMemory<byte> Banned { get; } = Encoding.ASCII.GetBytes($"{Replies.Banned}\r\n");

    public Task RunAsync(Connection connection) =>
        new SmtpSession(options, gateway, door, certificate, time, entropy, logger, connection).RunAsync(
            CancellationToken.None
        );
}
