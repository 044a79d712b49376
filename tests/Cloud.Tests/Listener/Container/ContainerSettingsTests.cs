using System.Net;
using Cloud.Api.WellKnown;
using Cloud.Listener.Container;
using Cloud.Listener.Hosting;

namespace Cloud.Tests.Listener.Container;

public sealed class ContainerSettingsTests : IDisposable
{
    const string Storage = "AccountName=account;AccountKey=a2V5;BlobEndpoint=https://a.test/";

    readonly DirectoryInfo data = Directory.CreateTempSubdirectory("cloud-data-");

    public void Dispose() => data.Delete(recursive: true);

    [Fact]
    public void The_least_that_must_be_said_listens_on_the_registered_ports()
    {
        var settings = Good(Least());
        Assert.Equal(new IPEndPoint(IPAddress.Any, 25), settings.Ports["smtp"]);
        Assert.Equal(new IPEndPoint(IPAddress.Any, 995), settings.Ports["pop3s"]);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 8080), settings.Http);
        Assert.Equal(new IPEndPoint(IPAddress.Any, 443), settings.Https);
        Assert.Equal(StsMode.Testing, settings.MtaSts);
        Assert.Null(settings.Gateway.Address);
        Assert.Null(settings.Tls.Acme);
        Assert.True(settings.Limits.TrustClientAddress);
        Assert.Equal(250, settings.Limits.ConnectionsPerAddress);
    }

    [Theory]
    [InlineData(null, null, "mta-sts.example.org autoconfig.example.org autodiscover.example.org")]
    [InlineData("off", null, "")]
    [InlineData(null, "mx.example.org", "")]
    public void The_certificate_is_for_the_pages_too_unless_the_operator_names_its_names(
        string? https,
        string? names,
        string more
    )
    {
        var variables = Least();
        variables["CLOUD_HOSTNAME"] = "mx.example.org";
        variables["CLOUD_DOMAIN"] = "Example.org";
        variables["CLOUD_DATA"] = data.FullName;
        variables["CLOUD_ACME"] = "http-01";
        variables["CLOUD_ACME_DIRECTORY"] = "https://acme.test/directory";
        if (https is not null)
            variables["CLOUD_HTTPS"] = https;
        if (names is not null)
            variables["CLOUD_ACME_NAMES"] = names;
        var options = Good(variables).Tls.Acme!.Options;
        Assert.Equal(["mx.example.org"], options.Names);
        Assert.Equal(more, string.Join(' ', options.MoreNames));
    }

    [Fact]
    public void Who_hands_over_to_the_app_offers_tokens_and_needs_no_secret()
    {
        var variables = Least();
        Assert.Null(Good(variables).Tokens);
        variables["CLOUD_OAUTH_INTROSPECTION"] = "https://id.example.org/";
        variables["CLOUD_OAUTH_SCOPE"] = "mail";
        var (_, faults) = new ContainerSettingsReader(variables.GetValueOrDefault).Read();
        variables.Remove("CLOUD_OAUTH_SCOPE");
        Assert.StartsWith("CLOUD_OAUTH_INTROSPECTION: needs", Assert.Single(faults));
        variables["CLOUD_GATEWAY"] = "https://app.test/";
        variables["CLOUD_GATEWAY_KEY"] = "key";
        Assert.NotNull(Good(variables).Tokens);
    }

    [Fact]
    public void Name_servers_can_be_given()
    {
        var variables = Least();
        variables["CLOUD_RESOLVER"] = "192.0.2.53, 192.0.2.54:5353";
        Assert.Equal(["192.0.2.53:53", "192.0.2.54:5353"], Good(variables).Door.Dns.Servers.Select(one => $"{one}"));
    }

    [Fact]
    public void Lists_have_semicolons_between_them_for_their_codes_have_commas()
    {
        var variables = Least();
        variables["CLOUD_DNS_LIST"] =
            "dbl.spamhaus.org weight=4 codes=127.0.1.2-99 for=helo,mailfrom,from; bl.spamcop.net weight=2";
        Assert.Equal(
            ["dbl.spamhaus.org", "bl.spamcop.net"],
            Good(variables).Door.Options!.Lists.Select(list => $"{list.Zone}")
        );
    }

    [Fact]
    public void Where_no_directory_outlives_a_restart_a_container_keeps_what_acme_issued()
    {
        var variables = Least();
        variables["CLOUD_HOSTNAME"] = "mx.example.org";
        variables["CLOUD_ACME"] = "http-01";
        variables["CLOUD_ACME_DIRECTORY"] = "https://acme.test/directory";
        variables["CLOUD_ACME_CONTAINER"] = "listener";
        Assert.StartsWith("CLOUD_ACME_CONTAINER: needs", Assert.Single(Faults(variables)));
        variables.Remove("CLOUD_STORAGE");
        foreach (var service in new[] { "blob", "queue", "table" })
            variables[$"CLOUD_{service.ToUpperInvariant()}_ENDPOINT"] = $"https://a.{service}.test/";
        var acme = Good(variables).Tls.Acme!;
        Assert.Equal((new Uri("https://a.blob.test/listener"), null), (acme.Container, acme.Directory));
        variables["CLOUD_ACME_CONTAINER"] = "not/a/container";
        Assert.StartsWith("CLOUD_ACME_CONTAINER: \"not/a/container\"", Assert.Single(Faults(variables)));
    }

    [Fact]
    public void A_gateway_key_may_have_commas()
    {
        var variables = Least();
        variables["CLOUD_GATEWAY"] = "https://mail.azurewebsites.test/";
        variables["CLOUD_GATEWAY_KEY"] = "one, and another, half";
        Assert.Equal("one, and another, half", Good(variables).Gateway.Key);
    }

    [Fact]
    public void All_faults_are_told_at_once_by_the_variables_names()
    {
        var faults = Faults(
            new()
            {
                ["CLOUD_SMTP"] = "nowhere",
                ["CLOUD_IMAP"] = "0.0.0.0:8443",
                ["CLOUD_HTTP"] = "0.0.0.0:8443",
                ["CLOUD_TRUST_CLIENT_ADDRESS"] = "perhaps",
                ["CLOUD_CONNECTIONS_PER_ADDRESS"] = "0",
                ["CLOUD_LOG_FORMAT"] = "xml",
                ["CLOUD_ACME"] = "tls-alpn-01",
                ["CLOUD_ACME_CONTACT"] = "nobody",
                ["CLOUD_ACME_KEY_ID"] = "7",
                ["CLOUD_TLS_VAULT_SECRET"] = "https://vault.test/keys/mx",
                ["CLOUD_TLS_VAULT_HOURS"] = "48",
            }
        );
        string[] names =
        [
            "CLOUD_HOSTNAME: ",
            "CLOUD_GATEWAY: ",
            "CLOUD_STORAGE: ",
            "CLOUD_SMTP: ",
            "CLOUD_IMAP, CLOUD_HTTP: ",
            "CLOUD_TRUST_CLIENT_ADDRESS: ",
            "CLOUD_CONNECTIONS_PER_ADDRESS: ",
            "CLOUD_LOG_FORMAT: ",
            "CLOUD_ACME: ",
            "CLOUD_ACME_DIRECTORY: ",
            "CLOUD_ACME_CONTACT: ",
            "CLOUD_ACME_KEY_ID, CLOUD_ACME_KEY: ",
            "CLOUD_DATA: ",
            "CLOUD_TLS_VAULT_SECRET: ",
            "CLOUD_TLS_VAULT_HOURS: ",
            "CLOUD_TLS_CERT, CLOUD_TLS_VAULT_SECRET, CLOUD_ACME: ",
        ];
        Assert.All(names, name => Assert.Contains(faults, fault => fault.StartsWith(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_functions_app_needs_https_and_one_way_to_prove_who_calls()
    {
        var least = Least();
        least["CLOUD_GATEWAY"] = "https://mail.azurewebsites.test/";
        Assert.StartsWith("CLOUD_GATEWAY_KEY, CLOUD_GATEWAY_AUDIENCE: ", Assert.Single(Faults(least)));
        least["CLOUD_GATEWAY_KEY"] = "secret key";
        Assert.Equal("secret key", Good(least).Gateway.Key);
        least["CLOUD_GATEWAY_AUDIENCE"] = "api://mail";
        Assert.DoesNotContain("secret key", Assert.Single(Faults(least)));
        least.Remove("CLOUD_GATEWAY_KEY");
        least["CLOUD_GATEWAY"] = "http://mail.azurewebsites.test/";
        Assert.Contains("https", Assert.Single(Faults(least)));
    }

    [Fact]
    public void By_identity_a_functions_app_leaves_tables_to_itself_and_a_direct_listener_needs_them()
    {
        var least = Least();
        least.Remove("CLOUD_STORAGE");
        least["CLOUD_BLOB_ENDPOINT"] = "https://a.blob.test";
        least["CLOUD_QUEUE_ENDPOINT"] = "https://a.queue.test";
        Assert.StartsWith("CLOUD_TABLE_ENDPOINT: ", Assert.Single(Faults(least)));
        least["CLOUD_GATEWAY"] = "https://mail.azurewebsites.test/";
        least["CLOUD_GATEWAY_AUDIENCE"] = "api://mail";
        least["AZURE_CLIENT_ID"] = "11111111-2222-3333-4444-555555555555";
        var settings = Good(least);
        Assert.Null(settings.Endpoints!.Table);
        Assert.Equal("11111111-2222-3333-4444-555555555555", settings.Identity);
    }

    [Fact]
    public void Acme_takes_the_hosts_name_and_port_80_unless_told_otherwise()
    {
        var least = Least();
        least["CLOUD_ACME"] = "http-01";
        least["CLOUD_ACME_DIRECTORY"] = "https://authority.test/directory";
        least["CLOUD_DATA"] = data.FullName;
        var acme = Good(least).Tls.Acme!;
        Assert.Equal(["mx.example.test"], acme.Options.Names);
        Assert.Equal(80, acme.Http!.Port);

        least["CLOUD_ACME_NAMES"] = "MX.example.test, bücher.example.test, *.example.test";
        Assert.Contains("*.example.test", Assert.Single(Faults(least)));
        least["CLOUD_ACME"] = "dns-01";
        least["CLOUD_ACME_ZONE"] =
            "/subscriptions/0/resourceGroups/mail/providers/Microsoft.Network/dnsZones/example.test";
        acme = Good(least).Tls.Acme!;
        Assert.Equal(["mx.example.test", "xn--bcher-kva.example.test", "*.example.test"], acme.Options.Names);
        Assert.Null(acme.Http);
    }

    [Theory]
    [InlineData("https://mx.vault.azure.net/secrets/mx", true)]
    [InlineData("https://127.0.0.1:8443/secrets/mx", true)]
    [InlineData("https://vault.example.org/secrets/mx", false)]
    [InlineData("https://evilvault.azure.net/secrets/mx", false)]
    [InlineData("https://vault.azure.net.example.org/secrets/mx", false)]
    public void A_token_for_vaults_goes_to_a_vault_only(string address, bool isTaken)
    {
        var least = Least();
        least["CLOUD_TLS_VAULT_SECRET"] = address;
        if (isTaken)
            Assert.Equal(new Uri(address), Good(least).Tls.VaultSecret);
        else
            Assert.StartsWith("CLOUD_TLS_VAULT_SECRET: ", Assert.Single(Faults(least)));
    }

    [Theory]
    [InlineData("https://a.blob.test/?sv=2024-11-04&sig=hunter2")]
    [InlineData("https://somebody:hunter2@a.blob.test/")]
    [InlineData("http://a.blob.test/?sig=hunter2")]
    public void An_address_with_a_secret_in_it_is_refused_and_not_repeated(string address)
    {
        var least = Least();
        least.Remove("CLOUD_STORAGE");
        least["CLOUD_BLOB_ENDPOINT"] = address;
        least["CLOUD_QUEUE_ENDPOINT"] = "https://a.queue.test";
        least["CLOUD_TABLE_ENDPOINT"] = "https://a.table.test";
        var fault = Assert.Single(Faults(least));
        Assert.StartsWith("CLOUD_BLOB_ENDPOINT: ", fault);
        Assert.DoesNotContain("hunter2", fault);
    }

    [Fact]
    public void Off_and_empty_are_the_same_as_nothing_said()
    {
        var least = Least();
        (least["CLOUD_ACME"], least["CLOUD_ACME_ZONE"], least["CLOUD_POP3"]) = ("off", "", "off");
        var settings = Good(least);
        Assert.Null(settings.Tls.Acme);
        Assert.Null(settings.Ports["pop3"]);
        Assert.Equal(LogFormat.Plain, settings.LogFormat);
    }

    static Dictionary<string, string> Least() =>
        new()
        {
            ["CLOUD_HOSTNAME"] = "mx.example.test",
            ["CLOUD_GATEWAY"] = "direct",
            ["CLOUD_STORAGE"] = $"{Storage};QueueEndpoint=https://q.test/;TableEndpoint=https://t.test/",
        };

    static ContainerSettings Good(Dictionary<string, string> variables)
    {
        var (settings, faults) = new ContainerSettingsReader(variables.GetValueOrDefault).Read();
        Assert.Empty(faults);
        return settings!;
    }

    static IReadOnlyList<string> Faults(Dictionary<string, string> variables)
    {
        var (settings, faults) = new ContainerSettingsReader(variables.GetValueOrDefault).Read();
        Assert.Null(settings);
        return faults;
    }
}
