using Cloud.Tests.Sessions;

namespace Cloud.Tests.Cli;

/// <summary>`cloud serve` as a newcomer meets it.</summary>
public sealed class ServeTests : IDisposable
{
    readonly string data = Directory.CreateTempSubdirectory("cloud-serve-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task The_first_run_says_what_to_paste_and_which_passwords_to_use()
    {
        await using var cloud = await CloudProcess.ServeAsync(data, "--try");
        Assert.Matches(@"(?m)^  alice@example\.test  password [a-z2-9]{20} ", cloud.Output);
        Assert.Matches(@"(?m)^  bob@example\.test  password [a-z2-9]{20} ", cloud.Output);
        Assert.Contains($"curl smtp://{cloud.Ports["smtp"]} ", cloud.Output);
        Assert.Contains($"curl 'imap://{cloud.Ports["imap"]}/INBOX;MAILINDEX=1'", cloud.Output);
        Assert.Contains($"curl pop3://{cloud.Ports["pop3"]}/1", cloud.Output);
        Assert.Equal(9, cloud.Ports.Count);

        await cloud.TerminateAsync();
        await using var again = await CloudProcess.ServeAsync(data, "--try");
        Assert.DoesNotMatch("password [a-z2-9]{20} ", again.Output);
    }

    [Fact]
    public async Task The_pages_of_a_domain_tell_the_ports_that_are_open()
    {
        await using var cloud = await CloudProcess.ServeAsync(data, "--try", "--mta-sts", "enforce");
        var policy = await PageAsync(cloud, "mta-sts.example.test", "/.well-known/mta-sts.txt");
        Assert.Equal("version: STSv1\r\nmode: enforce\r\nmx: example.test\r\nmax_age: 604800\r\n", policy);
        var settings = await PageAsync(cloud, "autoconfig.example.test", "/mail/config-v1.1.xml");
        foreach (var name in new[] { "imaps", "pop3s", "submissions", "submission" })
            Assert.Contains($"<port>{cloud.Ports[name].Port}</port>", settings);
        await CloudProcess.RunAsync(null, "domain", "add", "later.test", "--data", data);
        Assert.StartsWith("version: STSv1", await PageAsync(cloud, "mta-sts.later.test", "/.well-known/mta-sts.txt"));
        Assert.Equal("Not here\n", await PageAsync(cloud, "mta-sts.other.test", "/.well-known/mta-sts.txt"));
    }

    static async Task<string> PageAsync(CloudProcess cloud, string host, string path)
    {
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new()
            {
                // It is self-signed, and for no domain's pages.
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    certificate?.Subject == "CN=example.test",
            },
        };
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{cloud.Ports["https"]}{path}");
        request.Headers.Host = host;
        using var response = await http.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    [Fact]
    public async Task A_bare_postmaster_is_the_one_of_the_first_domain_whatever_the_host_is_called()
    {
        await using var cloud = await CloudProcess.ServeAsync(data, "--try", "--hostname", "mx.elsewhere.test");
        await CloudProcess.RunAsync(
            null,
            "alias",
            "add",
            "postmaster@example.test",
            "alice@example.test",
            "--data",
            data
        );
        await using var client = await ScriptConnection.OpenAsync(cloud.Ports["smtp"]);
        await client.SendAsync(
            "HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\nQUIT\r\n"u8.ToArray(),
            byteByByte: false
        );
        var lines = new List<string>();
        while (await client.ReadLineAsync() is { } line)
            lines.Add(line);
        Assert.Equal("250 2.1.5 Recipient ok", lines[3]);
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_is_refused_with_a_clear_message()
    {
        await using var first = await CloudProcess.ServeAsync(data, "--domain", "example.test");
        var (code, output, errors) = await CloudProcess.RunAsync(
            null,
            "serve",
            "--data",
            data,
            "--smtp",
            "127.0.0.1:0"
        );
        Assert.Equal(1, code);
        Assert.DoesNotContain("ready", output);
        Assert.Contains(data, errors);
        Assert.Contains($"{first.Id}", errors);
        Assert.Single(errors.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_killed_server_leaves_data_that_the_next_one_takes_up()
    {
        var first = await CloudProcess.ServeAsync(data, "--domain", "example.test");
        await first.KillAsync();
        await first.DisposeAsync();
        await using var second = await CloudProcess.ServeAsync(data);
        var (_, output, _) = await CloudProcess.RunAsync(null, "domain", "list", "--data", data);
        Assert.Equal("example.test\n", output);
    }

    [Fact]
    public async Task Idle_sessions_are_told_of_the_end_and_the_exit_code_is_zero()
    {
        await using var cloud = await CloudProcess.ServeAsync(data, "--domain", "example.test");
        await using var smtp = await ScriptConnection.OpenAsync(cloud.Ports["smtp"]);
        await using var imap = await ScriptConnection.OpenAsync(cloud.Ports["imap"]);
        Assert.StartsWith("220 ", await smtp.ReadLineAsync());
        Assert.StartsWith("* OK ", await imap.ReadLineAsync());

        var stopped = cloud.TerminateAsync();
        Assert.StartsWith("421 ", await smtp.ReadLineAsync());
        Assert.StartsWith("* BYE ", await imap.ReadLineAsync());
        Assert.Equal(0, await stopped);
    }

    [Fact]
    public async Task A_message_in_flight_is_taken_before_the_end()
    {
        await using var cloud = await CloudProcess.ServeAsync(data, "--try");
        await using var smtp = await ScriptConnection.OpenAsync(cloud.Ports["smtp"]);
        foreach (
            var (command, code) in new[]
            {
                ("", "220"),
                ("HELO a.test", "250"),
                ("MAIL FROM:<x@a.test>", "250"),
                ("RCPT TO:<alice@example.test>", "250"),
                ("DATA", "354"),
            }
        )
        {
            if (command.Length > 0)
                await smtp.SendAsync(System.Text.Encoding.ASCII.GetBytes($"{command}\r\n"), byteByByte: false);
            Assert.StartsWith(code, await smtp.ReadLineAsync());
        }
        await smtp.SendAsync("Subject: late\r\n"u8.ToArray(), byteByByte: false);

        var stopped = cloud.TerminateAsync();
        await using (var probe = await OpenUntilRefusedAsync(cloud)) { }
        // Real time, since it is another process's patience: System.CommandLine's own would end here after 2 seconds.
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        await smtp.SendAsync("\r\nJust in time.\r\n.\r\n"u8.ToArray(), byteByByte: false);
        Assert.StartsWith("250 ", await smtp.ReadLineAsync());
        Assert.StartsWith("421 ", await smtp.ReadLineAsync());
        Assert.Equal(0, await stopped);

        await using var again = await CloudProcess.ServeAsync(data);
        var (_, users, _) = await CloudProcess.RunAsync(null, "user", "list", "--data", data);
        Assert.Contains("alice@example.test\t1\t", users);
    }

    [Fact]
    public async Task Impossible_settings_are_all_named_and_nothing_starts()
    {
        var (code, output, errors) = await CloudProcess.RunAsync(
            null,
            ["serve", "--data", data, "--smtp", "nowhere", "--imap", "99", "--store", "moon"]
        );
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains("smtp: \"nowhere\"", errors);
        Assert.Contains("imap: \"99\"", errors);
        Assert.Contains("store: \"moon\"", errors);
    }

    [Fact]
    public async Task A_taken_port_is_named()
    {
        await using var first = await CloudProcess.ServeAsync(data, "--domain", "example.test");
        var other = Path.Combine(data, "other");
        var taken = first.Ports["smtp"].ToString();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            CloudProcess.ServeAsync(other, "--smtp", taken)
        );
        Assert.Contains(taken, error.Message);
    }

    [Fact]
    public async Task A_port_that_may_not_be_listened_on_is_named_in_one_line()
    {
        var elsewhere = "192.0.2.1:2525"; // RFC 5737: nobody's address.
        var (code, _, errors) = await CloudProcess.RunAsync(null, "serve", "--data", data, "--smtp", elsewhere);
        Assert.Equal(1, code);
        Assert.StartsWith(
            $"cloud serve: smtp: cannot listen on {elsewhere}: ",
            Assert.Single(errors.Trim().Split('\n'))
        );
    }

    [Fact]
    public async Task A_storage_service_that_does_not_answer_is_named_in_one_line()
    {
        using var closed = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        closed.Start();
        var address = closed.LocalEndpoint.ToString();
        closed.Stop();
        var account = $"http://{address}/account";
        var (code, _, errors) = await CloudProcess.RunAsync(
            null,
            "serve",
            "--store",
            "azure",
            "--connection-string",
            $"AccountName=account;AccountKey=a2V5;BlobEndpoint={account};QueueEndpoint={account};TableEndpoint={account}"
        );
        Assert.Equal(1, code);
        Assert.Contains($"({address})", Assert.Single(errors.Trim().Split('\n')));
    }

    [Fact]
    public async Task A_second_start_has_nothing_to_warn_of()
    {
        await (await CloudProcess.ServeAsync(data, "--domain", "example.test")).TerminateAsync();
        await using var again = await CloudProcess.ServeAsync(data, "--log-level", "warning");
        await again.TerminateAsync();
        Assert.Empty(again.Errors.Trim());
    }

    [Fact]
    public async Task Mail_is_out_of_other_users_reach()
    {
        if (OperatingSystem.IsWindows())
            return;
        var mail = Path.Combine(data, "mail");
        await using var cloud = await CloudProcess.ServeAsync(mail, "--domain", "example.test");
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(mail)
        );
    }

    [Fact]
    public async Task Users_come_from_a_file_and_its_faulty_lines_are_named_without_their_passwords()
    {
        var users = Path.Combine(data, "users");
        await File.WriteAllTextAsync(users, "# people\nada@example.test:first:with colon\n");
        await using (var cloud = await CloudProcess.ServeAsync(data, "--domain", "example.test", "--users", users))
        {
            var (_, list, _) = await CloudProcess.RunAsync(null, "user", "list", "--data", data);
            Assert.Equal("ada@example.test\t0\t0\n", list);
        }

        await File.WriteAllTextAsync(users, "ada@example.test:second\nno address:geheim\n");
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            CloudProcess.ServeAsync(data, "--users", users)
        );
        Assert.Contains("line 2", error.Message);
        Assert.DoesNotContain("geheim", error.Message);
    }

    [Fact]
    public async Task The_http_port_says_that_all_is_well()
    {
        await using var cloud = await CloudProcess.ServeAsync(data, "--domain", "example.test");
        using var client = new HttpClient();
        Assert.Equal("ok\n", await client.GetStringAsync($"http://{cloud.Ports["http"]}/healthz"));
    }

    /// <summary>Waits until the server accepts no more: its stop has begun.</summary>
    static async Task<IAsyncDisposable> OpenUntilRefusedAsync(CloudProcess cloud)
    {
        while (true)
        {
            try
            {
                await using var probe = await ScriptConnection.OpenAsync(cloud.Ports["pop3"]);
                if (await probe.ReadLineAsync() is not { } greeting || !greeting.StartsWith("+OK"))
                    return probe;
            }
            catch (System.Net.Sockets.SocketException)
            {
                return new MemoryStream();
            }
        }
    }
}
