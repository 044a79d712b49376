namespace Cloud.Clients.Peers;

/// <summary>OpenSMTPD as Debian builds it, which files by its mail.maildir.</summary>
sealed class OpenSmtpd() : UnpackedPeer("opensmtpd")
{
    const string Libexec = "usr/libexec/opensmtpd";

    public override string Refusal => "550 Invalid recipient";

    protected override Task<PeerProcess> RunAsync(int reports)
    {
        Write("smtpd.conf", Configuration(reports));
        return RunAsync(
            ["opensmtpd", "opensmtpq"],
            $"""
            mount -t tmpfs tmpfs /var/spool
            mkdir -m 711 /var/spool/smtpd
            mount -t tmpfs tmpfs /var/lib
            mkdir -p -m 755 /var/lib/opensmtpd/empty
            mount -t tmpfs tmpfs /usr/libexec
            cp -r {Path.Combine(Package, Libexec)} /{Libexec}
            chown nobody: {At("mail")}
            exec {Path.Combine(Package, "usr/sbin/smtpd")} -d -f {At("smtpd.conf")}
            """
        );
    }

    string Configuration(int reports) =>
        $$"""
            pki {{Host}} cert "{{Folder}}/cert.pem"
            pki {{Host}} key "{{Folder}}/key.pem"
            table known { "ada@{{Domain}}", "bert@{{Domain}}" }
            table everybody { "@{{Domain}}" = nobody }
            smtp max-message-size 20M
            listen on 127.0.0.1 port {{Port}} tls pki {{Host}} hostname {{Host}}
            action "keep" maildir "{{Folder}}/mail" virtual <everybody>
            action "reports" relay host "smtp://127.0.0.1:{{reports}}"
            match from any for rcpt-to <known> action "keep"
            match for domain "example.test" action "reports"
            match from any for domain "example.test" action "reports"
            """;
}
