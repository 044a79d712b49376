using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cloud.Api.Gateway.OAuth;
using Cloud.Api.Rest;
using Cloud.Cli.Serve;
using Cloud.Flow.Door.Greylisting;
using Cloud.Flow.Hooks;
using Cloud.Flow.Inbound;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Reports;
using Cloud.Flow.Submission;
using Cloud.Listener.Hosting;
using Cloud.Listener.Hosting.Settings;
using Cloud.Store;
using Cloud.Store.Azure;
using Cloud.Tests.Repository;
using Microsoft.Extensions.Logging;
using FunctionsLog = Cloud.Functions.Hosting.Log;
using Health = Cloud.Listener.Hosting.Health;

namespace Cloud.Tests.Infra;

/// <summary>What infra/ makes is what the code uses.</summary>
public sealed class ConsistencyTests
{
    [Fact]
    public async Task Every_table_that_the_code_names_is_made()
    {
        var named = typeof(Tables)
            .GetFields()
            .Select(field => (string)field.GetRawConstantValue()!)
            .Concat(Constants("Table"));
        Assert.Empty(named.Except(Texts(await VariableAsync("app/storage.bicep", "tables"))));
    }

    [Fact]
    public async Task The_queues_and_the_container_are_those_of_the_code()
    {
        var queues = Texts(await VariableAsync("app/storage.bicep", "queues")).ToList();
        Assert.Contains(InboundWorker.Poison, queues);
        Assert.Contains(OutboundWorker.Poison, queues);
        Assert.Equal(
            Constants("Queue").Concat(Constants("Poison")).Concat(Constants("Aside")).Distinct().Order(),
            queues.Order()
        );
        var container = (await VariableAsync("app/storage.bicep", "container")).GetString();
        Assert.Equal(new AzureStoreOptions().Container, container);
    }

    [Fact]
    public async Task Roles_name_what_storage_makes()
    {
        var rbac = Source.Read("infra/app/rbac.bicep");
        var watch = (await VariableAsync("app/storage.bicep", "watch")).GetString();
        foreach (var name in new[] { watch, Filing.Queue, new AzureStoreOptions().Container })
            Assert.Contains($"name: '{name}'", rbac);
    }

