using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Cloud.Listener.Hosting;
using Cloud.Listener.Tls;
using Cloud.Listener.Tls.Acme;
using Cloud.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Listener.Tls.Acme;

/// <summary>Certificates ordered from an authority that checks everything.</summary>
public sealed class AcmeSourceTests : IAsyncLifetime
{
    readonly DirectoryInfo state = Directory.CreateTempSubdirectory("cloud-acme-");
    readonly SkippingClock clock = new();
    readonly HttpChallenges challenges = new();
    AcmeServer authority = null!;
    HttpPort port80 = null!;

    public async Task InitializeAsync()
    {
        authority = await AcmeServer.StartAsync(clock);
        port80 = new HttpPort(
            "acme-http",
            new IPEndPoint(IPAddress.Loopback, 0),
            challenges.AnswerAsync,
            NullLoggerFactory.Instance
        );
        await port80.StartAsync(default);
        authority.Validate = LookAsync;
    }

    public async Task DisposeAsync()
    {
        await port80.DisposeAsync();
        await authority.DisposeAsync();
        state.Delete(recursive: true);
    }

    [Fact]
    public async Task A_certificate_for_all_names_is_ordered_and_proved_on_port_80()
    {
        var names = new[] { "mx.example.test", "imap.example.test", "smtp.example.test" };
        var look = await Source(names).LookAsync(default);
        Assert.Empty(authority.Complaints);
        Assert.Equal(names.Order(), look.Changed!.Names.Order());
        Assert.True(look.Changed.Leaf.HasPrivateKey);
        Assert.True(IsVouchedFor(look.Changed.Leaf));
        Assert.Equal("mailto:postmaster@example.test", authority.Contact);
        // What was proved is not shown any more.
        Assert.Null(await LookAsync(names[0], authority.Orders[0].Tokens[names[0]]));
    }

    [Fact]
    public async Task A_restart_uses_what_was_issued_and_orders_nothing()
    {
        var first = await Source("mx.example.test").LookAsync(default);
        var second = await Source("mx.example.test").LookAsync(default);
        Assert.Equal(first.Changed!.Leaf.Thumbprint, second.Changed!.Leaf.Thumbprint);
        Assert.Single(authority.Orders);
    }

    [Fact]
    public async Task While_it_cannot_be_told_what_is_kept_nothing_is_ordered_and_it_is_looked_again_soon()
    {
        await Source("mx.example.test").LookAsync(default);
        var files = new Failing(new AcmeFolder(state.FullName)) { Fails = true };
        var source = Source(files, challenges, new(), () => new(), "mx.example.test");
        await Assert.ThrowsAsync<CertificateException>(async () => await source.LookAsync(default));
        Assert.Equal(TimeSpan.FromMinutes(1), source.Retry.First);
        files.Fails = false;
        Assert.NotNull((await source.LookAsync(default)).Changed);
        Assert.Equal(TimeSpan.FromMinutes(15), source.Retry.First);
        Assert.Single(authority.Orders);
    }

    [Fact]
    public async Task A_replica_that_begins_at_the_same_time_has_the_same_account()
    {
        var files = new Failing(new AcmeFolder(state.FullName)) { Between = LookOnceAsync };
        await Source(files, challenges, new(), () => new(), "mx.example.test").LookAsync(default);
        Assert.Equal(1, authority.Accounts);
    }

