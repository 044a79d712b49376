using System.Text;
using System.Text.RegularExpressions;
using Cloud.Tests.Repository;

namespace Cloud.Tests.Infra;

/// <summary>setup.sh on a machine of stubs, its paths moved into a folder, as the run command of the template gives it.</summary>
public sealed class SetupTests : IDisposable
{
    const string Prepare = "usr/local/sbin/cloud-listener-prepare";
    const string Image = "crx.azurecr.io/cloud-listener:abc1234";
    const string Settings =
        "CLOUD_HOSTNAME=mail.example.org\nCLOUD_DNS_LIST=zen.spamhaus.org weight=4; bl.test weight=2";

    const string Secrets =
        "CLOUD_GATEWAY_KEY=https://kv.vault.azure.net/secrets/gateway-key "
        + "CLOUD_RSPAMD_PASSWORD=https://kv.vault.azure.net/secrets/rspamd-password";

    /// <summary>Metadata service, vault, registry and the listener's health, by the address that is asked.</summary>
    const string Curl = """
        for address in "$@"; do :; done
        case "$*" in
        *169.254.169.254*) echo '{"access_token":"token-of-the-machine"}' ;;
        */secrets/gateway-key*) echo '{"value":"key, with a comma"}' ;;
        */secrets/rspamd-password*) echo '{"value":"open sesame"}' ;;
        */oauth2/exchange*) echo '{"refresh_token":"token-of-the-registry"}' ;;
        *:8080/ready) exit 0 ;;
        *) exit 22 ;;
        esac
        """;

    /// <summary>As jq -er .NAME.</summary>
    const string Jq = """
        value=$(sed -n "s/.*\"${2#.}\":\"\([^\"]*\)\".*/\1/p")
        [ -n "$value" ] && printf '%s\n' "$value"
        """;

    readonly HookStage stage = new HookStage()
        .Stub("cloud-init")
        .Stub("systemctl")
        .Stub("journalctl", "echo 'the last words of the listener'")
        .Stub("sleep")
        .Stub("podman", "case $1 in login) cat >password ;; esac")
        .Stub("curl", Curl)
        .Stub("jq", Jq)
        .Write("usr/local/sbin/.keep", "")
        .Write("etc/systemd/system/.keep", "")
        .Write("run/.keep", "");

    public SetupTests() => Put(Image);

    public void Dispose() => stage.Dispose();

