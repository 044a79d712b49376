using Cloud.Listener.Hosting;
using Cloud.Listener.Imap;
using Cloud.Listener.Pop3;
using Cloud.Listener.Smtp;
using Cloud.Listener.Tls;
using Cloud.Tests.Fakes;
using Cloud.Tests.Listener.Smtp;
using Cloud.Tests.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Listener;

/// <summary>All ports where a user authenticates, on one store.</summary>
static class SaslPorts
{
    public static readonly string[] Names = ["imap", "imaps", "submission", "submissions", "pop3", "pop3s"];

    /// <param name="clear">Passwords are taken in clear from this machine.</param>
    /// <param name="certificate">For STARTTLS; null for that of all test listeners.</param>
    public static Task<TestListener> ListenAsync(
        TestBackend test,
        bool tokens = false,
        bool clear = true,
        TlsCertificate? certificate = null,
        ListenerLimits? limits = null
    )
    {
        var loggers = NullLoggerFactory.Instance;
        certificate ??= TestListener.Tls;
        var imap = new ImapFront(
            new() { ClearPasswordsFromLoopback = clear, TakesTokens = tokens },
            test.Gateway,
            certificate,
            test.Time,
            test.Entropy,
            loggers
        );
        var submission = new SmtpFront(
            SmtpServer.Options with
            {
                Role = SmtpRole.Submission,
                TakesTokens = tokens,
            },
            test.Gateway,
            null,
            certificate,
            test.Time,
            test.Entropy,
            loggers
        );
        var pop3 = new Pop3Front(
            new() { AllowPlainTextOnLoopback = clear, TakesTokens = tokens },
            test.Gateway,
            certificate,
            test.Time,
            loggers
        );
        return TestListener.StartAsync(
            [
                ("imap", imap, false),
                ("imaps", imap, true),
                ("submission", submission, false),
                ("submissions", submission, true),
                ("pop3", pop3, false),
                ("pop3s", pop3, true),
            ],
            limits
        );
    }
}
