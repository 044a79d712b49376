using System.Net;
using System.Security.Cryptography;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

public abstract class AuthenticationTests(Hop hop) : GatewayTests(hop)
{
    readonly ManualClock clock = new();

    Task<TestBackend> OpenAsync() => OpenAsync(time: clock);

    [Fact]
    public async Task Wrong_passwords_lock_the_account_for_longer_each_time()
    {
        var test = await OpenAsync();
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 9; i++)
        {
            var client = $"192.0.2.{i}";
            var result = await test.LoginAsync(TestBackend.Alice, "wrong", client);
            if (result.Status == AuthenticateStatus.LockedOut)
            {
                waits.Add(result.RetryAfter);
                clock.Advance(result.RetryAfter);
                await test.LoginAsync(TestBackend.Alice, "wrong", client);
            }
        }
        Assert.Equal([1, 2, 4], waits.Take(3).Select(wait => (int)wait.TotalSeconds));
        // Not even the right one, from a place that never had it.
        var locked = await test.LoginAsync(TestBackend.Alice, TestBackend.Password);
        Assert.Equal(AuthenticateStatus.LockedOut, locked.Status);
        clock.Advance(locked.RetryAfter);
        Assert.Equal(AuthenticateStatus.Ok, (await test.LoginAsync(TestBackend.Alice, TestBackend.Password)).Status);
    }

    [Fact]
    public async Task Guesses_made_at_once_are_counted_like_guesses_one_after_another()
    {
        var test = await OpenAsync();
        var atOnce = Math.Max(1, Environment.ProcessorCount / 2);
        var guesses = Enumerable
            .Range(0, 16 + 2 * atOnce)
            .Select(i => Task.Run(() => test.LoginAsync(TestBackend.Alice, $"guess {i}")));
        var results = await Task.WhenAll(guesses);
        var tried = results.Count(result => result.Status == AuthenticateStatus.WrongCredentials);
        Assert.InRange(tried, 6, 6 + atOnce);
    }

    [Fact]
    public async Task Who_logged_in_before_is_not_locked_out_by_others()
    {
        var test = await OpenAsync();
        await test.LoginAsync(TestBackend.Alice, TestBackend.Password, "198.51.100.1");
        for (var i = 0; i < 8; i++)
            await test.LoginAsync(TestBackend.Alice, "wrong", "192.0.2.1");
        Assert.Equal(
            AuthenticateStatus.Ok,
            (await test.LoginAsync(TestBackend.Alice, TestBackend.Password, "198.51.100.1")).Status
        );
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    public async Task Failures_of_one_network_count_together(string first, string second, bool together)
    {
        var test = await OpenAsync();
        for (var i = 0; i < 21; i++)
            await test.LoginAsync($"user{i}@example.test", "", first);
        var result = await test.LoginAsync(TestBackend.Alice, TestBackend.Password, second);
        Assert.Equal(together ? AuthenticateStatus.LockedOut : AuthenticateStatus.Ok, result.Status);
    }

    [Fact]
    public async Task A_new_password_makes_the_old_one_void_at_once()
    {
        var test = await OpenAsync();
        await test.LoginAsync(TestBackend.Alice, TestBackend.Password);
        await test.Admin.SetPasswordAsync(TestBackend.Alice, "new \u2168 password", default);
        Assert.Equal(
            AuthenticateStatus.WrongCredentials,
            (await test.LoginAsync(TestBackend.Alice, TestBackend.Password)).Status
        );
        // Normalised: the Roman numeral is IX.
        Assert.Equal(AuthenticateStatus.Ok, (await test.LoginAsync(TestBackend.Alice, "new IX password")).Status);
    }

    [Fact]
    public async Task Scram_proves_both_sides()
    {
        var test = await OpenAsync();
        var parameters = await test.Gateway.StartScramAsync(TestBackend.Alice, default);
        var message = Encoding.UTF8.GetBytes("n=alice,r=x,r=xy,s=..,i=100000,c=biws,r=xy");
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(TestBackend.Password),
            parameters.Salt.Span,
            parameters.Iterations,
            HashAlgorithmName.SHA256,
            32
        );
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        var signature = HMACSHA256.HashData(SHA256.HashData(clientKey), message);
        var proof = clientKey.Zip(signature, (a, b) => (byte)(a ^ b)).ToArray();

        var result = await test.Gateway.FinishScramAsync(
            new(TestBackend.Alice, message, proof, IPAddress.Loopback),
            default
        );
        Assert.Equal((AuthenticateStatus.Ok, test.AliceId), (result.Status, result.Account));
        var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        Assert.Equal(HMACSHA256.HashData(serverKey, message), result.ServerSignature.ToArray());

        proof[0] ^= 1;
        var wrong = await test.Gateway.FinishScramAsync(
            new(TestBackend.Alice, message, proof, IPAddress.Loopback),
            default
        );
        Assert.Equal(AuthenticateStatus.WrongCredentials, wrong.Status);
    }

    [Fact]
    public async Task Unknown_names_get_salts_that_last()
    {
        var rows = new MemoryRows();
        var first = await OpenAsync(rows, time: clock);
        var second = await OpenAsync(rows, time: clock, seed: 99);
        var one = await first.Gateway.StartScramAsync("nobody@example.test", default);
        var again = await second.Gateway.StartScramAsync("nobody@example.test", default);
        var other = await second.Gateway.StartScramAsync("somebody@example.test", default);
        Assert.Equal(one.Salt.ToArray(), again.Salt.ToArray());
        Assert.NotEqual(one.Salt.ToArray(), other.Salt.ToArray());
        Assert.Equal(one.Iterations, (await first.Gateway.StartScramAsync(TestBackend.Alice, default)).Iterations);
    }

    [Theory]
    [InlineData("alice@[a/b#c?d\\e]")]
    [InlineData("ä\0\r\n@example.test")]
    public async Task Odd_names_are_wrong_names(string login)
    {
        var test = await OpenAsync();
        Assert.Equal(AuthenticateStatus.WrongCredentials, (await test.LoginAsync(login, "x")).Status);
        Assert.Equal(
            AuthenticateStatus.WrongCredentials,
            (await test.LoginAsync(login + new string('ü', 5000), "x")).Status
        );
    }
}

public sealed class LocalAuthenticationTests() : AuthenticationTests(Hop.None);

public sealed class HttpAuthenticationTests() : AuthenticationTests(Hop.Claim);

public sealed class StreamedAuthenticationTests() : AuthenticationTests(Hop.Stream);
