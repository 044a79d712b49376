using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cloud.Listener.Pop3;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Pop3;

/// <summary>SCRAM-SHA-256 over AUTH (RFC 5034, RFC 7677), allowed without TLS since no password goes over the wire.</summary>
public sealed class ScramTests
{
    [Theory]
    [InlineData(FakeMail.Password, "+OK 1 messages")]
    [InlineData("wrong", "-ERR [AUTH] Wrong name or password")]
    public async Task A_client_that_knows_the_password_need_not_send_it(string password, string answer)
    {
        var options = new Pop3Options { AllowPlainTextOnLoopback = false };
        await using var listener = await Pop3Server.StartAsync(FakeMail.With("x\r\n"), options);
        await using var client = await ScriptConnection.OpenAsync(listener.Address());
        Assert.StartsWith("+OK", await client.ReadLineAsync(), StringComparison.Ordinal);

        const string Bare = "n=alice@example.test,r=rOprNGfwEbeRWgbNEkqO";
        var serverFirst = await AskAsync(client, $"AUTH SCRAM-SHA-256 {Base64("n,," + Bare)}");
        var parts = serverFirst.Split(',').ToDictionary(part => part[0], part => part[2..]);
        var withoutProof = $"c=biws,r={parts['r']}";
        var iterations = int.Parse(parts['i'], CultureInfo.InvariantCulture);
        var salt = Convert.FromBase64String(parts['s']);
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, 32);
        var message = Encoding.UTF8.GetBytes($"{Bare},{serverFirst},{withoutProof}");
        var key = HMACSHA256.HashData(salted, "Client Key"u8);
        var signature = HMACSHA256.HashData(SHA256.HashData(key), message);
        var proof = Convert.ToBase64String([.. key.Zip(signature, (a, b) => (byte)(a ^ b))]);

        if (password == FakeMail.Password)
        {
            var server = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), message);
            var final = await AskAsync(client, Base64($"{withoutProof},p={proof}"));
            Assert.Equal($"v={Convert.ToBase64String(server)}", final);
            await SendAsync(client, "");
        }
        else
        {
            await SendAsync(client, Base64($"{withoutProof},p={proof}"));
        }
        Assert.Equal(answer, await client.ReadLineAsync());
    }

    static async Task<string> AskAsync(ScriptConnection client, string line)
    {
        await SendAsync(client, line);
        var challenge = await client.ReadLineAsync();
        Assert.StartsWith("+ ", challenge, StringComparison.Ordinal);
        return Encoding.UTF8.GetString(Convert.FromBase64String(challenge![2..]));
    }

    static Task SendAsync(ScriptConnection client, string line) =>
        client.SendAsync(Encoding.ASCII.GetBytes(line + "\r\n"), byteByByte: false);

    static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
