using System.Net;
using Cloud.Cli.Serve;
using Microsoft.Extensions.Logging;
using HandlerSettingsReader = Cloud.Functions.Hosting.SettingsReader;

namespace Cloud.Tests.Cli;

public sealed class SettingsReaderTests
{
    [Fact]
    public void Without_a_word_everything_listens_on_this_machine_only()
    {
        var (settings, faults) = Read([], []);
        Assert.Empty(faults);
        Assert.Equal(StoreKind.Local, settings!.Store);
        Assert.Equal(2525, settings.Ports["smtp"]!.Port);
        Assert.Equal(2995, settings.Ports["pop3s"]!.Port);
        Assert.All(settings.Ports.Values, port => Assert.Equal(IPAddress.Loopback, port!.Address));
    }

    [Fact]
    public void The_command_line_outweighs_the_environment_and_that_the_file()
    {
        using var file = new TemporaryFile(
            """{ "imap": "off", "log-level": "debug", "domain": ["a.test", "b.test"] }"""
        );
        var (settings, faults) = Read(
            new() { ["log-level"] = ["error"] },
            new() { ["CLOUD_LOG_LEVEL"] = "warning", ["CLOUD_DOMAIN"] = "c.test, d.test" },
            file.Path
        );
        Assert.Empty(faults);
        Assert.Equal(LogLevel.Error, settings!.LogLevel);
        Assert.Equal(["c.test", "d.test"], settings.Domains);
        Assert.Null(settings.Ports["imap"]);
    }

    [Fact]
    public void Mail_is_counted_and_reported_unless_that_is_off()
    {
        var (settings, _) = Read([], []);
        Assert.True(settings!.Door.Options!.CountsForReports);
        Assert.True(settings.Reports is { SendsDmarc: true, SendsTls: true, Organization: null });
        var (off, faults) = Read(
            new() { ["dmarc-reports"] = ["off"] },
            new() { ["CLOUD_REPORT_ORGANIZATION"] = "Example, Inc." }
        );
        Assert.Empty(faults);
        Assert.False(off!.Door.Options!.CountsForReports);
        Assert.True(off.Reports is { SendsDmarc: false, SendsTls: true, Organization: "Example, Inc." });
        Assert.Equal("off", off.HandlerTexts["CLOUD_DMARC_REPORTS"]);
    }

    [Fact]
    public void How_strangers_are_dealt_with_can_be_set()
    {
        var (settings, faults) = Read(
            new() { ["proxy-networks"] = ["10.0.0.0/8", "2001:db8::1"], ["exempt-networks"] = ["off"] },
            new()
            {
                ["CLOUD_BAN_MINUTES"] = "0",
                ["CLOUD_GREETING_PAUSE"] = "6",
                ["CLOUD_MESSAGE_RATE"] = "7",
            }
        );
        Assert.Empty(faults);
        var limits = settings!.Limits;
        Assert.True(limits.Proxies.Contains(IPAddress.Parse("10.1.2.3")));
        Assert.True(limits.Abuse.Exempt.IsEmpty);
        Assert.Equal(TimeSpan.Zero, limits.Abuse.FirstBan);
        Assert.Equal(TimeSpan.FromSeconds(6), limits.Abuse.GreetingPause);
        Assert.Equal(7, limits.Abuse.Messages.Count);
        Assert.Equal(new Cloud.Listener.Hosting.Abuse.AbuseOptions().Recipients, limits.Abuse.Recipients);
    }

    [Theory]
    [InlineData("proxy-networks", "10.0.0.0/33")]
    [InlineData("exempt-networks", "everybody")]
    [InlineData("greeting-pause", "31")]
    [InlineData("message-rate", "-1")]
    public void A_limit_that_cannot_be_is_a_fault(string name, string value)
    {
        var (settings, faults) = Read(new() { [name] = [value] }, []);
        Assert.Null(settings);
        Assert.StartsWith($"{name}: \"{value}\"", Assert.Single(faults));
    }

    [Fact]
    public void Name_servers_can_be_given()
    {
        var (settings, faults) = Read(new() { ["resolver"] = ["127.0.0.1:5353", "2001:db8::1"] }, []);
        Assert.Empty(faults);
        Assert.Equal(
            [new(IPAddress.Loopback, 5353), new(IPAddress.Parse("2001:db8::1"), 53)],
            settings!.Door.Dns.Servers
        );
        Assert.Equal("127.0.0.1:5353,2001:db8::1", settings.HandlerTexts["CLOUD_RESOLVER"]);
        Assert.False(settings.Door.Dns.TrustAuthenticated);
    }

