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
        Write("etc/main.cf", PostfixFiles.MainCf(Folder, Host, "/dev/stdout", Settings(reports)));
        Write("etc/master.cf", PostfixFiles.MasterCf(Port, processes: 20));
        return await PeerProcess.StartAsync(Port, DnsProcess.Find("postfix")!, "-c", At("etc"), "start-fg");
    }

    string Settings(int reports) =>
        $$"""
            alias_maps =
            alias_database =
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
}
