namespace Cloud.Clients.Peers;

/// <summary>What a Postfix of our own has in its configuration, whatever it is for.</summary>
static class PostfixFiles
{
    /// <summary>Runs unprivileged users' daemons from one folder, knows only loopback, and has no mail of its own.</summary>
    /// <param name="root">Holds <c>queue</c> and <c>data</c>, which is the user postfix'.</param>
    /// <param name="log">A file under it, or <c>/dev/stdout</c>.</param>
    /// <param name="rest">What this one is for.</param>
    public static string MainCf(string root, string host, string log, string rest) =>
        $"""
            compatibility_level = 3.6
            queue_directory = {root}/queue
            data_directory = {root}/data
            command_directory = /usr/sbin
            daemon_directory = /usr/lib/postfix/sbin
            maillog_file = {log}
            maillog_file_prefixes = {root}, /dev/stdout
            myhostname = {host}
            mydestination =
            inet_interfaces = loopback-only
            inet_protocols = ipv4
            {rest}

            """;

    /// <summary>The services as Debian has them; one that nobody asks for does not run.</summary>
    /// <param name="port">Where mail comes in on 127.0.0.1.</param>
    /// <param name="processes">Sessions at a time.</param>
    /// <param name="option">Of the service that takes mail; null for none.</param>
    public static string MasterCf(int port, int processes, string? option = null) =>
        $"""
            127.0.0.1:{port} inet n - n - {processes} smtpd{(option is null ? "" : $" -o {option}")}
            pickup unix n - n 60 1 pickup
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            tlsmgr unix - - n 1000? 1 tlsmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            verify unix - - n - 1 verify
            flush unix n - n 1000? 0 flush
            proxymap unix - - n - - proxymap
            smtp unix - - n - - smtp
            relay unix - - n - - smtp
            showq unix n - n - - showq
            error unix - - n - - error
            retry unix - - n - - error
            virtual unix - n n - - virtual
            lmtp unix - - n - - lmtp
            anvil unix - - n - 1 anvil
            scache unix - - n - 1 scache
            postlog unix-dgram n - n - 1 postlogd

            """;
}
