using Cloud.Dns;
using Cloud.Flow.Door.Greylisting;
using Cloud.Flow.Submission;
using Cloud.Functions.Authorization;
using Cloud.Functions.Hosting;

namespace Cloud.Tests.Functions;

/// <summary>What the app is told by its environment.</summary>
public sealed class HandlerSettingsTests
{
    static readonly Dictionary<string, string> Good = new()
    {
        ["FUNCTIONS_CUSTOMHANDLER_PORT"] = "5000",
        ["MailStorage__blobServiceUri"] = "https://name.blob.core.windows.net",
        ["MailStorage__queueServiceUri"] = "https://name.queue.core.windows.net",
        ["MailStorage__tableServiceUri"] = "https://name.table.core.windows.net",
        ["CLOUD_GATEWAY_KEY"] = "0123456789abcdef0123456789abcdef",
    };

    static (HandlerSettings? Settings, IReadOnlyList<string> Faults) Read(
        params (string Name, string? Value)[] changes
    ) => ReaderOf(changes).Read();

    static SettingsReader ReaderOf(params (string Name, string? Value)[] changes)
    {
        var environment = new Dictionary<string, string?>(Good!);
        foreach (var (name, value) in changes)
            environment[name] = value;
        return new SettingsReader(environment.GetValueOrDefault);
    }

    [Fact]
    public void Endpoints_and_a_users_identity_are_taken()
    {
        var (settings, _) = Read(("MailStorage__credential", "managedidentity"), ("MailStorage__clientId", "id"));
        Assert.Equal((5000, "id"), (settings!.Port, settings.Storage.ManagedIdentity));
        Assert.Empty(settings.Storage.Faults());
    }

    [Fact]
    public void A_connection_string_under_the_exact_name_outweighs_endpoints()
    {
        var (settings, _) = Read(("MailStorage", "UseDevelopmentStorage=true"));
        Assert.Equal("UseDevelopmentStorage=true", settings!.Storage.ConnectionString);
        Assert.Null(settings.Storage.BlobEndpoint);
    }

    [Fact]
    public void Tokens_of_users_can_be_checked()
    {
        Assert.Null(Read().Settings!.Tokens);
        (string, string?)[] asked =
        [
            ("CLOUD_OAUTH_INTROSPECTION", "https://id.example.org/"),
            ("CLOUD_OAUTH_CLIENT", "mail"),
            ("CLOUD_OAUTH_CLAIM", "upn"),
            ("CLOUD_OAUTH_SCOPE", "mail"),
        ];
        var tokens = Read([.. asked, ("CLOUD_OAUTH_SECRET", "s")]).Settings!.Tokens!;
        Assert.Equal(("mail", "s", "upn"), (tokens.Client, tokens.Secret, tokens.Claim));
        Assert.StartsWith("CLOUD_OAUTH_INTROSPECTION: needs", Assert.Single(Read(asked).Faults));
        var unresolved = Read([.. asked, ("CLOUD_OAUTH_SECRET", "@Microsoft.KeyVault(SecretUri=https://x)")]).Faults;
        Assert.Equal("CLOUD_OAUTH_SECRET: could not be read from the vault.", Assert.Single(unresolved));
    }

    [Fact]
    public void Name_servers_can_be_given()
    {
        Assert.Equal(ResolvConf.Read().Servers, Read().Settings!.Dns.Servers);
        var dns = Read(("CLOUD_RESOLVER", "192.0.2.53, 192.0.2.54:5353")).Settings!.Dns;
        Assert.Equal(["192.0.2.53:53", "192.0.2.54:5353"], dns.Servers.Select(one => $"{one}"));
        Assert.False(dns.TrustAuthenticated);
        Assert.True(Read(("CLOUD_RESOLVER", "127.0.0.1"), ("CLOUD_TRUST_AD", "true")).Settings!.Dns.TrustAuthenticated);
    }

