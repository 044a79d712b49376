using System.Text;
using Cloud.Api.Gateway;
using Cloud.Listener.Hosting;
using Cloud.Listener.Tls;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Pop3;

/// <summary>The POP3 server: RFC 1939 with the extensions that <see cref="Commands.Capa"/> lists.</summary>
/// <remarks>
/// What a change here must keep:
/// <list type="bullet">
/// <item>Only QUIT removes messages. A lost connection, a timeout, a stop or a fault removes none.</item>
/// <item>A message is sent as it is stored, or the connection is cut: never a part that looks whole.</item>
/// <item>The maildrop's lock is let go before QUIT is answered, and whenever a session ends.</item>
/// </list>
/// </remarks>
/// <param name="certificate">For STLS; null does not offer it.</param>
public sealed class Pop3Front(
    Pop3Options options,
    IGateway gateway,
    TlsCertificate? certificate,
    TimeProvider time,
    ILoggerFactory loggers
) : IFront
{
    readonly ILogger logger = loggers.CreateLogger<Pop3Front>();

    public ReadOnlyMemory<byte> TooManyConnections { get; } =
        "-ERR [SYS/TEMP] Too many connections, try again later\r\n"u8.ToArray();

    public ReadOnlyMemory<byte> Banned { get; } = Encoding.ASCII.GetBytes($"{Pop3Reply.Banned}\r\n");

    public Task RunAsync(Connection connection) =>
        new Pop3Session(options, gateway, certificate, time, logger, connection).RunAsync();
}
