using System.Net;
using System.Net.Sockets;
using System.Text;
using Cloud.Cli.Check;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Cli;

public sealed class CheckCommandTests : IDisposable
{
    readonly string data = Directory.CreateTempSubdirectory("cloud-check-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task A_server_that_works_passes_and_keeps_nothing()
    {
        await using var cloud = await ServeAsync();
        var (code, output, _) = await CheckAsync(Ports(cloud), "--allow-untrusted");
        Assert.True(code == 0, output);
        Assert.DoesNotContain(" failed ", output);
        foreach (var service in new[] { "smtp", "submission", "submissions", "imap", "imaps", "pop3", "pop3s" })
            Assert.Matches($@"(?m)^{service} \d+ +ok ", output);
        Assert.Matches("an unknown user is refused: 550", output);
        Assert.Matches("mail for others is refused: 5", output);
        Assert.Equal(7, output.Split("self-signed").Length - 1);
        var (_, users, _) = await CloudProcess.RunAsync(null, "user", "list", "--data", data);
        Assert.Empty(users);
    }

    [Fact]
    public async Task A_certificate_that_no_client_would_trust_is_a_failure()
    {
        await using var cloud = await ServeAsync();
        var (code, output, _) = await CheckAsync(Only("imaps", cloud.Ports["imaps"].Port));
        Assert.Equal(1, code);
        Assert.Matches(@"(?m)^imaps \d+ +failed .*self-signed", output);
    }

    [Fact]
    public async Task A_catch_all_is_a_warning()
    {
        await using var cloud = await ServeAsync();
        await CloudProcess.RunAsync("a good secret\n", "user", "add", "ada@example.test", "--data", data);
        await CloudProcess.RunAsync(null, "alias", "add", "*@example.test", "ada@example.test", "--data", data);
        var (code, output, _) = await CheckAsync(Only("smtp", cloud.Ports["smtp"].Port), "--allow-untrusted");
        Assert.Equal(0, code);
        Assert.Matches(@"(?m)^smtp \d+ +warning +any user of example.test", output);
    }

    [Fact]
    public async Task A_closed_port_is_a_failure()
    {
        var (code, output, _) = await CheckAsync(Only("imap", ClosedPort()));
        Assert.Equal(1, code);
        Assert.Matches(@"(?m)^imap \d+ +failed +cannot connect", output);
    }

    [Fact]
    public async Task A_message_goes_the_whole_round_and_is_gone_after_it()
    {
        await using var cloud = await ServeAsync();
        var account = await AccountAsync("ada@example.test", "a good: secret");
        var (code, output, _) = await CheckAsync(Ports(cloud), "--allow-untrusted", "--send", "--account", account);
        Assert.True(code == 0, output);
        Assert.Matches(@"(?m)^smtp \d+ +ok +a message to ada@example.test is taken: 250", output);
        Assert.Matches(@"(?m)^submissions? \d+ +ok +a message to ada@example.test is taken: 250", output);
        Assert.Matches(@"(?m)^imaps \d+ +ok +the message of smtp \d+ is read back after .* and deleted", output);
        Assert.Matches(@"(?m)^imaps \d+ +ok +the message of submissions? \d+ is read back after", output);
        Assert.DoesNotContain("a good: secret", output);
        Assert.Equal("+OK 0 0", await StatAsync(cloud, "ada@example.test", "a good: secret"));
    }

    [Fact]
    public async Task It_goes_by_the_ports_that_turn_to_tls_as_well()
    {
        await using var cloud = await ServeAsync();
        var account = await AccountAsync("ada@example.test", "a good secret");
        var ports = Only(("submission", cloud.Ports["submission"].Port), ("imap", cloud.Ports["imap"].Port));
        var (code, output, _) = await CheckAsync(ports, "--allow-untrusted", "--send", "--account", account);
        Assert.True(code == 0, output);
        Assert.Matches(@"(?m)^imap \d+ +ok +the message of submission \d+ is read back", output);
    }

    [Theory]
    [InlineData("ada@example.test:wrong", "signing in as ada@example.test: t1 NO")]
    [InlineData("bob@example.test:a good secret", "signing in as bob@example.test: t1 NO")]
    public async Task Who_cannot_sign_in_is_sent_nothing(string line, string said)
    {
        await using var cloud = await ServeAsync();
        var account = await AccountAsync("ada@example.test", "a good secret");
        await File.WriteAllTextAsync(account, line);
        var (code, output, _) = await CheckAsync(Ports(cloud), "--allow-untrusted", "--send", "--account", account);
        Assert.Equal(1, code);
        Assert.Contains(said, output);
        Assert.DoesNotContain("is taken", output);
        Assert.Equal("+OK 0 0", await StatAsync(cloud, "ada@example.test", "a good secret"));
    }

    [Theory]
    [InlineData(1, "failed")]
    [InlineData(0, "warning", "--allow-untrusted")]
    public async Task A_password_is_not_shown_to_a_server_that_nobody_vouches_for(
        int expected,
        string verdict,
        params string[] more
    )
    {
        await using var cloud = await ServeAsync();
        var account = await AccountAsync("ada@example.test", "a good secret");
        string[] send = [.. Only("imaps", cloud.Ports["imaps"].Port), "--send", "--account", account, .. more];
        var (code, output, _) = await CloudProcess.RunAsync(
            null,
            ["check", "localhost", "--domain", "example.test", .. send]
        );
        Assert.Equal(expected, code);
        Assert.Matches($@"(?m)^imaps \d+ +{verdict} +not signed in: no password for a server", output);
    }

    [Theory]
    [InlineData("ada@example.test", "secret", null)]
    [InlineData(null, null, "whose mailbox")]
    [InlineData("", "", "whose mailbox")]
    [InlineData("ada", "secret", "must be an address")]
    [InlineData("ada@example.test", "", "must be an address")]
    [InlineData(null, "secret", "must be an address")]
    public void The_environment_may_name_the_user(string? user, string? password, string? said)
    {
        var faults = new List<string>();
        var account = CheckAccount.Read(null, name => name == "CLOUD_CHECK_USER" ? user : password, faults);
        Assert.Equal(said is null ? "ada@example.test" : null, account?.ToString());
        if (said is not null)
            Assert.Contains(said, Assert.Single(faults));
        Assert.DoesNotContain(faults, fault => fault.Contains("secret"));
    }

    [Fact]
    public async Task Who_has_only_a_sending_port_is_told_that_it_could_not_be_read_back()
    {
        await using var cloud = await ServeAsync();
        var account = await AccountAsync("ada@example.test", "a good secret");
        var (code, output, _) = await CheckAsync(
            Only("smtp", cloud.Ports["smtp"].Port),
            "--allow-untrusted",
            "--send",
            "--account",
            account
        );
        Assert.Equal(1, code);
        Assert.Matches("(?m)^send +failed +nothing is sent", output);
    }

    [Fact]
    public async Task An_open_relay_is_found()
    {
        var (code, output) = await AgainstAsync(
            "smtp",
            "220 mail.example.test",
            "250 mail.example.test",
            "250 ok",
            "550 5.1.1 no such user",
            "250 ok",
            "250 ok",
            "221 bye"
        );
        Assert.Equal(1, code);
        Assert.Contains("an open relay", output);
        Assert.Contains("STARTTLS is not offered", output);
    }

    [Theory]
    [InlineData("smtp", "451 4.3.0 try again later", "recipients cannot be looked up: 451")]
    public async Task A_gateway_that_does_not_answer_is_found(string service, string answer, string said)
    {
        var (code, output) = await AgainstAsync(
            service,
            "220 mail.example.test",
            "250 mail.example.test",
            "250 ok",
            answer,
            "554 no",
            "250 ok",
            "221 bye"
        );
        Assert.Equal(1, code);
        Assert.Contains(said, output);
    }

    [Theory]
    [InlineData("submission", "220 x", "250-x\r\n250 AUTH PLAIN", "passwords are taken before TLS")]
    [InlineData("imap", "* OK x", "* CAPABILITY IMAP4rev1\r\na1 OK", "passwords are taken before TLS")]
    [InlineData("pop3", "+OK x", "+OK\r\nUSER\r\n.", "passwords are taken before TLS")]
    [InlineData("smtp", "554 go away", "", "the greeting: 554 go away")]
    [InlineData("imap", "* BYE full", "", "the greeting: * BYE full")]
    [InlineData("pop3", "-ERR full", "", "the greeting: -ERR full")]
    [InlineData("smtp", "HTTP/1.1 400 Bad Request", "", "this is not SMTP")]
    [InlineData("smtp", "220 \u001b[2Jx", "502 no", "220 ?[2Jx")]
    public async Task What_a_faulty_server_says_is_told(string service, string greeting, string answer, string said)
    {
        var (code, output) = await AgainstAsync(service, greeting, answer);
        Assert.Equal(1, code);
        Assert.Contains(said, output);
    }

    [Fact]
    public async Task A_line_without_end_is_given_up()
    {
        var (code, output) = await AgainstAsync("smtp", new string('2', 10_000));
        Assert.Equal(1, code);
        Assert.Contains("a line is longer", output);
    }

    [Theory]
    [InlineData("not a host")]
    [InlineData("mail.example.test", "--imap", "0")]
    [InlineData("mail.example.test", "--address", "mail")]
    [InlineData("mail.example.test", "--domain", "no domain")]
    [InlineData("mail.example.test", "--send")]
    [InlineData("mail.example.test", "--account", "/nowhere")]
    [InlineData("mail.example.test", "--send", "--account", "/nowhere")]
    [InlineData("mail.example.test", "--send", "--account", "/dev/null")]
    public async Task What_cannot_be_is_a_fault_of_usage(params string[] arguments)
    {
        var (code, output, errors) = await CloudProcess.RunAsync(null, ["check", .. arguments]);
        Assert.Equal((2, ""), (code, output));
        Assert.NotEmpty(errors);
    }

    Task<CloudProcess> ServeAsync() =>
        CloudProcess.ServeAsync(data, "--domain", "example.test", "--hostname", "mail.example.test");

    /// <summary>A user, and the file that names her.</summary>
    async Task<string> AccountAsync(string address, string password)
    {
        await CloudProcess.RunAsync($"{password}\n", "user", "add", address, "--data", data);
        var path = Path.Combine(data, "account");
        await File.WriteAllTextAsync(path, $"{address}:{password}\n");
        return path;
    }

    /// <summary>What POP3's STAT says of the mailbox.</summary>
    static async Task<string?> StatAsync(CloudProcess cloud, string address, string password)
    {
        await using var pop3 = await ScriptConnection.OpenAsync(cloud.Ports["pop3"]);
        await pop3.SendAsync(
            Encoding.UTF8.GetBytes($"USER {address}\r\nPASS {password}\r\nSTAT\r\n"),
            byteByByte: false
        );
        for (var skipped = 0; skipped < 3; skipped++)
            Assert.StartsWith("+OK", await pop3.ReadLineAsync());
        return await pop3.ReadLineAsync();
    }

    static Task<(int Code, string Output, string Errors)> CheckAsync(string[] ports, params string[] more) =>
        CloudProcess.RunAsync(null, ["check", "mail.example.test", "--address", "127.0.0.1", .. ports, .. more]);

    static string[] Ports(CloudProcess cloud) =>
        [
            .. cloud
                .Ports.Where(port => port.Key is not ("http" or "https"))
                .SelectMany(port => Option(port.Key, $"{port.Value.Port}")),
        ];

    static string[] Only(string service, int port) => Only((service, port));

    static string[] Only(params (string Service, int Port)[] wanted) =>
        [
            .. ServerCheck.Services.SelectMany(one =>
                Option(
                    one.Name,
                    wanted.Where(w => w.Service == one.Name).Select(w => $"{w.Port}").SingleOrDefault("off")
                )
            ),
        ];

    static string[] Option(string name, string value) => [$"--{name}", value];

    static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A server that says its lines, one for the connection and one for each line it hears, and then hangs up.</summary>
    static async Task<(int Code, string Output)> AgainstAsync(string service, params string[] answers)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var run = CheckAsync(Only(service, ((IPEndPoint)listener.LocalEndpoint).Port));
        using (var client = await listener.AcceptTcpClientAsync())
        {
            using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
            foreach (var answer in answers.Where(answer => answer.Length > 0))
            {
                await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"{answer}\r\n"));
                if (await reader.ReadLineAsync() is null)
                    break;
            }
        }
        var (code, output, _) = await run;
        return (code, output);
    }
}
