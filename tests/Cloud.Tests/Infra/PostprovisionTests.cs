namespace Cloud.Tests.Infra;

public sealed class PostprovisionTests : IDisposable
{
    const string Zone = "/subscriptions/S1/resourceGroups/dns/providers/Microsoft.Network/dnsZones/example.org";

    const string Records = """
        mail.example.org. 3600 IN A 192.0.2.25
        example.org. 3600 IN MX 10 mail.example.org.
        example.org. 3600 IN TXT "v=spf1 mx -all"
        ; cloud._domainkey.example.org. 3600 IN TXT "v=DKIM1; p=…"
        example.net. 3600 IN MX 10 mail.example.org.
        """;

    const string Plan = "--host mail.example.org --ipv4 192.0.2.25 --mta-sts testing";

    readonly HookStage stage = new HookStage()
        .Stub("az")
        .Stub("azd")
        .Stub("cloud", $"cat <<'END'\n{Records}\nEND")
        .Set("AZURE_ENV_NAME", "post")
        .Set("CLOUD_DOMAINS", "example.org,example.net")
        .Set("CLOUD_MAIL_HOST", "mail.example.org")
        .Set("CLOUD_LISTENER_ADDRESS", "192.0.2.25")
        .Set("CLOUD_LISTENER_IMAGE", "registry.example/listener:1");

    public void Dispose() => stage.Dispose();

    /// <summary>A `cloud` that prints the records, and at a check what a test has it say.</summary>
    static string Cloud(string seen, int code) =>
        $"case \"$*\" in *--check*) cat <<'END'\n{seen}\nEND\nexit {code} ;; esac\ncat <<'END'\n{Records}\nEND";

    [Fact]
    public async Task The_records_are_printed_and_kept()
    {
        var (code, output, _) = await stage.RunAsync("postprovision");
        Assert.Equal(0, code);
        Assert.Contains(Records, output);
        Assert.Equal($"{Records}\n", stage.Read(".azure/post/dns.zone"));
        Assert.Contains("azd env set CLOUD_REVERSE_DNS true", output);
        Assert.Contains("no smarthost is set", output);
        Assert.Equal(
            [
                $"cloud dns --zone-file {Plan} --spf-softfail example.org example.net --no-keys",
                $"cloud dns --check {Plan} --spf-softfail example.org example.net --no-keys",
            ],
            stage.Calls
        );
    }

    [Fact]
    public async Task On_container_apps_there_is_no_ptr()
    {
        var (_, output, _) = await stage.Set("CLOUD_LISTENER_HOST", "containerapp").RunAsync("postprovision");
        Assert.DoesNotContain("PTR", output);
        Assert.All(stage.Calls, call => Assert.Contains("--no-pointer --no-pages", call));
    }

    [Fact]
    public async Task A_zone_in_azure_gets_what_it_lacks_and_keeps_what_it_has()
    {
        stage
            .Set("CLOUD_DNS_ZONE_ID", Zone)
            .Stub(
                "az",
                """
                case "$3 $4" in
                record-set*) printf '@\tMicrosoft.Network/dnszones/MX\nwww\tMicrosoft.Network/dnszones/A\n' ;;
                'zone import') while [ $# -gt 1 ]; do [ "$1" = --file-name ] && cat "$2" >imported; shift; done ;;
                esac
                """
            );
        var (code, output, errors) = await stage.RunAsync("postprovision");
        Assert.Equal(0, code);
        Assert.Equal(
            "mail.example.org. 3600 IN A 192.0.2.25\nexample.org. 3600 IN TXT \"v=spf1 mx -all\"\n",
            stage.Read("imported")
        );
        Assert.Contains("left as it is: example.org. MX", errors);
        Assert.Contains("Written into the zone example.org: 2 records", output);
        Assert.All(
            stage.Calls.Where(call => call.StartsWith("az ", StringComparison.Ordinal)),
            call => Assert.Contains("--subscription S1 --resource-group dns", call)
        );
    }

    [Fact]
    public async Task A_zone_that_cannot_be_written_is_a_warning()
    {
        stage.Set("CLOUD_DNS_ZONE_ID", Zone).Stub("az", "exit 1");
        var (code, _, errors) = await stage.RunAsync("postprovision");
        Assert.Equal(0, code);
        Assert.Contains("publish them by hand", errors);
    }

    [Fact]
    public async Task What_dns_does_not_show_yet_is_listed()
    {
        const string Seen = """
            there    mail.example.org. A 192.0.2.25
                     beside it is 192.0.2.26
            differs  example.org. MX 10 mail.example.org.
                     there is 10 mx.old.example
            missing  example.net. MX 10 mail.example.org.
            later    cloud._domainkey.example.org. TXT "v=DKIM1; p=…"
                     comes with the keys
            """;
        var (code, output, _) = await stage.Stub("cloud", Cloud(Seen, 1)).RunAsync("postprovision");
        Assert.Equal(0, code);
        Assert.Contains(
            """
            Not seen in DNS yet, or otherwise:
              differs  example.org. MX 10 mail.example.org.
                       there is 10 mx.old.example
              missing  example.net. MX 10 mail.example.org.
            DKIM: the signing keys could not be looked up
            """,
            output
        );
    }