    [Fact]
    public void How_long_strangers_wait_can_be_set()
    {
        Assert.Equal(new GreylistOptions(), Read().Settings!.Greylist);
        var greylist = Read(("CLOUD_GREYLIST_MINUTES", "2"), ("CLOUD_GREYLIST_NETWORK_AFTER", "0")).Settings!.Greylist;
        Assert.Equal((TimeSpan.FromMinutes(2), 0), (greylist.Delay, greylist.AllowNetworkAfter));
        Assert.Equal(new GreylistOptions().RetryWindow, greylist.RetryWindow);
        Assert.Equal(
            "CLOUD_GREYLIST_MINUTES: must be a number from 1 to 720.",
            Assert.Single(Read(("CLOUD_GREYLIST_MINUTES", "0")).Faults)
        );
    }

    [Fact]
    public void What_is_not_said_of_sending_is_as_with_the_servers()
    {
        var settings = Read().Settings!;
        var standard = new SubmissionOptions();
        Assert.Equal(standard.PerAccount, settings.Submission.PerAccount);
        Assert.Equal(standard.PerDomain, settings.Submission.PerDomain);
        Assert.Equal(
            ("localhost", 25, true),
            (settings.Relay.Hostname, settings.Relay.Port, settings.Relay.Allowed.IsEmpty)
        );
        Assert.Null(settings.Relay.Smarthosts.Default);
    }

    [Fact]
    public void How_much_may_be_sent_can_be_set_and_0_is_no_limit()
    {
        var options = Read(
            ("CLOUD_SEND_MESSAGES_HOUR", "7"),
            ("CLOUD_SEND_MESSAGES_DAY", "0"),
            ("CLOUD_SEND_RECIPIENTS_HOUR", ""),
            ("CLOUD_SEND_RECIPIENTS_DAY", "0"),
            ("CLOUD_DOMAIN_MESSAGES_HOUR", "8"),
            ("CLOUD_DOMAIN_MESSAGES_DAY", "9"),
            ("CLOUD_DOMAIN_RECIPIENTS_HOUR", "10"),
            ("CLOUD_DOMAIN_RECIPIENTS_DAY", "11")
        ).Settings!.Submission;
        Assert.Equal([7, 2_000], options.PerAccount.Select(limit => limit.Most));
        Assert.Equal([8, 9, 10, 11], options.PerDomain.Select(limit => limit.Most));
    }

    [Fact]
    public void Smarthosts_can_be_given_and_who_we_are_to_the_default_one()
    {
        var relay = Read(
            ("CLOUD_HOSTNAME", "mail.example.org"),
            ("CLOUD_SMARTHOST", "smtp.example.net:587,minute=30;example.com=off;example.org=[2001:db8::1]:465"),
            ("CLOUD_SMARTHOST_USER", "apikey, or a name with commas"),
            ("CLOUD_SMARTHOST_SECRET", "tell nobody"),
            ("CLOUD_RELAY_NETWORKS", "10.0.0.0/8, 192.0.2.1"),
            ("CLOUD_RELAY_PORT", "2525")
        ).Settings!.Relay;
        var host = relay.Smarthosts.Default!;
        Assert.Equal(("smtp.example.net", 30, "apikey, or a name with commas"), (host.Host, host.PerMinute, host.User));
        Assert.False(host.Secret.IsNone);
        Assert.Null(relay.Smarthosts.Of("example.com"));
        var other = relay.Smarthosts.Of("example.org")!;
        Assert.Equal(("2001:db8::1", 465, null, true), (other.Host, other.Port, other.User, other.Secret.IsNone));
        Assert.Equal(("mail.example.org", 2525), (relay.Hostname, relay.Port));
        Assert.True(relay.Allowed.Contains(System.Net.IPAddress.Parse("10.1.2.3")));
    }

