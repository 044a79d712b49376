using Cloud.Clients.Dns;

namespace Cloud.Clients.Peers;

/// <summary>Postfix as Debian builds it, which files by `virtual` into a Maildir.</summary>
sealed class Postfix : Peer
{
    public override void Require()
    {
        Skip.If(DnsProcess.Find("postfix") is null, "postfix is not installed");
        RequireRoot();
    }

    protected override async Task<PeerProcess> RunAsync(int reports)
    {
        foreach (var name in new[] { "queue", "data" })
            Directory.CreateDirectory(At(name));
        await Tool.RunAsync(Folder, "chown", "postfix:", At("data"));
        await Tool.RunAsync(Folder, "chown", "nobody:", At("mail"));
        Write("etc/main.cf", MainCf(reports));
        Write("etc/master.cf", MasterCf);
        return await PeerProcess.StartAsync(Port, DnsProcess.Find("postfix")!, "-c", At("etc"), "start-fg");
    }

    string MainCf(int reports) =>
        $$"""
            compatibility_level = 3.6
            queue_directory = {{Folder}}/queue
            data_directory = {{Folder}}/data
            command_directory = /usr/sbin
            daemon_directory = /usr/lib/postfix/sbin
            maillog_file = /dev/stdout
            myhostname = {{Host}}
            mydestination =
            alias_maps =
            alias_database =
            inet_interfaces = loopback-only
            inet_protocols = ipv4
            mynetworks =
            smtputf8_enable = yes
            message_size_limit = 20000000
            smtpd_tls_security_level = may
            smtpd_tls_cert_file = {{Folder}}/cert.pem
            smtpd_tls_key_file = {{Folder}}/key.pem
            smtpd_recipient_restrictions =
              check_recipient_access inline:{ { {{Refused}} = 550 5.1.1 nobody of this name } }, reject_unauth_destination
            virtual_mailbox_domains = {{Domain}}
            virtual_mailbox_base = {{Folder}}
            virtual_mailbox_maps = static:mail/
            virtual_mailbox_limit = 0
            virtual_uid_maps = static:65534
            virtual_gid_maps = static:65534
            transport_maps = inline:{ { example.test = smtp:[127.0.0.1]:{{reports}} } }
            """;

    string MasterCf =>
        $"""
            127.0.0.1:{Port} inet n - n - 20 smtpd
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            tlsmgr unix - - n 1000? 1 tlsmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            verify unix - - n - 1 verify
            proxymap unix - - n - - proxymap
            smtp unix - - n - - smtp
            error unix - - n - - error
            retry unix - - n - - error
            virtual unix - n n - - virtual
            anvil unix - - n - 1 anvil
            scache unix - - n - 1 scache
            postlog unix-dgram n - n - 1 postlogd
            """;
}