    [Fact]
    public async Task The_listener_is_put_in_place_and_started_and_that_can_be_repeated()
    {
        for (var time = 0; time < 2; time++)
        {
            var (code, output, errors) = await stage.RunScriptAsync("setup.sh");
            Assert.True(code == 0, errors);
            Assert.Equal($"setup: {Image} runs\n", output);
        }
        Assert.Equal(Image, stage.Read("etc/cloud-listener/image"));
        Assert.Equal("client-id", stage.Read("etc/cloud-listener/identity"));
        Assert.Equal(Secrets.Replace(' ', '\n') + "\n", stage.Read("etc/cloud-listener/secrets"));
        Assert.Equal(Settings, stage.Read("etc/cloud-listener/settings"));
        Assert.Equal(
            ["daemon-reload", "enable --quiet cloud-listener.service", "restart cloud-listener.service"],
            stage
                .Calls.Where(call => call.StartsWith("systemctl ", StringComparison.Ordinal))
                .Take(3)
                .Select(c => c[10..])
        );
        Assert.True(stage.ModeOf(Prepare).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public async Task The_unit_starts_what_is_put_in_place()
    {
        await stage.RunScriptAsync("setup.sh");
        var unit = stage.Read("etc/systemd/system/cloud-listener.service");
        Assert.Contains($"ExecStartPre={stage.Moved("/" + Prepare)}\n", unit);
        Assert.Contains($"--env-file {stage.Moved("/etc/cloud-listener/settings")} ", unit);
        Assert.Contains($"--env-file {stage.Moved("/run/cloud-listener/secrets")} ", unit);
        Assert.Contains($"\"$(cat {stage.Moved("/etc/cloud-listener/image")})\"", unit);
    }

    [Fact]
    public async Task Before_a_start_the_secrets_are_fetched_into_memory_for_root_alone()
    {
        await stage.RunScriptAsync("setup.sh");
        var (code, _, errors) = await stage.RunScriptAsync(Prepare);
        Assert.True(code == 0, errors);
        Assert.Equal(
            "CLOUD_GATEWAY_KEY=key, with a comma\nCLOUD_RSPAMD_PASSWORD=open sesame\n",
            stage.Read("run/cloud-listener/secrets")
        );
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, stage.ModeOf("run/cloud-listener/secrets"));
        Assert.Equal("token-of-the-registry\n", stage.Read("password"));
        Assert.Contains($"podman pull --quiet {Image}", stage.Calls);
        Assert.DoesNotContain("token-of-", string.Concat(stage.Calls));
        Assert.DoesNotContain("open sesame", string.Concat(stage.Calls));
        Assert.All(["header", "token", "secrets.new"], name => Assert.False(stage.Has($"run/cloud-listener/{name}")));
    }

    [Fact]
    public async Task An_image_from_elsewhere_needs_no_login()
    {
        Put("registry.example/listener:1");
        await stage.RunScriptAsync("setup.sh");
        Assert.Equal(0, (await stage.RunScriptAsync(Prepare)).ExitCode);
        Assert.DoesNotContain(stage.Calls, call => call.Contains(" login ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_that_cannot_be_had_starts_nothing_and_leaves_no_token_behind()
    {
        await stage.RunScriptAsync("setup.sh");
        stage.Stub("curl", "case \"$*\" in */secrets/rspamd*) exit 22 ;; esac\n" + Curl);
        Assert.NotEqual(0, (await stage.RunScriptAsync(Prepare)).ExitCode);
        Assert.All(
            ["header", "secrets", "secrets.new"],
            name => Assert.False(stage.Has($"run/cloud-listener/{name}"), name)
        );
        Assert.DoesNotContain(stage.Calls, call => call.StartsWith("podman pull", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_its_registry_the_image_that_is_here_does()
    {
        await stage.RunScriptAsync("setup.sh");
        stage.Stub("podman", "case $1 in pull) exit 125 ;; esac");
        Assert.Equal(0, (await stage.RunScriptAsync(Prepare)).ExitCode);
        stage.Stub("podman", "case $1 in pull | image) exit 125 ;; esac");
        Assert.NotEqual(0, (await stage.RunScriptAsync(Prepare)).ExitCode);
    }

    [Fact]
    public async Task A_listener_that_does_not_get_ready_fails_the_deployment_with_its_last_words()
    {
        stage.Stub("curl", "exit 7");
        var (code, _, errors) = await stage.RunScriptAsync("setup.sh");
        Assert.Equal(1, code);
        Assert.Contains($"setup: {Image} does not get ready", errors);
        Assert.Contains("the last words of the listener", errors);
    }

    [Theory]
    [InlineData(2, 0)] // ended with warnings
    [InlineData(1, 1)]
    public async Task A_machine_that_was_not_prepared_is_not_set_up(int cloudInit, int expected)
    {
        stage.Stub("cloud-init", $"exit {cloudInit}");
        Assert.Equal(expected, (await stage.RunScriptAsync("setup.sh")).ExitCode);
    }

    [Fact]
    public async Task A_machine_is_prepared_by_what_can_be_read_with_all_that_setup_calls()
    {
        Assert.Empty(await Tool.CloudInitAsync(Path.Combine(Tool.Infra, "app", "listener", "cloud-init.yaml")));
        var setup = Source.Read("infra/app/listener/setup.sh");
        var packages = Regex.Match(Source.Read("infra/app/listener/cloud-init.yaml"), @"packages: \[([^\]]+)\]").Groups[
            1
        ];
        Assert.All(packages.Value.Split(", "), package => Assert.Matches($@"\b{package} ", setup));
    }

    [Theory]
    [InlineData("#cloud-config\n", "", "#cloud-config")]
    [InlineData("runcmd:\n", "runcmd\n", "not YAML")]
    [InlineData("runcmd:", "run_cmd:", "run_cmd")]
    [InlineData("- path: /etc", "- path: etc", "write_files/0/path")]
    [InlineData("    content: |", "    contents: |", "write_files/0")]
    [InlineData("  - sysctl --system", "  - sysctl: system", "runcmd/0")]
    [InlineData("curl, jq]", "curl, [jq]]", "packages/2")]
    public async Task A_mistake_in_what_prepares_the_machine_is_found(string right, string wrong, string said)
    {
        var text = Source.Read("infra/app/listener/cloud-init.yaml");
        Assert.Contains(right, text);
        stage.Write("cloud-init.yaml", text.Replace(right, wrong, StringComparison.Ordinal));
        Assert.Contains(
            await Tool.CloudInitAsync(stage.Moved("/cloud-init.yaml")),
            fault => fault.Contains(said, StringComparison.Ordinal)
        );
    }

    /// <summary>The script behind the lines that listener-vm.bicep puts before it.</summary>
    void Put(string image)
    {
        var script = Source.Read("infra/app/listener/setup.sh");
        foreach (var path in new[] { "/etc/cloud-listener", "/usr/local/sbin", "/etc/systemd", "/run/cloud-listener" })
            script = script.Replace(path, stage.Moved(path), StringComparison.Ordinal);
        var settings = Convert.ToBase64String(Encoding.UTF8.GetBytes(Settings));
        stage.Write(
            "setup.sh",
            $"IMAGE='{image}'\nIDENTITY='client-id'\nSECRETS='{Secrets}'\nSETTINGS='{settings}'\n{script}"
        );
    }
}
