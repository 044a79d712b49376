namespace Cloud.Clients.Peers;

/// <summary>Exim as Debian builds it, which files by `appendfile` into a Maildir.</summary>
/// <param name="mechanism">PLAIN or LOGIN, and nobody may send who has not logged in; null: everybody may.</param>
sealed class Exim(string? mechanism = null) : UnpackedPeer("exim4-daemon-light")
{
    const string User = "Debian-exim";

    /// <summary>Of who may hand over mail for anybody; the name has what names may have.</summary>
    public const string Login = "relay user, @home";

    public const string Password = "s3 crêt";

    string Program => Path.Combine(Package, "usr/sbin/exim4");

    protected override Task<PeerProcess> RunAsync(int reports)
    {
        foreach (var name in new[] { "spool", "log" })
            Directory.CreateDirectory(At(name));
        Write("exim.conf", Configuration(reports));
        return RunAsync(
            [User],
            $"""
            cp {At("key.pem")} {At("eximkey.pem")}
            chown {User}: {At("spool")} {At("log")} {At("mail")} {At("eximkey.pem")}
            exec {Program} -C {At("exim.conf")} -bdf -q1m
            """
        );
    }

    string Configuration(int reports) =>
        $$$"""
            primary_hostname = {{{Host}}}
            exim_path = {{{Program}}}
            spool_directory = {{{Folder}}}/spool
            log_file_path = {{{Folder}}}/log/%slog
            pid_file_path = {{{Folder}}}/exim.pid
            deliver_drop_privilege = true
            never_users =
            keep_environment =
            local_interfaces = 127.0.0.1
            daemon_smtp_ports = {{{Port}}}
            tls_advertise_hosts = *
            tls_certificate = {{{Folder}}}/cert.pem
            tls_privatekey = {{{Folder}}}/eximkey.pem
            auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}
            smtputf8_advertise_hosts = *
            dsn_advertise_hosts = *
            message_size_limit = 20M
            acl_smtp_rcpt = rcpt
            acl_smtp_data = accept

            begin acl
            rcpt:
              deny message = 5.1.1 nobody of this name
                   local_parts = refused
              {{{(mechanism is null ? "accept" : "accept authenticated = *")}}}

            begin routers
            reports:
              driver = manualroute
              domains = example.test
              route_data = 127.0.0.1
              self = send
              transport = reports
            all:
              driver = accept
              transport = keep

            begin transports
            reports:
              driver = smtp
              port = {{{reports}}}
              hosts_try_dane =
            keep:
              driver = appendfile
              directory = {{{Folder}}}/mail
              maildir_format
              user = {{{User}}}
              group = {{{User}}}
              envelope_to_add
              return_path_add

            {{{Authenticators}}}
            """;

    string Authenticators =>
        mechanism switch
        {
            "PLAIN" => $"""
                begin authenticators
                plain:
                  driver = plaintext
                  public_name = PLAIN
                  server_condition = {Knows("$auth2", "$auth3")}
                  server_set_id = $auth2
                """,
            "LOGIN" => $"""
                begin authenticators
                login:
                  driver = plaintext
                  public_name = LOGIN
                  server_prompts = Username:: : Password::
                  server_condition = {Knows("$auth1", "$auth2")}
                  server_set_id = $auth1
                """,
            _ => "",
        };

    static string Knows(string user, string password) =>
        "${if and{{eq{" + user + "}{" + Login + "}}{eq{" + password + "}{" + Password + "}}}}";
}
