namespace Cloud.Tests.Infra;

public sealed class PreprovisionTests : IDisposable
{
    readonly HookStage stage = new HookStage().Stub("az").Stub("azd").Set("AZURE_ENV_NAME", "post");

    public void Dispose() => stage.Dispose();

    [Fact]
    public async Task What_is_right_passes_without_a_word()
    {
        stage.Set("CLOUD_DOMAINS", "example.org, example.net");
        Assert.Equal((0, "", ""), await stage.RunAsync("preprovision"));
    }

    [Fact]
    public async Task Every_fault_is_told_at_once()
    {
        stage
            .Set("AZURE_ENV_NAME", "A name that is much too long")
            .Set("CLOUD_DOMAINS", "example")
            .Set("CLOUD_LISTENER_HOST", "aks")
            .Set("CLOUD_DNS_ZONE_ID", "example.org");
        var (code, _, errors) = await stage.RunAsync("preprovision");
        Assert.Equal(1, code);
        Assert.Equal(5, errors.Split("error: ").Length - 1);
        Assert.DoesNotContain(stage.Calls, call => call.StartsWith("azd", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-example.org")]
    [InlineData("example..org")]
    [InlineData("example.org,exa mple")]
    [InlineData("example.org;reboot")]
    public async Task What_is_no_domain_is_refused(string domains)
    {
        stage.Set("CLOUD_DOMAINS", domains);
        var (code, _, errors) = await stage.RunAsync("preprovision");
        Assert.Equal(1, code);
        Assert.Contains("azd env set CLOUD_DOMAINS", errors);
    }

    [Theory]
    [InlineData("mail")]
    [InlineData("https://mail.example.org")]
    [InlineData("mail.example.org.")]
    [InlineData("-mail.example.org")]
    [InlineData("mail-.example.org")]
    [InlineData("mail example.org")]
    public async Task What_is_no_host_name_is_refused(string host)
    {
        stage.Set("CLOUD_DOMAINS", "example.org").Set("CLOUD_MAIL_HOST", host);
        var (code, _, errors) = await stage.RunAsync("preprovision");
        Assert.Equal(1, code);
        Assert.Contains($"CLOUD_MAIL_HOST is \"{host}\"", errors);
    }

    [Theory]
    [InlineData("Mail.Example.ORG", false)]
    [InlineData("example.org", false)]
    [InlineData("mail.notexample.org", true)]
    [InlineData("mail.example.net", true)]
    public async Task A_host_outside_of_the_zone_is_warned_about_its_certificate(string host, bool warned)
    {
        stage
            .Set("CLOUD_DOMAINS", "example.org")
            .Set("CLOUD_MAIL_HOST", host)
            .Set("CLOUD_LISTENER_HOST", "containerapp")
            .Set(
                "CLOUD_DNS_ZONE_ID",
                "/subscriptions/S/resourceGroups/dns/providers/Microsoft.Network/dnsZones/example.org"
            );
        var (code, _, errors) = await stage.RunAsync("preprovision");
        Assert.Equal(0, code);
        Assert.Equal(warned, errors.Contains("is not in the zone example.org"));
    }

    [Fact]
    public async Task Without_the_azure_command_line_nothing_begins()
    {
        using var bare = new HookStage().Set("AZURE_ENV_NAME", "post").Set("CLOUD_DOMAINS", "example.org");
        var (code, _, errors) = await bare.RunAsync("preprovision");
        Assert.Equal(1, code);
        Assert.Contains("the Azure CLI (az) is missing", errors);
    }

    [Fact]
    public async Task Who_is_not_signed_in_is_told_how()
    {
        stage.Stub("az", "exit 1").Set("CLOUD_DOMAINS", "example.org");
        var (code, _, errors) = await stage.RunAsync("preprovision");
        Assert.Equal(1, code);
        Assert.Contains("Run: az login", errors);
    }

    [Theory]
    [InlineData("203.0.113.9", 1)]
    [InlineData("192.0.2.25", 0)]
    public async Task A_ptr_is_asked_for_only_when_the_name_leads_to_the_address(string resolved, int expected)
    {
        stage
            .Stub("getent", $"echo '{resolved}  STREAM mail.example.org'")
            .Set("CLOUD_DOMAINS", "example.org")
            .Set("CLOUD_REVERSE_DNS", "true")
            .Set("CLOUD_MAIL_HOST", "mail.example.org")
            .Set("CLOUD_LISTENER_ADDRESS", "192.0.2.25");
        var (code, _, errors) = await stage.RunAsync("preprovision");
        Assert.Equal(expected, code);
        Assert.Equal(expected == 1, errors.Contains("does not resolve to 192.0.2.25 yet"));
    }

    [Fact]
    public async Task A_smarthost_that_SPF_will_not_name_is_warned_about()
    {
        stage.Set("CLOUD_DOMAINS", "example.org").Set("CLOUD_SMARTHOST_HOST", "smtp.example.net");
        var (code, _, errors) = await stage.RunAsync("preprovision");
        Assert.Equal(0, code);
        Assert.Contains("mail leaves through smtp.example.net, which SPF will not name", errors);
        Assert.Equal((0, "", ""), await stage.Set("CLOUD_SPF_INCLUDE", "spf.example.net").RunAsync("preprovision"));
    }

    [Theory]
    [InlineData("/subscriptions/S/resourceGroups/G/providers/Microsoft.KeyVault/vaults/V/secrets/mx-2026", true)]
    [InlineData("/subscriptions/S/resourceGroups/G/providers/Microsoft.KeyVault/vaults/V/secrets/mx/0123", false)]
    [InlineData("/subscriptions/S/resourceGroups/G/providers/Microsoft.KeyVault/vaults/V/secrets/", false)]
    [InlineData("/subscriptions/S/resourceGroups/G/providers/Microsoft.KeyVault/vaults/V", false)]
    [InlineData("https://v.vault.azure.net/secrets/mx", false)]
    public async Task A_certificate_in_a_vault_is_named_by_its_secrets_id(string id, bool isRight)
    {
        stage.Set("CLOUD_DOMAINS", "example.org").Set("CLOUD_CERTIFICATE_ID", id);
        var (code, _, errors) = await stage.Set("CLOUD_LISTENER_HOST", "containerapp").RunAsync("preprovision");
        Assert.Equal(isRight ? (0, "") : (1, errors), (code, errors));
        Assert.Equal(
            !isRight,
            errors.Contains("CLOUD_CERTIFICATE_ID is not the resource id", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task The_vault_of_a_try_that_failed_is_found_again()
    {
        stage.Stub("az", "case $1 in keyvault) echo kv-abc ;; esac").Set("CLOUD_DOMAINS", "example.org");
        var (code, _, _) = await stage.RunAsync("preprovision");
        Assert.Equal(0, code);
        Assert.Contains("azd env set AZURE_KEY_VAULT_NAME kv-abc", stage.Calls);
    }

    [Fact]
    public async Task A_container_app_without_azure_dns_is_warned_about_its_certificate()
    {
        stage.Set("CLOUD_DOMAINS", "example.org").Set("CLOUD_LISTENER_HOST", "containerapp");
        var (code, _, errors) = await stage.RunAsync("preprovision");
        Assert.Equal(0, code);
        Assert.Contains("warning: on containerapp", errors);
    }
}