    [Fact]
    public async Task What_is_kept_can_be_read_by_its_owner_only()
    {
        await Source("mx.example.test").LookAsync(default);
        var files = state.GetFiles("*", SearchOption.AllDirectories);
        Assert.Equal(["account.pem", "certificate.pem"], files.Select(file => file.Name).Order());
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode));
    }

    [Fact]
    public async Task Other_names_than_the_kept_ones_are_ordered_with_the_same_account()
    {
        await Source("mx.example.test").LookAsync(default);
        var look = await Source("mx.example.test", "pop.example.test").LookAsync(default);
        Assert.Contains("pop.example.test", look.Changed!.Names);
        Assert.Equal(1, authority.Accounts);
    }

    [Fact]
    public async Task Nonces_that_are_not_liked_are_replaced()
    {
        authority.BadNonces = 3;
        Assert.NotNull((await Source("mx.example.test").LookAsync(default)).Changed);
        Assert.Empty(authority.Complaints);
    }

    [Fact]
    public async Task An_authority_that_likes_no_nonce_is_given_up()
    {
        authority.BadNonces = int.MaxValue;
        var fault = await Assert.ThrowsAnyAsync<CertificateException>(LookOnceAsync);
        Assert.Contains("badNonce", fault.Message);
        Assert.True(authority.Requests.Count < 20);
    }

    [Fact]
    public async Task A_rate_limit_is_told_with_the_wait_that_the_authority_asks_for()
    {
        authority.RateLimited = 86_400;
        var fault = await Assert.ThrowsAnyAsync<CertificateException>(LookOnceAsync);
        Assert.Equal(TimeSpan.FromDays(1), fault.RetryAfter);
        Assert.Contains("too many certificates already issued", fault.Message);
    }

    [Fact]
    public async Task A_proof_that_is_not_seen_ends_the_order_with_the_authoritys_reason()
    {
        authority.Validate = (_, _) => Task.FromResult<string?>("something else");
        var fault = await Assert.ThrowsAnyAsync<CertificateException>(LookOnceAsync);
        Assert.Contains("the proof is not there", fault.Message);
        Assert.Null(await LookAsync("mx.example.test", authority.Orders[0].Tokens["mx.example.test"]));
    }

    [Fact]
    public async Task A_slow_authority_is_waited_for_in_its_own_rhythm()
    {
        authority.SlowPolls = 20;
        var began = clock.GetUtcNow();
        Assert.NotNull((await Source("mx.example.test").LookAsync(default)).Changed);
        Assert.True(clock.GetUtcNow() - began >= TimeSpan.FromSeconds(20));
        Assert.True(authority.Requests.Count(path => path == "/order/0") <= 22);
    }

    [Fact]
    public async Task An_authority_that_never_ends_is_given_up()
    {
        authority.SlowPolls = int.MaxValue;
        var fault = await Assert.ThrowsAnyAsync<CertificateException>(LookOnceAsync);
        Assert.Contains("did not come to an end", fault.Message);
    }

    [Fact]
    public async Task An_authority_out_of_reach_is_a_fault_and_no_crash()
    {
        await authority.DisposeAsync();
        await Assert.ThrowsAnyAsync<CertificateException>(LookOnceAsync);
    }

    [Fact]
    public async Task An_answer_that_never_ends_is_given_up()
    {
        authority.Stalls = "/order";
        var source = Source(challenges, new(), () => new() { Timeout = TimeSpan.FromSeconds(1) }, "mx.example.test");
        var fault = await Assert
            .ThrowsAnyAsync<CertificateException>(async () => await source.LookAsync(default))
            .WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains("did not end its answer", fault.Message);
    }

    [Fact]
    public async Task An_encrypted_directory_cannot_lead_to_an_address_in_clear()
    {
        var asked = new List<Uri>();
        using var handler = new Directories(
            asked,
            """{"newNonce":"http://authority.test/nonce","newAccount":"https://authority.test/account"}"""
        );
        using var http = new HttpClient(handler);
        using var key = AccountKey.Create();
        using var client = new AcmeClient(http, new Uri("https://authority.test/directory"), key, clock);
        var fault = await Assert.ThrowsAnyAsync<CertificateException>(() => client.SignInAsync(new(), default));
        Assert.Contains("http://authority.test/nonce", fault.Message);
        Assert.Equal([new Uri("https://authority.test/directory")], asked);
    }

    [Fact]
    public async Task A_proof_that_cannot_be_taken_away_does_not_end_an_order_that_was_believed()
    {
        var zone = new TextRecords { Keeps = true };
        authority.ChallengeType = "dns-01";
        authority.Validate = (name, _) => Task.FromResult(zone.Answer(authority, $"_acme-challenge.{name}"));
        var responder = new DnsChallenges(zone, TimeSpan.FromMinutes(1));
        var look = await Source(responder, new(), "mx.example.test", "pop.example.test").LookAsync(default);
        Assert.Equal(["mx.example.test", "pop.example.test"], look.Changed!.Names.Order());
        Assert.Equal(2, zone.Removals);
    }

    [Fact]
    public async Task An_account_is_bound_to_the_one_at_the_authoritys_desk()
    {
        var key = Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef");
        authority.Binding = ("desk-7", key);
        var fault = await Assert.ThrowsAnyAsync<CertificateException>(LookOnceAsync);
        Assert.Contains("external account binding", fault.Message);

        var account = new AcmeAccount { BindingKeyId = "desk-7", BindingSecret = key };
        Assert.NotNull((await Source(challenges, account, "mx.example.test").LookAsync(default)).Changed);
        Assert.Empty(authority.Complaints);
    }

    [Fact]
    public async Task A_wildcard_and_its_domain_are_proved_by_dns_at_one_name()
    {
        var zone = new TextRecords();
        authority.ChallengeType = "dns-01";
        authority.Validate = (name, _) => Task.FromResult(zone.Answer(authority, $"_acme-challenge.{name}"));
        var responder = new DnsChallenges(zone, TimeSpan.FromMinutes(1));
        var began = clock.GetUtcNow();
        var look = await Source(responder, new(), "example.test", "*.example.test").LookAsync(default);
        Assert.Equal(["*.example.test", "example.test"], look.Changed!.Names.Order());
        Assert.Empty(zone.Records);
        Assert.True(clock.GetUtcNow() - began >= TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Renewal_comes_when_a_third_of_the_lifetime_is_left()
    {
        var source = Source("mx.example.test");
        await source.LookAsync(default);
        clock.Advance(TimeSpan.FromDays(58));
        Assert.Null((await source.LookAsync(default)).Changed);
        clock.Advance(TimeSpan.FromDays(2.1));
        Assert.NotNull((await source.LookAsync(default)).Changed);
        Assert.Null((await source.LookAsync(default)).Changed);
        Assert.Equal(2, authority.Orders.Count);
    }

    [Fact]
    public async Task The_authority_may_ask_for_an_earlier_renewal()
    {
        authority.Window = (clock.GetUtcNow().AddDays(3), clock.GetUtcNow().AddDays(4));
        var source = Source("mx.example.test");
        await source.LookAsync(default);
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Null((await source.LookAsync(default)).Changed);
        clock.Advance(TimeSpan.FromDays(4));
        Assert.NotNull((await source.LookAsync(default)).Changed);
        Assert.Equal(authority.Orders[0].CertificateId, authority.Orders[1].Replaces);
        Assert.Empty(authority.Complaints);
    }

    [Fact]
    public async Task A_renewal_that_came_to_nothing_does_not_stand_in_the_way_of_the_next()
    {
        authority.Window = (clock.GetUtcNow().AddDays(3), clock.GetUtcNow().AddDays(4));
        var source = Source("mx.example.test");
        await source.LookAsync(default);
        clock.Advance(TimeSpan.FromDays(5));
        authority.Validate = (_, _) => Task.FromResult<string?>(null);
        await Assert.ThrowsAnyAsync<CertificateException>(async () => await source.LookAsync(default));
        authority.Validate = LookAsync;
        Assert.NotNull((await source.LookAsync(default)).Changed);
        Assert.Empty(authority.Complaints);
    }

    [Fact]
    public async Task A_failed_renewal_leaves_the_kept_certificate_in_use_after_a_restart()
    {
        await Source("mx.example.test").LookAsync(default);
        clock.Advance(TimeSpan.FromDays(70));
        authority.RateLimited = 60;
        var source = Source("mx.example.test");
        Assert.NotNull((await source.LookAsync(default)).Changed);
        await Assert.ThrowsAnyAsync<CertificateException>(async () => await source.LookAsync(default));
    }

    [Fact]
    public async Task A_name_joins_once_it_leads_here_and_until_then_keeps_nothing_away()
    {
        var here = false;
        var source = Joining(_ => here);
        Assert.Equal(["mx.example.test"], (await source.LookAsync(default)).Changed!.Names);
        Assert.Null((await source.LookAsync(default)).Changed);
        here = true;
        var joined = (await source.LookAsync(default)).Changed!;
        Assert.Equal(["mta-sts.example.test", "mx.example.test"], joined.Names.Order());
        Assert.Null((await source.LookAsync(default)).Changed);
        Assert.Equal(2, authority.Orders.Count);

        // It has gone again: that is no reason for another order.
        here = false;
        Assert.Null((await source.LookAsync(default)).Changed);
    }

    [Fact]
    public async Task A_kept_certificate_is_used_at_once_and_then_its_names_join()
    {
        await LookOnceAsync();
        var source = Joining(_ => true);
        var first = await source.LookAsync(default);
        Assert.Equal(["mx.example.test"], first.Changed!.Names);
        Assert.Equal(TimeSpan.FromMinutes(1), first.Next);
        Assert.Equal(2, (await source.LookAsync(default)).Changed!.Names.Count);
    }

    [Fact]
    public async Task A_further_name_that_cannot_be_proved_does_not_keep_the_certificate_away()
    {
        authority.Validate = (name, token) =>
            name.StartsWith("mta-sts", StringComparison.Ordinal)
                ? Task.FromResult<string?>(null)
                : LookAsync(name, token);
        var source = Joining(_ => true);
        Assert.Equal(["mx.example.test"], (await source.LookAsync(default)).Changed!.Names);
        // Then nothing is due, and the failure is one.
        await Assert.ThrowsAnyAsync<CertificateException>(async () => await source.LookAsync(default));
        clock.Advance(TimeSpan.FromDays(70));
        Assert.Equal(["mx.example.test"], (await source.LookAsync(default)).Changed!.Names);
    }

    AcmeSource Joining(Func<string, bool> leadsHere) =>
        new(
            new AcmeOptions
            {
                Directory = authority.Directory,
                Names = ["mx.example.test"],
                MoreNames = ["mta-sts.example.test"],
                Account = new() { Contact = "postmaster@example.test" },
            },
            new AcmeFolder(state.FullName),
            challenges,
            () => new(),
            clock,
            new SeededEntropy(1),
            NullLoggerFactory.Instance,
            (name, _) => new(leadsHere(name))
        );

    async Task LookOnceAsync() => await Source("mx.example.test").LookAsync(default);

    AcmeSource Source(params string[] names) =>
        Source(challenges, new() { Contact = "postmaster@example.test" }, names);

    AcmeSource Source(IChallengeResponder responder, AcmeAccount account, params string[] names) =>
        Source(responder, account, () => new(), names);

    AcmeSource Source(
        IChallengeResponder responder,
        AcmeAccount account,
        Func<HttpClient> http,
        params string[] names
    ) => Source(new AcmeFolder(state.FullName), responder, account, http, names);

    AcmeSource Source(
        IAcmeFiles files,
        IChallengeResponder responder,
        AcmeAccount account,
        Func<HttpClient> http,
        params string[] names
    )
    {
        var options = new AcmeOptions
        {
            Directory = authority.Directory,
            Names = names,
            Account = account,
        };
        return new(options, files, responder, http, clock, new SeededEntropy(1), NullLoggerFactory.Instance);
    }

    /// <summary>What the authority would read at http://NAME/.well-known/acme-challenge/TOKEN.</summary>
    async Task<string?> LookAsync(string name, string token)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"http://{port80.Address}/.well-known/acme-challenge/{token}"
        );
        request.Headers.Host = name;
        using var answer = await http.SendAsync(request);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : null;
    }

    bool IsVouchedFor(X509Certificate2 leaf)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority.Authority.Root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = clock.GetUtcNow().UtcDateTime.AddMinutes(1);
        return chain.Build(leaf);
    }

    sealed class Directories(List<Uri> asked, string directory) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            asked.Add(request.RequestUri!);
            return Task.FromResult(new HttpResponseMessage { Content = new StringContent(directory) });
        }
    }

    /// <summary>A store that does not answer, or in which somebody else is faster.</summary>
    sealed class Failing(IAcmeFiles files) : IAcmeFiles
    {
        public bool Fails { get; set; }

        /// <summary>Happens between finding nothing and adding it.</summary>
        public Func<Task>? Between { get; init; }

        public ValueTask<string?> ReadAsync(string name, CancellationToken cancel) =>
            Fails ? throw new CertificateException("the store does not answer") : files.ReadAsync(name, cancel);

        public async ValueTask<bool> TryAddAsync(string name, string text, CancellationToken cancel)
        {
            if (Between is not null)
                await Between();
            return await files.TryAddAsync(name, text, cancel);
        }

        public ValueTask WriteAsync(string name, string text, CancellationToken cancel) =>
            files.WriteAsync(name, text, cancel);
    }

    sealed class TextRecords : ITextRecords
    {
        /// <summary>Fails to take anything away.</summary>
        public bool Keeps { get; init; }

        public int Removals { get; private set; }

        public List<(string Name, string Value)> Records { get; } = [];

        public ValueTask AddAsync(string name, string value, CancellationToken cancel)
        {
            Records.Add((name, value));
            return ValueTask.CompletedTask;
        }

        public ValueTask RemoveAsync(string name, string value, CancellationToken cancel)
        {
            Removals++;
            if (Keeps)
                throw new CertificateException("the zone does not answer");
            Records.Remove((name, value));
            return ValueTask.CompletedTask;
        }

        /// <summary>The value that the authority is looking for, when it is among those at the name.</summary>
        public string? Answer(AcmeServer authority, string name)
        {
            var order = authority.Orders[^1];
            var next = order.Names.First(known => !order.Proved.ContainsKey(known));
            var proof = $"{order.Tokens[next]}.{order.Account.Thumbprint}";
            var wanted = System.Buffers.Text.Base64Url.EncodeToString(
                System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(proof))
            );
            return Records.Contains((name, wanted)) ? wanted : null;
        }
    }
}