    [Theory]
    [InlineData("CLOUD_SEND_MESSAGES_HOUR", "secret")]
    [InlineData("CLOUD_SEND_RECIPIENTS_DAY", "-1")]
    [InlineData("CLOUD_DOMAIN_MESSAGES_DAY", "1000001")]
    [InlineData("CLOUD_DOMAIN_RECIPIENTS_HOUR", "1.5")]
    [InlineData("CLOUD_HOSTNAME", "no host")]
    [InlineData("CLOUD_SMARTHOST", "smtp.example.net:0")]
    [InlineData("CLOUD_SMARTHOST", "smtp.example.net:587,tls")]
    [InlineData("CLOUD_SMARTHOST", "smtp.example.net:587,user=me")]
    [InlineData("CLOUD_SMARTHOST_USER", "me")]
    [InlineData("CLOUD_SMARTHOST_SECRET", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/secret)")]
    [InlineData("CLOUD_SMARTHOST_SECRET_FILE", "/nonexistent/secret")]
    [InlineData("CLOUD_RELAY_NETWORKS", "10.0.0.0/33")]
    [InlineData("CLOUD_RELAY_PORT", "0")]
    [InlineData("CLOUD_RELAY_PORT", "65536")]
    public void A_setting_of_sending_that_cannot_be_is_named(string name, string value)
    {
        var (settings, faults) = Read((name, value));
        Assert.Null(settings);
        Assert.StartsWith($"{name}: ", Assert.Single(faults));
        Assert.DoesNotContain("vault.azure.net", faults[0]);
    }

    [Fact]
    public void Reports_are_sent_unless_they_are_off()
    {
        var standard = Read(("CLOUD_HOSTNAME", "mail.example.test")).Settings!.Reports;
        Assert.Equal((true, true, null), (standard.SendsDmarc, standard.SendsTls, standard.From));
        Assert.Equal("mail.example.test", standard.HostName);
        var other = Read(
            ("CLOUD_DMARC_REPORTS", "off"),
            ("CLOUD_REPORT_FROM", "reports@example.test"),
            ("CLOUD_REPORT_ORGANIZATION", "Example, Inc.")
        ).Settings!.Reports;
        Assert.Equal((false, true, "Example, Inc."), (other.SendsDmarc, other.SendsTls, other.Organization));
        Assert.Equal("reports@example.test", $"{other.From}");
        var (_, faults) = Read(("CLOUD_TLS_REPORTS", "never"), ("CLOUD_REPORT_FROM", "nobody"));
        Assert.Equal(
            ["CLOUD_REPORT_FROM: \"nobody\" is no address in ASCII.", "CLOUD_TLS_REPORTS: must be on or off."],
            faults.Order()
        );
    }

    [Fact]
    public void Every_fault_is_told_at_once()
    {
        var (settings, faults) = new SettingsReader(_ => null).Read();
        Assert.Null(settings);
        string[] names =
        [
            "FUNCTIONS_CUSTOMHANDLER_PORT",
            "MailStorage__blobServiceUri",
            "MailStorage__queueServiceUri",
            "MailStorage__tableServiceUri",
            "CLOUD_GATEWAY_KEY",
        ];
        Assert.Equal(names, faults.Select(fault => fault[..fault.IndexOf(':')]));
    }

    [Theory]
    [InlineData("FUNCTIONS_CUSTOMHANDLER_PORT", "0")]
    [InlineData("FUNCTIONS_CUSTOMHANDLER_PORT", "65536")]
    [InlineData("MailStorage__blobServiceUri", "http://name.blob.core.windows.net")]
    [InlineData("MailStorage__blobServiceUri", "https://name.blob.core.windows.net?sig=secret")]
    [InlineData("MailStorage", "AccountName=secret")]
    [InlineData("MailStorage__credential", "secret")]
    [InlineData("CLOUD_GATEWAY_KEY", "secret")]
    [InlineData("CLOUD_GATEWAY_KEY", null)]
    [InlineData("CLOUD_GATEWAY_AUTH", "secret")]
    [InlineData("CLOUD_KEY_ENCRYPTION_KEY", "secret")]
    [InlineData("CLOUD_KEY_ENCRYPTION_KEY", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/secret)")]
    [InlineData("CLOUD_LOG_LEVEL", "secret")]
    [InlineData("CLOUD_ENDS_WITH_INPUT", "secret")]
    [InlineData("CLOUD_RESOLVER", "secret.example.org")]
    [InlineData("CLOUD_TRUST_AD", "secret")]
    [InlineData(
        "CLOUD_RESOLVER",
        "192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4,192.0.2.5,192.0.2.6,192.0.2.7,192.0.2.8,192.0.2.9"
    )]
    public void A_value_that_cannot_be_is_named_and_not_shown(string name, string? value)
    {
        var (settings, faults) = Read((name, value));
        Assert.Null(settings);
        Assert.StartsWith(name, Assert.Single(faults));
        Assert.DoesNotContain("secret", faults[0]);
    }

    static readonly (string Name, string? Value)[] Tokens =
    [
        ("CLOUD_GATEWAY_KEY", null),
        ("CLOUD_GATEWAY_AUTH", "token"),
        ("CLOUD_GATEWAY_TENANT", "11111111-2222-3333-4444-555555555555"),
        ("CLOUD_GATEWAY_AUDIENCE", "api://cloud, 22222222-2222-3333-4444-555555555555"),
    ];

    [Fact]
    public void Tokens_need_a_tenant_and_an_audience_and_the_rest_has_defaults()
    {
        var rules = ReaderOf(Tokens).Rules()!;
        Assert.Equal(new Guid("11111111-2222-3333-4444-555555555555"), rules.Tenant);
        Assert.Equal(["api://cloud", "22222222-2222-3333-4444-555555555555"], rules.Audiences);
        Assert.Equal("Gateway.Call", rules.Role);
        Assert.Empty(rules.Clients);
        var callers = Assert.IsType<TokenAuthorization>(Read(Tokens).Settings!.GatewayCallers);
        Assert.StartsWith("Bearer", callers.Challenge);
    }

    [Fact]
    public void A_role_and_callers_can_be_named()
    {
        const string Two = "99999999-8888-7777-6666-555555555555,88888888-8888-7777-6666-555555555555";
        var rules = ReaderOf([.. Tokens, ("CLOUD_GATEWAY_ROLE", "Other"), ("CLOUD_GATEWAY_CLIENTS", Two)]).Rules()!;
        Assert.Equal("Other", rules.Role);
        Assert.Equal(Two.Split(',').Select(Guid.Parse), rules.Clients);
    }

    [Theory]
    [InlineData("CLOUD_GATEWAY_TENANT", null)]
    [InlineData("CLOUD_GATEWAY_TENANT", "secret.onmicrosoft.com")]
    [InlineData("CLOUD_GATEWAY_AUDIENCE", null)]
    [InlineData("CLOUD_GATEWAY_AUDIENCE", " , ")]
    [InlineData("CLOUD_GATEWAY_CLIENTS", "99999999-8888-7777-6666-555555555555,secret")]
    public void A_setting_for_tokens_that_cannot_be_is_named_and_not_shown(string name, string? value)
    {
        var (settings, faults) = Read([.. Tokens, (name, value)]);
        Assert.Null(settings);
        Assert.StartsWith(name, Assert.Single(faults));
        Assert.DoesNotContain("secret", faults[0]);
    }

    [Fact]
    public void Without_a_key_of_ours_the_platform_must_be_named_as_the_guard()
    {
        var (settings, _) = Read(("CLOUD_GATEWAY_KEY", null), ("CLOUD_GATEWAY_AUTH", "platform"));
        Assert.IsType<PlatformAuthorization>(settings!.GatewayCallers);
    }
}
