using System.Net;
using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Listener.Imap;
using Cloud.Listener.Pop3;
using Cloud.Listener.Smtp;
using Cloud.Listener.Tls;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

/// <summary>The mail ports by name, and who answers there.</summary>
public sealed class Fronts(
    IGateway gateway,
    TlsCertificate certificate,
    TimeProvider time,
    Entropy entropy,
    ILoggerFactory loggers
)
{
    /// <summary>The ports in the order of the ready line, each with the number registered for it.</summary>
    public static readonly IReadOnlyList<(string Name, int Port)> Registered =
    [
        ("smtp", 25),
        ("submission", 587),
        ("submissions", 465),
        ("imap", 143),
        ("imaps", 993),
        ("pop3", 110),
        ("pop3s", 995),
    ];

    /// <summary>What the server calls itself.</summary>
    public required string Hostname { get; init; }

    /// <summary>Domain of a bare <c>Postmaster</c> (RFC 5321 §4.5.1); null for the host's name.</summary>
    public string? PostmasterDomain { get; init; }

    /// <summary>Judges what comes in by port 25; null takes it unseen.</summary>
    public MessageDoor? Door { get; init; }

    /// <inheritdoc cref="SmtpOptions.TellsClient"/>
    public bool TellsClient { get; init; }

    /// <summary>Whether the gateway has tokens of OAuth 2.0 checked; only then are their mechanisms offered.</summary>
    public bool TakesTokens { get; init; }

    /// <param name="ports">Where each is to listen; null or missing: nowhere.</param>
    public IReadOnlyList<ListenerEndpoint> Endpoints(IReadOnlyDictionary<string, IPEndPoint?> ports)
    {
        var relay = new SmtpOptions
        {
            Hostname = Hostname,
            PostmasterDomain = PostmasterDomain,
            TakesTokens = TakesTokens,
        };
        var submission = Smtp(relay with { Role = SmtpRole.Submission, TellsClient = TellsClient }, null);
        var options = new ImapOptions { HostName = Hostname, TakesTokens = TakesTokens };
        var imap = new ImapFront(options, gateway, certificate, time, entropy, loggers);
        var pop3 = new Pop3Front(new Pop3Options { TakesTokens = TakesTokens }, gateway, certificate, time, loggers);
        (string Name, IFront Front, bool ImplicitTls)[] fronts =
        [
            ("smtp", Smtp(relay, Door), false),
            ("submission", submission, false),
            ("submissions", submission, true),
            ("imap", imap, false),
            ("imaps", imap, true),
            ("pop3", pop3, false),
            ("pop3s", pop3, true),
        ];
        return
        [
            .. from front in fronts
            let address = ports.GetValueOrDefault(front.Name)
            where address is not null
            select new ListenerEndpoint(front.Name, address, front.Front, front.ImplicitTls),
        ];
    }

    SmtpFront Smtp(SmtpOptions options, MessageDoor? door) =>
        new(options, gateway, door, certificate, time, entropy, loggers);
}