    [Fact]
    public async Task When_all_is_seen_it_says_so()
    {
        var (_, output, _) = await stage
            .Set("CLOUD_MAIL_ACCOUNT", "stmail")
            .Stub("cloud", Cloud("there    x", 0))
            .RunAsync("postprovision");
        Assert.Contains("All of them are seen in DNS.", output);
        Assert.DoesNotContain("DKIM", output.Replace(Records, "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Signing_keys_are_read_from_the_store_and_their_records_written_and_checked()
    {
        const string Store =
            "--store azure --blob-endpoint https://stmail.blob.core.windows.net "
            + "--queue-endpoint https://stmail.queue.core.windows.net "
            + "--table-endpoint https://stmail.table.core.windows.net";
        const string Key = "cloud-x7k2mp-rsa._domainkey.example.org. 3600 IN TXT \"v=DKIM1; p=MIIB\" \"IjAN\"";
        stage
            .Set("CLOUD_MAIL_ACCOUNT", "stmail")
            .Set("CLOUD_DNS_ZONE_ID", Zone)
            .Stub("cloud", $"case \"$*\" in *--check*) exit 0 ;; esac\ncat <<'END'\n{Key}\nEND")
            .Stub(
                "az",
                "case \"$4\" in import) while [ $# -gt 1 ]; do [ \"$1\" = --file-name ] && cat \"$2\" >imported; shift; done ;; esac"
            );
        var (code, output, errors) = await stage.RunAsync("postprovision");
        Assert.True(code == 0, errors);
        Assert.Equal($"{Key}\n", stage.Read("imported"));
        Assert.Contains("All of them are seen in DNS.", output);
        var asked = stage.Calls.Where(call => call.StartsWith("cloud dns", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, asked.Count);
        Assert.All(asked, call => Assert.EndsWith($"example.org example.net {Store}", call));
    }

    [Fact]
    public async Task What_azd_knows_is_not_taken_for_settings_of_the_command()
    {
        var (code, output, _) = await stage
            .Set("CLOUD_SMARTHOST", "smtp.example.net")
            .Set("CLOUD_MAIL_ACCOUNT", "stmail")
            .Stub("cloud", "echo \"; ${CLOUD_SMARTHOST:-nothing}, ${CLOUD_MAIL_HOST:-nothing}\"")
            .RunAsync("postprovision");
        Assert.Equal(0, code);
        Assert.Equal("; nothing, nothing\n", stage.Read(".azure/post/dns.zone"));
        Assert.Contains("azd env set CLOUD_REVERSE_DNS true", output);
    }

    [Fact]
    public async Task A_domain_without_keys_is_not_called_complete()
    {
        const string Seen = """
            there    example.org. MX 10 mail.example.org.
            there    cloud-x7k2mp-rsa._domainkey.example.org. TXT "v=DKIM1; p=MIIB"
            later    cloud._domainkey.example.net. TXT "v=DKIM1; p=…"
                     comes with the keys
            """;
        var (code, output, _) = await stage
            .Set("CLOUD_MAIL_ACCOUNT", "stmail")
            .Stub("cloud", Cloud(Seen, 0))
            .RunAsync("postprovision");
        Assert.Equal(0, code);
        Assert.DoesNotContain("All of them", output);
        Assert.Contains("DKIM is not there yet", output);
        Assert.Contains("DKIM: example.net has no signing keys yet", output);
        Assert.DoesNotContain("DKIM: example.org", output);
    }

    [Fact]
    public async Task Where_the_store_lets_nobody_in_the_other_records_are_written_and_DKIM_is_told_to_miss()
    {
        const string Body =
            "case \"$*\" in *--store*) echo 'first line' >&2; echo 'no right to read' >&2; exit 1 ;; esac\n";
        var (code, output, _) = await stage
            .Set("CLOUD_MAIL_ACCOUNT", "stmail")
            .Stub("cloud", Body + Cloud("later    cloud._domainkey.example.org. TXT x", 0))
            .RunAsync("postprovision");
        Assert.Equal(0, code);
        Assert.Equal($"{Records}\n", stage.Read(".azure/post/dns.zone"));
        Assert.DoesNotContain("All of them", output);
        Assert.Contains("DKIM: the signing keys could not be looked up", output);
        Assert.Contains("The store said: no right to read", output);
        Assert.Contains("azd hooks run postprovision", output);
    }

    [Theory]
    [InlineData("", "", "", true)]
    [InlineData("", "spf.example.net", "", true)]
    [InlineData("smtp.example.net", "", "", true)]
    [InlineData("smtp.example.net", "spf.example.net", "", false)]
    [InlineData("smtp.example.net", "spf.example.net", "minute=30;other.example=off", true)]
    public async Task Senders_are_forbidden_only_where_all_of_ours_are_named(
        string smarthost,
        string include,
        string more,
        bool isSoft
    )
    {
        stage.Set("CLOUD_SMARTHOST", smarthost).Set("CLOUD_SPF_INCLUDE", include).Set("CLOUD_SMARTHOST_MORE", more);
        await stage.RunAsync("postprovision");
        Assert.All(
            stage.Calls,
            call => Assert.Equal(isSoft, call.Contains("--spf-softfail", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task A_smarthost_that_SPF_does_not_name_is_warned_about()
    {
        var (code, _, errors) = await stage.Set("CLOUD_SMARTHOST", "smtp.example.net").RunAsync("postprovision");
        Assert.Equal(0, code);
        Assert.Contains("SPF does not name smtp.example.net", errors);
        (_, _, errors) = await stage
            .Set("CLOUD_SPF_INCLUDE", "spf.example.net,more.example.net")
            .RunAsync("postprovision");
        Assert.Equal("", errors);
        Assert.Contains("--spf-include spf.example.net --spf-include more.example.net", stage.Calls[^1]);
    }

    [Fact]
    public async Task The_policy_that_the_server_gives_out_is_the_one_that_is_announced()
    {
        await stage.Set("CLOUD_MTA_STS", "enforce").RunAsync("postprovision");
        Assert.All(stage.Calls, call => Assert.Contains("--mta-sts enforce", call));
    }

    [Fact]
    public async Task Without_an_image_one_is_built_and_provisioning_runs_again()
    {
        stage
            .Stub("git", "echo abc1234")
            .Stub("dotnet")
            .Write("listener/Dockerfile", "FROM base\nCOPY --chmod=0755 listener /app/listener\n")
            .Set("CLOUD_LISTENER_IMAGE", "")
            .Set("AZURE_CONTAINER_REGISTRY_ENDPOINT", "crx.azurecr.io");
        var (code, _, errors) = await stage.RunAsync("postprovision");
        Assert.True(code == 0, errors);
        // A runtime named here would rewrite the lock files of the projects below.
        Assert.Contains(
            "dotnet publish listener/Container --configuration Release --output artifacts/image --verbosity quiet --nologo",
            stage.Calls
        );
        Assert.Contains(
            "az acr build --registry crx --image cloud-listener:abc1234 --no-logs --output none artifacts/image",
            stage.Calls
        );
        Assert.Equal("FROM base\nCOPY listener /app/listener\n", stage.Read("artifacts/image/Dockerfile"));
        Assert.Equal(
            ["azd env set CLOUD_LISTENER_IMAGE crx.azurecr.io/cloud-listener:abc1234", "azd provision --no-prompt"],
            stage.Calls.Where(call => call.StartsWith("azd", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task An_image_that_cannot_be_built_is_not_used()
    {
        stage
            .Stub("git", "echo abc1234")
            .Stub("dotnet")
            .Write("listener/Dockerfile", "FROM base\n")
            .Stub("az", "exit 1")
            .Set("CLOUD_LISTENER_IMAGE", "")
            .Set("AZURE_CONTAINER_REGISTRY_ENDPOINT", "crx.azurecr.io");
        var (code, _, errors) = await stage.RunAsync("postprovision");
        Assert.Equal(1, code);
        Assert.Contains("azd env set CLOUD_LISTENER_IMAGE REGISTRY/NAME:TAG", errors);
        Assert.DoesNotContain(stage.Calls, call => call.StartsWith("azd", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_command_line_of_cloud_the_records_are_left_to_the_reader()
    {
        using var bare = new HookStage()
            .Set("AZURE_ENV_NAME", "post")
            .Set("CLOUD_DOMAINS", "example.org")
            .Set("CLOUD_MAIL_HOST", "mail.example.org")
            .Set("CLOUD_LISTENER_ADDRESS", "192.0.2.25")
            .Set("CLOUD_LISTENER_IMAGE", "registry.example/listener:1");
        var (code, _, errors) = await bare.RunAsync("postprovision");
        Assert.Equal(0, code);
        Assert.Contains("docs/deploy.md lists them", errors);
    }

    [Fact]
    public async Task Records_that_fail_leave_no_half_file()
    {
        stage.Stub("cloud", "echo half; exit 1");
        var (code, _, errors) = await stage.RunAsync("postprovision");
        Assert.Equal(1, code);
        Assert.Contains("cloud dns failed", errors);
        Assert.Throws<FileNotFoundException>(() => stage.Read(".azure/post/dns.zone"));
    }

    [Fact]
    public async Task Without_an_address_it_says_what_to_run()
    {
        var (code, _, errors) = await stage.Set("CLOUD_LISTENER_ADDRESS", "").RunAsync("postprovision");
        Assert.Equal(1, code);
        Assert.Contains("CLOUD_LISTENER_ADDRESS is not known", errors);
    }
}
