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
