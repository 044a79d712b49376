namespace Cloud.Tests.Infra;

public sealed class PostdeployTests : IDisposable
{
    const string Vault = "case $1 in keyvault) echo secret-of-the-gateway ;; esac";

    readonly HookStage stage = new HookStage()
        .Stub("az", Vault)
        .Stub("cloud", "echo 'smtp 25 ok'")
        .Set("AZURE_RESOURCE_GROUP", "rg-post")
        .Set("AZURE_KEY_VAULT_NAME", "kv-abc")
        .Set("SERVICE_FUNCTIONS_NAME", "func-abc")
        .Set("CLOUD_MAIL_HOST", "mail.example.org")
        .Set("CLOUD_LISTENER_ADDRESS", "192.0.2.25")
        .Set("CLOUD_DOMAINS", "example.org,example.net");

    public void Dispose() => stage.Dispose();

    [Fact]
    public async Task The_platform_learns_the_key_and_the_server_is_asked()
    {
        var (code, output, errors) = await stage.RunAsync("postdeploy");
        Assert.True(code == 0, errors);
        Assert.Contains("smtp 25 ok", output);
        Assert.Contains(
            "cloud check mail.example.org --address 192.0.2.25 --domain example.org --allow-untrusted",
            stage.Calls
        );
        Assert.Contains(
            stage.Calls,
            call =>
                call.Contains("functionapp keys set --resource-group rg-post --name func-abc", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task The_key_is_no_argument_and_not_printed()
    {
        var (_, output, errors) = await stage.RunAsync("postdeploy");
        Assert.DoesNotContain("secret-of-the-gateway", output + errors + string.Concat(stage.Calls));
    }

    [Fact]
    public async Task Without_a_user_it_says_that_the_server_is_only_greeted()
    {
        var (code, output, _) = await stage.Set("CLOUD_CHECK_USER", "ada@example.org").RunAsync("postdeploy");
        Assert.Equal(0, code);
        Assert.Contains("The server is only greeted.", output);
        Assert.DoesNotContain(stage.Calls, call => call.Contains("--send", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_a_user_a_message_goes_the_whole_round_and_the_password_is_no_argument()
    {
        var (code, output, errors) = await stage
            .Stub("cloud", "echo \"for $CLOUD_CHECK_USER, ${#CLOUD_CHECK_PASSWORD}\"")
            .Set("CLOUD_CHECK_USER", "ada@example.org")
            .Set("CLOUD_CHECK_PASSWORD", "open-sesame")
            .RunAsync("postdeploy");
        Assert.True(code == 0, errors);
        Assert.Contains("for ada@example.org, 11", output);
        Assert.Contains(stage.Calls, call => call.EndsWith(" --send", StringComparison.Ordinal));
        Assert.DoesNotContain("only greeted", output);
        Assert.DoesNotContain("open-sesame", output + errors + string.Concat(stage.Calls));
    }

    [Fact]
    public async Task Container_apps_are_not_asked_for_the_port_they_lack()
    {
        await stage.Set("CLOUD_LISTENER_HOST", "containerapp").RunAsync("postdeploy");
        Assert.Contains(stage.Calls, call => call.EndsWith("--pop3 off", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_cannot_be_read_is_told()
    {
        var (code, _, errors) = await stage.Stub("az", "exit 1").RunAsync("postdeploy");
        Assert.Equal(1, code);
        Assert.Contains("cannot be read from kv-abc", errors);
        Assert.DoesNotContain(stage.Calls, call => call.Contains("keys set", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_cannot_be_set_is_told()
    {
        var (code, _, errors) = await stage
            .Stub("az", $"{Vault}\ncase $1 in functionapp) exit 1 ;; esac")
            .RunAsync("postdeploy");
        Assert.Equal(1, code);
        Assert.Contains("cannot be set at func-abc", errors);
    }

    [Fact]
    public async Task A_server_that_does_not_work_fails_the_deployment()
    {
        var (code, output, errors) = await stage
            .Stub("cloud", "echo 'imaps 993 failed'; exit 1")
            .RunAsync("postdeploy");
        Assert.Equal(1, code);
        Assert.Contains("imaps 993 failed", output);
        Assert.Contains("azd hooks run postdeploy", errors);
    }

    [Fact]
    public async Task Without_provisioning_it_says_what_to_run()
    {
        var (code, _, errors) = await stage.Set("AZURE_KEY_VAULT_NAME", "").RunAsync("postdeploy");
        Assert.Equal(1, code);
        Assert.Contains("Run: azd provision", errors);
    }
}
