using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Flow.Inbound;
using Cloud.Flow.Sweep;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Cloud.Tests.Sessions;
using Cloud.Tests.Store.Azure;

namespace Cloud.Tests.Listener.Container;

/// <summary>The container's program as a process, on a real Azurite.</summary>
[Collection(AzuriteFixture.Collection)]
public sealed class ListenerProcessTests(AzuriteFixture azurite) : IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly List<Process> started = [];
    readonly StringBuilder errors = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var process in started)
        {
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    [Fact]
    public async Task It_says_what_listens_tells_its_health_and_ends_with_zero()
    {
        var listener = Start([], Settings());
        var ports = await ReadyAsync(listener);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{ports["http"]}") };
        Assert.Equal("ok\n", await http.GetStringAsync("/health"));
        Assert.Equal("ready\n", await http.GetStringAsync("/ready"));
        await using var smtp = await ScriptConnection.OpenAsync(ports["smtp"]);
        Assert.StartsWith("220 mx.example.test ", await smtp.ReadLineAsync());

        var settings = Settings();
        settings["CLOUD_HTTP"] = $"0.0.0.0:{ports["http"].Port}";
        Assert.Equal((0, "ok\n"), await RunAsync("--health", settings));
        Assert.Equal((0, "ready\n"), await RunAsync("--ready", settings));

        using (var kill = Process.Start("kill", ["-TERM", $"{listener.Id}"]))
            await kill.WaitForExitAsync();
        Assert.StartsWith("421 ", await smtp.ReadLineAsync());
        using var patience = new CancellationTokenSource(Patience);
        await listener.WaitForExitAsync(patience.Token);
        Assert.Equal(0, listener.ExitCode);
        Assert.Equal(1, (await RunAsync("--health", settings)).ExitCode);
    }

    [Fact]
    public async Task The_pages_of_the_domains_are_served_with_the_listeners_certificate()
    {
        var settings = Settings();
        (settings["CLOUD_DOMAIN"], settings["CLOUD_MTA_STS"]) = ("example.test", "none");
        var ports = await ReadyAsync(Start([], settings));
        var subject = "";
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new()
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    (subject = certificate!.Subject).Length > 0,
            },
        };
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"https://{ports["https"]}") };
        http.DefaultRequestHeaders.Host = "mta-sts.example.test";
        Assert.Equal(
            "version: STSv1\r\nmode: none\r\nmx: mx.example.test\r\nmax_age: 604800\r\n",
            await http.GetStringAsync("/.well-known/mta-sts.txt")
        );
        Assert.Equal("CN=mx.example.test", subject);
        http.DefaultRequestHeaders.Host = "autoconfig.example.test";
        Assert.Contains("<port>993</port>", await http.GetStringAsync("/mail/config-v1.1.xml"));

        using var tooMuch = new ByteArrayContent(new byte[100_000]);
        using var refused = await http.PostAsync("/autodiscover/autodiscover.xml", tooMuch);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
    }

    [Fact]
    public async Task Mail_goes_through_the_functions_app_and_readiness_tells_when_that_is_gone()
    {
        var store = azurite.Store;
        var entropy = new SeededEntropy(5);
        var backend = new Backend(store.Rows, store.Blobs, store.Queues, TimeProvider.System, entropy);
        var administration = new Administration(backend);
        if (!(await administration.ListDomainsAsync(default)).Contains("hop.test"))
            await administration.AddDomainAsync("hop.test", default);
        await administration.AddUserAsync("alice@hop.test", "correct horse", default);
        var app = await GatewayHop.StartAsync(backend);
        var keys = new ConcurrentBag<string>();
        app.Instead = (http, answer) =>
        {
            keys.Add($"{http.Request.Headers["x-functions-key"]}");
            return answer();
        };
        var settings = Settings();
        (settings["CLOUD_GATEWAY"], settings["CLOUD_GATEWAY_KEY"]) = ($"{app.Address}", "the function's key");
        var ports = await ReadyAsync(Start([], settings));

        Assert.EndsWith("250 2.1.5 Recipient ok", await AskAsync(ports["smtp"], "RCPT TO:<alice@hop.test>"));
        Assert.EndsWith("550 5.1.1 No such mailbox", await AskAsync(ports["smtp"], "RCPT TO:<bob@hop.test>"));
        Assert.All(keys, key => Assert.Equal("the function's key", key));

        await app.DisposeAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{ports["http"]}") };
        using var patience = new CancellationTokenSource(Patience);
        var ready = await http.GetAsync("/ready", patience.Token);
        while (ready.IsSuccessStatusCode)
        {
            Assert.StartsWith("451 ", (await AskAsync(ports["smtp"], "RCPT TO:<alice@hop.test>")).Split('\n')[^1]);
            ready = await http.GetAsync("/ready", patience.Token);
        }
        Assert.Contains("gateway: ", await ready.Content.ReadAsStringAsync(patience.Token));
        Assert.Equal("ok\n", await http.GetStringAsync("/health", patience.Token));
    }

    /// <summary>The answer to a recipient.</summary>
    static async Task<string> AskAsync(IPEndPoint smtp, string recipient)
    {
        await using var client = await ScriptConnection.OpenAsync(smtp);
        var lines = new List<string?>();
        foreach (var command in new[] { "", "HELO there.test", "MAIL FROM:<x@there.test>", recipient })
        {
            if (command.Length > 0)
                await client.SendAsync(Encoding.ASCII.GetBytes($"{command}\r\n"), byteByByte: false);
            lines.Add(await client.ReadLineAsync());
        }
        return string.Join('\n', lines);
    }

    [Fact]
    public async Task One_that_reads_the_store_itself_files_what_waits_and_sweeps()
    {
        var store = azurite.Store;
        var backend = new Backend(store.Rows, store.Blobs, store.Queues, TimeProvider.System, Entropy.System);
        var administration = new Administration(backend);
        if (!(await administration.ListDomainsAsync(default)).Contains("direct.test"))
            await administration.AddDomainAsync("direct.test", default);
        await administration.AddUserAsync("alice@direct.test", "correct horse", default);
        // Other processes may have swept here; the next pass is due.
        var yesterday = DateTimeOffset.UtcNow - 2 * Sweeper.PassEvery;
        if (await SweepRows.ReadAsync(store.Rows, default) is { } state)
            await SweepRows.WriteAsync(store.Rows, state with { Stage = SweepStage.Done, Began = yesterday });
        var gateway = new LocalGateway(backend);
        var transaction = TransactionId.Create(TimeProvider.System, Entropy.System);
        await using var upload = await gateway.BeginUploadAsync(transaction, default);
        await upload.WriteAsync("text"u8.ToArray(), default);
        var message = await upload.CompleteAsync(default);
        var recipient = EmailAddress.TryParse("alice@direct.test")!;
        await Deferring.DeferAsync(
            store.Queues,
            transaction,
            Origin.Nobody,
            [new(recipient)],
            message,
            null,
            DateTimeOffset.UtcNow,
            default
        );

        await ReadyAsync(Start([], Settings()));
        var account = Assert.Single(await backend.Directory.ResolveAsync(recipient, default) ?? []);
        using var patience = new CancellationTokenSource(Patience);
        while ((await gateway.OpenAsync(account, MailboxRow.Inbox, false, patience.Token))!.Entries.Count == 0)
            await Task.Delay(20, patience.Token);
        while (!((await SweepRows.ReadAsync(store.Rows, patience.Token))?.Began > yesterday))
            await Task.Delay(20, patience.Token);
    }

    [Fact]
    public async Task Settings_that_cannot_be_are_told_and_the_exit_code_is_two()
    {
        var (code, output) = await RunAsync(null, new() { ["CLOUD_SMTP"] = "nowhere" });
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("CLOUD_HOSTNAME: missing", $"{errors}");
        Assert.Contains("CLOUD_SMTP: ", $"{errors}");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_in_one_line()
    {
        var ports = await ReadyAsync(Start([], Settings()));
        var settings = Settings();
        settings["CLOUD_IMAP"] = $"{ports["imap"]}";
        Assert.Equal(1, (await RunAsync(null, settings)).ExitCode);
        Assert.StartsWith("listener: imap: cannot listen on ", $"{errors}");
        Assert.Single($"{errors}".Trim().Split('\n'));
    }

    [Fact]
    public async Task Logs_are_json_when_asked()
    {
        var settings = Settings();
        (settings["CLOUD_LOG_FORMAT"], settings["CLOUD_TRUST_CLIENT_ADDRESS"]) = ("json", "false");
        var ports = await ReadyAsync(Start([], settings));
        await using (var smtp = await ScriptConnection.OpenAsync(ports["submissions"]))
        {
            await smtp.SendAsync("no TLS at all\r\n"u8.ToArray(), byteByByte: false);
            while (await smtp.ReadLineAsync() is not null) { }
        }
        using var patience = new CancellationTokenSource(Patience);
        while (!$"{Errors()}".Contains("\"EventId\":1001", StringComparison.Ordinal))
            await Task.Delay(10, patience.Token);
        Assert.StartsWith("{", Errors());
        Assert.DoesNotContain("127.0.0.1", Errors()); // A proxy's address, for all we know: it is not told as the peer's.
    }

    Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>
        {
            ["CLOUD_HOSTNAME"] = "mx.example.test",
            ["CLOUD_GATEWAY"] = "direct",
            ["CLOUD_STORAGE"] = azurite.ConnectionString,
            ["CLOUD_HTTP"] = "127.0.0.1:0",
            ["CLOUD_HTTPS"] = "127.0.0.1:0",
        };
        foreach (var (name, _) in Cloud.Listener.Hosting.Fronts.Registered)
            settings[$"CLOUD_{name.ToUpperInvariant()}"] = "127.0.0.1:0";
        return settings;
    }

    static async Task<IReadOnlyDictionary<string, IPEndPoint>> ReadyAsync(Process listener)
    {
        using var patience = new CancellationTokenSource(Patience);
        var line = await listener.StandardOutput.ReadLineAsync(patience.Token);
        Assert.StartsWith("ready ", line);
        return line!
            [6..]
            .Split(' ')
            .Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => IPEndPoint.Parse(pair[1]));
    }

    async Task<(int ExitCode, string Output)> RunAsync(string? argument, Dictionary<string, string> settings)
    {
        lock (errors)
            errors.Clear();
        var process = Start(argument is null ? [] : [argument], settings);
        using var patience = new CancellationTokenSource(Patience);
        var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, output);
    }

    Process Start(string[] arguments, Dictionary<string, string> settings)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "listener"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("CLOUD_")).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        started.Add(process);
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
                errors.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
        return process;
    }

    string Errors()
    {
        lock (errors)
            return errors.ToString();
    }
}
