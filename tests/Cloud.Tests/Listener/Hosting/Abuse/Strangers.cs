using System.Net;
using Cloud.Listener.Hosting;
using Cloud.Listener.Hosting.Abuse;
using Cloud.Listener.Imap;
using Cloud.Listener.Pop3;
using Cloud.Store.Ports;
using Cloud.Tests.Listener.Smtp;
using Cloud.Tests.Sessions;
using Cloud.Wire.Limits;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Listener.Hosting.Abuse;

/// <summary>Ports where this machine is a stranger like any other.</summary>
static class Strangers
{
    /// <summary>Nothing is limited, and nobody exempt: a test sets the one limit that it is about.</summary>
    public static readonly AbuseOptions Judged = AbuseOptions.Off with { Exempt = NetworkList.Empty };

    public static readonly IPAddress Address = IPAddress.Parse("198.51.100.7");

    public static ListenerLimits Limits(AbuseOptions entrance) => new() { Abuse = entrance };

    public static Entrance Entrance(AbuseOptions options, TimeProvider time) =>
        new(Limits(options), time, NullLogger.Instance);

    /// <summary>relay, submissions, imap and pop3 over one gateway.</summary>
    public static Task<TestListener> StartAsync(ListenerLimits limits)
    {
        var gateway = new PlainGateway();
        var (loggers, time) = (NullLoggerFactory.Instance, TimeProvider.System);
        var submission = SmtpServer.Options with { Role = Cloud.Listener.Smtp.SmtpRole.Submission };
        var imap = new ImapOptions { HostName = "imap.example.test" };
        return TestListener.StartAsync(
            [
                ("relay", SmtpServer.Front(gateway, SmtpServer.Options, tls: true), false),
                ("submissions", SmtpServer.Front(gateway, submission, tls: true), true),
                ("imap", new ImapFront(imap, gateway, null, time, Entropy.System, loggers), false),
                ("imaps", new ImapFront(imap, gateway, null, time, Entropy.System, loggers), true),
                ("pop3", new Pop3Front(new Pop3Options(), gateway, null, time, loggers), false),
            ],
            limits,
            behind: gateway
        );
    }

    /// <summary>A session on port 25 with a stranger, over pipes.</summary>
    public static PipedConnection Meet(Entrance entrance, TimeProvider time)
    {
        var peer = new PipedConnection(time);
        peer.Server.ComesFrom(new IPEndPoint(Address, 4711));
        peer.Server.Meet(entrance);
        return peer;
    }
}