    [Fact]
    public void What_a_resolver_has_validated_is_believed_where_that_is_said()
    {
        var (settings, faults) = Read(new() { ["resolver"] = ["127.0.0.1"], ["trust-ad"] = ["true"] }, []);
        Assert.Empty(faults);
        Assert.True(settings!.Door.Dns.TrustAuthenticated);
        Assert.Equal("true", settings.HandlerTexts["CLOUD_TRUST_AD"]);
    }

    [Fact]
    public void Who_checks_tokens_reaches_the_Functions_app_as_it_reaches_us()
    {
        using var secret = new TemporaryFile("tell nobody");
        var (settings, faults) = Read(
            new()
            {
                ["oauth-introspection"] = ["https://id.example.org/introspect"],
                ["oauth-client"] = ["mail"],
                ["oauth-secret-file"] = [Path.GetRelativePath(Environment.CurrentDirectory, secret.Path)],
            },
            new() { ["CLOUD_OAUTH_SCOPE"] = "mail imap" }
        );
        Assert.Empty(faults);
        Assert.Equal(("mail", "tell nobody"), (settings!.Tokens!.Client, settings.Tokens.Secret));
        Assert.Equal(["mail", "imap"], settings.Tokens.Scopes);
        Assert.Equal(secret.Path, settings.HandlerTexts["CLOUD_OAUTH_SECRET_FILE"]);
        Assert.Equal("mail imap", settings.HandlerTexts["CLOUD_OAUTH_SCOPE"]);

        var (other, _) = Read(
            new()
            {
                ["oauth-introspection"] = ["https://id.example.org/"],
                ["oauth-client"] = ["mail"],
                ["oauth-scope"] = ["any"],
            },
            new() { ["CLOUD_OAUTH_SECRET"] = "of, the environment" }
        );
        Assert.Equal("of, the environment", other!.Tokens!.Secret);
        Assert.Equal("of, the environment", other.HandlerTexts["CLOUD_OAUTH_SECRET"]);
    }