    [Fact]
    public void All_roles_are_in_one_place_and_only_the_host_owns_anything()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Tool.Infra, "app"), "*.bicep");
        var granting = files.Where(file =>
            File.ReadAllText(file).Contains("roleAssignments@", StringComparison.Ordinal)
        );
        Assert.Equal(
            ["rbac-certificate.bicep", "rbac-dns.bicep", "rbac.bicep"],
            granting.Select(Path.GetFileName).Order()
        );

        var assignments = Regex.Matches(
            Source.Read("infra/app/rbac.bicep"),
            @"resource (\w+) 'Microsoft\.Authorization[^}]*?scope: ([\w:]+)[\s\S]*?role\.(\w+)\)\n  \}"
        );
        var granted = assignments.Select(match =>
            (Name: match.Groups[1].Value, Scope: match.Groups[2].Value, Role: match.Groups[3].Value)
        );
        Assert.Equal(
            [("functionsHostBlobs", "host")],
            granted.Where(g => g.Role == "blobOwner").Select(g => (g.Name, g.Scope))
        );
        Assert.Equal(
            [
                ("mail::blobs::certificates", "blobContributor"),
                ("mail::blobs::messages", "blobContributor"),
                ("mail::queueService::inbound", "queueSender"),
                ("mail::queueService::watch", "queueProcessor"),
                ("registry", "acrPull"),
                ("vault::gatewayKey", "secretsUser"),
                ("vault::rspamdPassword", "secretsUser"),
            ],
            granted
                .Where(g => g.Name.StartsWith("listener", StringComparison.Ordinal))
                .Select(g => (g.Scope, g.Role))
                .Order()
        );
    }

    [Fact]
    public async Task The_firewall_opens_the_ports_of_the_listener_and_no_ssh()
    {
        var ports = (await VariableAsync("app/listener-vm.bicep", "ports"))
            .EnumerateArray()
            .Select(port => port.GetProperty("port").GetInt32())
            .ToList();
        Assert.Equal([25, 80, 110, 143, 443, 465, 587, 993, 995, 4190], ports);
        var told = Ports(await SettingsAsync("app/listener-vm.bicep"));
        Assert.Equal(MailServices, told.Keys.Order());
        Assert.All(told.Values, port => Assert.Contains(port, ports));
    }

    [Fact]
    public async Task The_image_tells_the_ports_it_listens_on_and_the_firewall_opens_one_more_for_later()
    {
        const int Challenges = 80; // HTTP-01, while a certificate is ordered
        const int Pages = 443;
        const int ManageSieve = 4190;
        var exposed = Regex.Match(Source.Read("listener/Dockerfile"), @"(?m)^EXPOSE ([\d ]+)$").Groups[1].Value;
        var listening = Fronts.Registered.Select(port => port.Port).Append(Challenges).Append(Pages).Order().ToList();
        Assert.Equal(listening, exposed.Split(' ').Select(int.Parse));
        var opened = await VariableAsync("app/listener-vm.bicep", "ports");
        Assert.Equal(
            listening.Append(ManageSieve),
            opened.EnumerateArray().Select(port => port.GetProperty("port").GetInt32()).Order()
        );
    }

    [Fact]
    public async Task The_container_app_has_a_port_and_at_most_five_more()
    {
        var ports = (await VariableAsync("app/listener-containerapp.bicep", "ports")).EnumerateArray().ToList();
        Assert.InRange(ports.Count, 1, 6);
        Assert.All(ports, port => Assert.True(port.GetProperty("target").GetInt32() >= 1024));
        Assert.DoesNotContain(ports, port => port.GetProperty("exposed").GetInt32() is 80 or 443);
        Assert.All(
            ports,
            port => Assert.Contains(port.GetProperty("name").GetString()!.ToLowerInvariant(), MailServices)
        );
    }

    [Fact]
    public async Task An_alarm_is_raised_for_each_event_that_somebody_must_hear_of()
    {
        var events = Texts(await VariableAsync("app/alarms.bicep", "events")).Select(int.Parse).ToList();
        Assert.Equal(FunctionsLog.Alarms, events);
        var critical = new[] { typeof(FunctionsLog), typeof(OutboundLog) }
            .SelectMany(log => log.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .Where(message => message?.Level == LogLevel.Critical)
            .Select(message => message!.EventId)
            .ToList();
        Assert.Equal(4, critical.Count);
        Assert.Empty(critical.Except(events));
    }

    [Fact]
    public void What_an_alarm_looks_for_is_not_sampled()
    {
        using var host = JsonDocument.Parse(Source.Read("host.json"));
        var sampling = host
            .RootElement.GetProperty("logging")
            .GetProperty("applicationInsights")
            .GetProperty("samplingSettings");
        Assert.Contains("Trace", sampling.GetProperty("excludedTypes").GetString()!.Split(';'));
        Assert.DoesNotContain("SamplingPercentage", Source.Read("infra/app/monitoring.bicep"));
    }

    [Theory]
    [InlineData("app/listener-vm.bicep", "true")]
    [InlineData("app/listener-containerapp.bicep", "false")]
    public async Task Only_the_machine_trusts_the_address_of_a_client(string file, string trusted) =>
        Assert.Equal(trusted, (await SettingsAsync(file))["CLOUD_TRUST_CLIENT_ADDRESS"]);

    [SkippableFact]
    public void The_handler_reads_every_setting_it_is_given()
    {
        const string Reader = "functions/Hosting/SettingsReader.cs";
        Skip.IfNot(File.Exists(Path.Combine(Tool.Root, Reader)), "there is no Functions app yet");
        var read = Regex.Matches(Source.Read(Reader), @"""(CLOUD_\w+)""").Select(match => match.Groups[1].Value);
        var shared = ReportSettings
            .Names.Concat(HookSettings.Names)
            .Concat(ApiSettings.Names)
            .Concat(TokenSettings.Names)
            .Select(setting => SettingSource.Variable(setting.Name))
            .Append(TokenSettings.SecretVariable);
        var given = Named(Source.Read("infra/app/functions.bicep"));
        Assert.Empty(given.Except(read).Except(shared));
    }

    [Fact]
    public void Every_limit_of_sending_and_every_time_of_greylisting_can_be_given_to_the_handler()
    {
        AssertGiven("sendLimits", SubmissionSettings.Names.Select(setting => setting.Name));
        AssertGiven("greylistTimes", GreylistSettings.Names.Select(setting => setting.Name));
        var functions = Source.Read("infra/app/functions.bicep");
        Assert.Contains("items(union(sendLimits, greylistTimes))", functions);
    }

    [Fact]
    public void All_that_is_set_of_strangers_and_their_mail_can_be_given_to_the_listener()
    {
        // These the template sets by itself, or by parameters of their own.
        string[] others = ["resolver", "trust-ad", "trust-client-address", "rspamd-password-file"];
        var names = DoorSettingSource
            .DoorNames.Concat(SettingSource.StrangerNames)
            .Select(setting => setting.Name)
            .Except(others);
        AssertGiven("doorSettings", names);
        Assert.Contains("items(doorSettings)", Source.Read("infra/main.bicep"));
    }

    [Fact]
    public void All_that_the_container_can_be_told_is_in_its_table()
    {
        var page = Source.Read("docs/listener.md");
        var names = DoorSettingSource
            .DoorNames.Concat(SettingSource.StrangerNames)
            .Concat(SettingSource.SenderNames)
            .Concat(SubmissionSettings.Names)
            .Concat(GreylistSettings.Names)
            .Concat(ReportSettings.Names)
            .Concat(TokenSettings.Names)
            .Select(setting => setting.Name)
            .Select(SettingSource.Variable)
            .Append("CLOUD_RSPAMD_PASSWORD")
            .Append(TokenSettings.SecretVariable);
        Assert.DoesNotContain(names, name => !page.Contains($"`{name}`", StringComparison.Ordinal));
    }

    [Fact]
    public void A_certificate_from_a_vault_takes_the_place_of_ACME()
    {
        var main = Source.Read("infra/main.bicep");
        Assert.Contains("acme: empty(certificateId) ? 'http-01' : 'off'", main);
        Assert.Contains("&& inZone && empty(certificateId)", main);
        Assert.Contains("module certificateRbac 'app/rbac-certificate.bicep' = if (!empty(certificateId))", main);
        Assert.Contains("scope: vault::certificate", Source.Read("infra/app/rbac-certificate.bicep"));
    }

    [Fact]
    public async Task What_acme_issued_outlives_a_replica_in_a_container_that_is_made()
    {
        var made = (await VariableAsync("app/storage.bicep", "certificates")).GetString();
        Assert.Contains($"      name: '{made}'\n", Source.Read("infra/app/rbac.bicep"));
        var main = Source.Read("infra/main.bicep");
        Assert.Contains("acmeContainer: provesInZone ? storage.outputs.listenerContainer : ''", main);
        Assert.Contains("keepsCertificate: provesInZone\n", main);
    }

    /// <summary>A parameter has exactly these settings, each from a variable of the same name.</summary>
    static void AssertGiven(string parameter, IEnumerable<string> names)
    {
        using var parameters = JsonDocument.Parse(Source.Read("infra/main.parameters.json"));
        var given = parameters.RootElement.GetProperty("parameters").GetProperty(parameter).GetProperty("value");
        Assert.Equal(names.Select(SettingSource.Variable), given.EnumerateObject().Select(setting => setting.Name));
        Assert.All(given.EnumerateObject(), setting => Assert.Equal($"${{{setting.Name}}}", setting.Value.GetString()));
    }

    [SkippableFact]
    public void The_container_reads_every_setting_it_is_given()
    {
        Skip.IfNot(Directory.Exists(Path.Combine(Tool.Root, "listener/Container")), "there is no container yet");
        var code = string.Concat(Source.Files("listener").Select(Source.Read));
        code += string.Concat(
            ReportSettings.Names.Concat(TokenSettings.Names).Select(setting => $"\"{setting.Name}\"")
        );
        var given = new[] { "main", "app/listener-vm", "app/listener-containerapp" }
            .SelectMany(file => Named(Source.Read($"infra/{file}.bicep")))
            .Concat(["CLOUD_GATEWAY_KEY"])
            .Distinct();
        Assert.DoesNotContain(
            given,
            name =>
                !code.Contains($"\"{name}\"", StringComparison.Ordinal)
                && !code.Contains($"\"{name[6..].ToLowerInvariant().Replace('_', '-')}\"", StringComparison.Ordinal)
        );
    }

    [SkippableFact]
    public void The_machine_and_the_platform_ask_for_health_where_it_is_told()
    {
        const string Port = "listener/Hosting/Health.cs";
        Skip.IfNot(File.Exists(Path.Combine(Tool.Root, Port)), "there is no container yet");
        var paths = Regex
            .Matches(Source.Read(Port), @"Path = ""(/\w+)""")
            .Select(match => match.Groups[1].Value)
            .ToList();
        Assert.NotEmpty(paths);
        var setup = Source.Read("infra/app/listener/setup.sh");
        var asked = Regex.Matches(setup, @"127\.0\.0\.1:8080(/\w+)").Select(match => match.Groups[1].Value);
        var probed = Regex.Matches(Source.Read("infra/app/listener-containerapp.bicep"), @"path: '(/\w+)'");
        Assert.Empty(asked.Concat(probed.Select(match => match.Groups[1].Value)).Except(paths));
    }

    [Fact]
    public void No_call_that_fails_takes_the_one_replica_out_of_its_ingress()
    {
        var probed = Regex.Matches(
            Source.Read("infra/app/listener-containerapp.bicep"),
            @"type: '(Readiness|Liveness)'\s+httpGet: \{ path: '([^']+)'"
        );
        Assert.Equal(
            [("Liveness", Health.LivePath), ("Readiness", Health.LivePath)],
            probed.Select(match => (match.Groups[1].Value, match.Groups[2].Value)).Order()
        );
    }

    [Fact]
    public void The_parts_of_a_zone_are_taken_of_an_id_even_where_there_is_no_zone()
    {
        var main = Source.Read("infra/main.bicep");
        var none = Regex.Match(main, @"var noZoneId = '([^']+)'").Groups[1].Value;
        Assert.Equal(
            ["${subscription().subscriptionId}", "${groupName}"],
            none.Split('/').Where((_, i) => i is 2 or 4)
        );
        Assert.Contains("var zoneParts = split(empty(dnsZoneId) ? noZoneId : dnsZoneId, '/')", main);
    }

    [Fact]
    public void Rights_in_a_zone_are_given_only_where_certificates_are_proven_in_it()
    {
        var main = Source.Read("infra/main.bicep");
        Assert.Contains("var provesInZone = !onMachine && !empty(dnsZoneId) && inZone", main);
        Assert.Contains("module zoneRbac 'app/rbac-dns.bicep' = if (provesInZone)", main);
        Assert.Contains("    dnsZoneId: provesInZone ? dnsZoneId : ''", main);
    }

    [Fact]
    public void A_role_and_a_setting_lead_to_the_password_of_the_smarthost_only_if_there_is_one()
    {
        var main = Source.Read("infra/main.bicep");
        Assert.Contains("var smarthostLogin = !empty(smarthostHost) && !empty(smarthostSecret)", main);
        Assert.Contains("    smarthost: smarthostLogin\n", main);
        Assert.Contains("smarthostSecretUri: smarthostLogin ? vault.outputs.smarthostSecretUri : ''", main);
    }

    [Fact]
    public void Tokens_are_offered_only_where_the_app_can_have_them_checked()
    {
        var main = Source.Read("infra/main.bicep");
        Assert.Contains("var oauthLogin = !empty(oauthIntrospection) && !empty(oauthSecret)", main);
        Assert.Contains("    oauth: oauthLogin\n", main);
        Assert.Contains("oauthSecretUri: oauthLogin ? vault.outputs.oauthSecretUri : ''", main);
        Assert.Contains("'CLOUD_OAUTH_INTROSPECTION', value: oauthLogin ? oauthIntrospection : ''", main);
    }

    [Theory]
    [InlineData("gateway-seed", "var gatewayKey = '${gatewaySeed}${gatewaySeedMore}")]
    [InlineData("key-seed", "var keyEncryptionKey = '${keySeed}${keySeedMore}")]
    public void A_key_is_made_from_two_generated_secrets_that_are_kept(string seed, string made)
    {
        var vault = Source.Read("infra/app/vault.bicep");
        Assert.Contains(made, vault);
        var kept = Regex.Matches(vault, $"name: '({seed}[a-z-]*)'").Select(match => match.Groups[1].Value);
        var generated = Regex
            .Matches(Source.Read("infra/main.parameters.json"), $@"secretOrRandomPassword \S+ ({seed}[a-z-]*)\)")
            .Select(match => match.Groups[1].Value);
        Assert.Equal([seed, $"{seed}-more"], kept);
        Assert.Equal(kept, generated);
    }

    [Fact]
    public void Nobody_publishes_with_a_password()
    {
        var policies = Regex.Match(
            Source.Read("infra/app/functions.bicep"),
            @"basicPublishingCredentialsPolicies@[\d-]+' = \[\s+for way in \[([^\]]+)\][\s\S]*?allow: (\w+)"
        );
        Assert.Equal(("'scm', 'ftp'", "false"), (policies.Groups[1].Value, policies.Groups[2].Value));
    }

    [Fact]
    public void Every_output_that_a_hook_reads_is_made()
    {
        var hooks = string.Concat(Directory.EnumerateFiles(Path.Combine(Tool.Infra, "hooks")).Select(File.ReadAllText));
        var read = Regex
            .Matches(hooks, @"\b(?:CLOUD|AZURE|SERVICE)_[A-Z_]+\b")
            .Select(match => match.Value)
            // Of the last two azd knows nothing: they are given in the shell, so that no password is kept.
            .Where(name => name is not ("AZURE_ENV_NAME" or "CLOUD_CHECK_USER" or "CLOUD_CHECK_PASSWORD"))
            .Distinct();
        var outputs = Regex
            .Matches(Source.Read("infra/main.bicep"), @"(?m)^output (\w+)")
            .Select(m => m.Groups[1].Value);
        var settable = Regex
            .Matches(Source.Read("infra/main.parameters.json"), @"\$\{(\w+)")
            .Select(m => m.Groups[1].Value);
        var known = outputs.Concat(settable).Append("CLOUD_SPF_INCLUDE").ToHashSet();
        Assert.DoesNotContain(read, name => !known.Contains(name));
    }

    /// <summary>Names of settings in a Bicep file.</summary>
    static IEnumerable<string> Named(string bicep) =>
        Regex.Matches(bicep, @"name: '(CLOUD_[A-Z0-9_]+)'").Select(match => match.Groups[1].Value);

    /// <summary>What constants of a name are, anywhere in core: <c>const string Queue = "inbound"</c>.</summary>
    static IEnumerable<string> Constants(string name) =>
        Source
            .Files("core/Flow")
            .SelectMany(file => Regex.Matches(Source.Read(file), $@"const string {name} = ""([^""]+)"""))
            .Select(match => match.Groups[1].Value);

    static readonly string[] MailServices =
    [
        .. Settings.DefaultPorts.Select(port => port.Name).Where(name => name != "http").Order(),
    ];

    /// <summary>Name in lower case, and the port of a setting such as CLOUD_IMAPS=0.0.0.0:993.</summary>
    static Dictionary<string, int> Ports(IReadOnlyDictionary<string, string> settings) =>
        settings
            .Where(setting => setting.Value.StartsWith("0.0.0.0:", StringComparison.Ordinal))
            .ToDictionary(setting => setting.Key[6..].ToLowerInvariant(), setting => int.Parse(setting.Value[8..]));

    static async Task<IReadOnlyDictionary<string, string>> SettingsAsync(string file) =>
        (await VariableAsync(file, "environment"))
            .EnumerateArray()
            .Where(one => one.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String)
            .ToDictionary(one => one.GetProperty("name").GetString()!, one => one.GetProperty("value").GetString()!);

    static async Task<JsonElement> VariableAsync(string file, string name) =>
        (await Tool.FactsAsync()).GetProperty(file).GetProperty("vars").GetProperty(name);

    static IEnumerable<string> Texts(JsonElement array) => array.EnumerateArray().Select(item => item.GetString()!);
}