    [Fact]
    public void What_is_said_of_sending_reaches_the_Functions_app_as_it_reaches_us()
    {
        using var secret = new TemporaryFile("tell nobody");
        var (settings, faults) = Read(
            new()
            {
                ["hostname"] = ["mail.example.org"],
                ["smarthost"] = ["smtp.example.net:587,user=me,minute=30", "example.com=off"],
                ["smarthost-secret-file"] = [Path.GetRelativePath(Environment.CurrentDirectory, secret.Path)],
                ["relay-networks"] = ["10.0.0.0/8", "192.0.2.1"],
                ["relay-port"] = ["2525"],
                ["send-messages-hour"] = ["7"],
                ["greylist-minutes"] = ["3"],
            },
            new() { ["CLOUD_DOMAIN_RECIPIENTS_DAY"] = "0" }
        );
        Assert.Empty(faults);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["CLOUD_SMARTHOST"] = "smtp.example.net:587,user=me,minute=30;example.com=off",
                ["CLOUD_SMARTHOST_SECRET_FILE"] = secret.Path,
                ["CLOUD_RELAY_NETWORKS"] = "10.0.0.0/8,192.0.2.1",
                ["CLOUD_RELAY_PORT"] = "2525",
                ["CLOUD_SEND_MESSAGES_HOUR"] = "7",
                ["CLOUD_GREYLIST_MINUTES"] = "3",
                ["CLOUD_DOMAIN_RECIPIENTS_DAY"] = "0",
            },
            settings!.HandlerTexts
        );
        var app = new Dictionary<string, string>(settings.HandlerTexts)
        {
            ["FUNCTIONS_CUSTOMHANDLER_PORT"] = "5000",
            ["MailStorage"] = "UseDevelopmentStorage=true",
            ["CLOUD_GATEWAY_KEY"] = "0123456789abcdef0123456789abcdef",
        };
        var (told, wrong) = new HandlerSettingsReader(app.GetValueOrDefault).Read();
        Assert.Empty(wrong);
        Assert.Equal(settings.Submission.PerAccount, told!.Submission.PerAccount);
        Assert.Equal(settings.Submission.PerDomain, told.Submission.PerDomain);
        Assert.Equal(settings.Relay.Port, told.Relay.Port);
        Assert.Equal((TimeSpan.FromMinutes(3), settings.Greylist), (told.Greylist.Delay, told.Greylist));
        Assert.Equal(settings.Relay.Smarthosts.Default!.User, told.Relay.Smarthosts.Default!.User);
        Assert.Null(told.Relay.Smarthosts.Of("example.com"));
    }

    [Fact]
    public void A_name_server_without_an_address_is_a_fault()
    {
        var (_, faults) = Read(new() { ["resolver"] = ["ns.example.org"] }, []);
        Assert.Equal("resolver: \"ns.example.org\" is not ADDRESS or ADDRESS:PORT.", Assert.Single(faults));
    }

    [Fact]
    public void A_connection_string_is_looked_at_and_its_key_kept_back()
    {
        var key = "not base64!";
        var (settings, faults) = Read(
            new() { ["store"] = ["azure"] },
            new() { ["CLOUD_STORAGE"] = $"AccountName=X;AccountKey={key}" }
        );
        Assert.Null(settings);
        Assert.Equal(2, faults.Count);
        Assert.DoesNotContain(faults, fault => fault.Contains(key));
    }

    [Fact]
    public void A_directory_whose_socket_could_not_be_named_is_a_fault()
    {
        var (_, faults) = Read(new() { ["data"] = ["/tmp/" + new string('d', 120)] }, []);
        Assert.StartsWith("data: ", Assert.Single(faults));
    }

    [Fact]
    public void All_faults_are_told_at_once_in_words()
    {
        using var file = new TemporaryFile("""{ "imapp": "off" }""");
        var (settings, faults) = Read(
            new()
            {
                ["smtp"] = ["nowhere"],
                ["pop3"] = ["127.0.0.1:70000"],
                ["imap"] = ["127.0.0.1:99"],
                ["imaps"] = ["127.0.0.1:99"],
                ["domain"] = ["not a domain"],
                ["store"] = ["azure"],
                ["log-level"] = ["loud"],
                ["tls-cert"] = ["/nonexistent/cert.pem"],
                ["users"] = ["/nonexistent/users"],
            },
            [],
            file.Path
        );
        Assert.Null(settings);
        string[] names =
        [
            "imapp",
            "smtp:",
            "pop3:",
            "imap, imaps:",
            "domain:",
            "store:",
            "log-level:",
            "tls-cert:",
            "users:",
            "tls-cert, tls-key:",
        ];
        Assert.All(names, name => Assert.Contains(faults, fault => fault.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_connection_string_is_taken_from_its_variable_whole()
    {
        // A comma parts lists elsewhere.
        const string Whole = "AccountName=account;AccountKey=a2V5;BlobEndpoint=https://a.test/b,c";
        var (settings, faults) = Read(new() { ["store"] = ["azure"] }, new() { ["CLOUD_STORAGE"] = Whole });
        Assert.Empty(faults);
        Assert.Equal(Whole, settings!.ConnectionString);
    }

    [Theory]
    [InlineData("localhost:25", "127.0.0.1:25")]
    [InlineData("0.0.0.0:0", "0.0.0.0:0")]
    [InlineData("[::1]:143", "[::1]:143")]
    public void Addresses_are_read(string text, string expected)
    {
        var (settings, faults) = Read(new() { ["imap"] = [text] }, []);
        Assert.Empty(faults);
        Assert.Equal(expected, settings!.Ports["imap"]!.ToString());
    }

    [Theory]
    [InlineData("25")]
    [InlineData("mail.example.test:25")]
    [InlineData("::1")]
    [InlineData("127.0.0.1")]
    public void What_is_no_address_is_a_fault(string text)
    {
        var (_, faults) = Read(new() { ["imap"] = [text] }, []);
        Assert.Contains(text, Assert.Single(faults));
    }

    static (Settings? Settings, IReadOnlyList<string> Faults) Read(
        Dictionary<string, IReadOnlyList<string>> commandLine,
        Dictionary<string, string> environment,
        string? file = null
    ) => new SettingsReader(commandLine, environment.GetValueOrDefault).Read(file);

    sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(string text) => File.WriteAllText(Path, text);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
