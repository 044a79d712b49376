using Cloud.Listener.Tls;
using Cloud.Tests.Fakes;
using Cloud.Tests.Sessions;
using Cloud.Tests.Wire;

namespace Cloud.Tests.Listener;

/// <summary>SCRAM-SHA-256-PLUS on every port, with the certificate that the handshake itself presented.</summary>
public sealed class ScramPlusSessionTests
{
    const string Plus = "SCRAM-SHA-256-PLUS";
    const string EndPoint = "p=tls-server-end-point,,";

    public static TheoryData<string> Ports => [.. SaslPorts.Names];

    static ScramClient Scram(
        SaslClient client,
        byte[]? binding = null,
        string header = EndPoint,
        string user = TestBackend.Alice
    ) => new(header, user, TestBackend.Password, binding: binding ?? client.EndPoint);

    static async Task<string> LogInAsync(SaslClient client, ScramClient scram, string mechanism = Plus)
    {
        var first = await client.BeginAsync(mechanism, scram.First);
        Assert.StartsWith("? r=", first, StringComparison.Ordinal);
        var last = await client.AnswerAsync(scram.Final(first[2..]));
        return last == $"? {scram.ServerFinal}" ? await client.AnswerAsync("") : last;
    }

    [Theory]
    [MemberData(nameof(Ports))]
    public async Task A_proof_for_this_connection_is_taken(string port)
    {
        await using var test = await TestBackend.OpenAsync();
        await using var listener = await SaslPorts.ListenAsync(test);
        await using var client = await SaslClient.OpenAsync(listener, port);
        Assert.StartsWith($"{Plus} SCRAM-SHA-256 PLAIN", client.Mechanisms, StringComparison.Ordinal);
        Assert.Equal("OK", await LogInAsync(client, Scram(client)));
    }

    [Theory]
    [MemberData(nameof(Ports))]
    public async Task A_proof_for_another_connection_is_not(string port)
    {
        await using var test = await TestBackend.OpenAsync();
        await using var listener = await SaslPorts.ListenAsync(test);
        await using var client = await SaslClient.OpenAsync(listener, port);
        var elsewhere = client.EndPoint;
        elsewhere[^1] ^= 1;
        foreach (var answer in new[] { "", "*" })
        {
            Assert.Equal("? e=channel-bindings-dont-match", await LogInAsync(client, Scram(client, elsewhere)));
            Assert.Equal("NO", await client.AnswerRawAsync(answer));
        }
        Assert.Equal("OK", await LogInAsync(client, Scram(client)));
    }

    [Theory]
    [MemberData(nameof(Ports))]
    public async Task Who_was_not_shown_that_it_is_offered_is_warned(string port)
    {
        await using var test = await TestBackend.OpenAsync();
        await using var listener = await SaslPorts.ListenAsync(test);
        await using var client = await SaslClient.OpenAsync(listener, port);
        var misled = Scram(client, [], "y,,");
        Assert.Equal("? e=server-does-support-channel-binding", await client.BeginAsync("SCRAM-SHA-256", misled.First));
        Assert.Equal("NO", await client.AnswerRawAsync(""));
        var unique = Scram(client, [], "p=tls-unique,,");
        Assert.Equal("? e=unsupported-channel-binding-type", await client.BeginAsync(Plus, unique.First));
        Assert.Equal("NO", await client.AnswerRawAsync("*"));
        Assert.Equal("OK", await LogInAsync(client, Scram(client, [], "n,,"), "SCRAM-SHA-256"));
    }

    [Theory]
    [InlineData("imap")]
    [InlineData("pop3")]
    public async Task In_clear_it_is_not_offered_and_its_absence_is_believed(string port)
    {
        await using var test = await TestBackend.OpenAsync();
        await using var listener = await SaslPorts.ListenAsync(test);
        await using var client = await SaslClient.OpenAsync(listener, port, tls: false);
        Assert.StartsWith("SCRAM-SHA-256 PLAIN", client.Mechanisms, StringComparison.Ordinal);
        Assert.DoesNotContain("?", await client.BeginAsync(Plus, EndPoint + "n=x,r=y"), StringComparison.Ordinal);
        Assert.Equal("OK", await LogInAsync(client, Scram(client, [], "y,,"), "SCRAM-SHA-256"));
    }

    [Theory]
    [MemberData(nameof(Ports))]
    public async Task Who_leaves_in_the_middle_harms_nobody(string port)
    {
        await using var test = await TestBackend.OpenAsync();
        await using var listener = await SaslPorts.ListenAsync(test);
        for (var i = 0; i < 3; i++)
        {
            await using var cut = await SaslClient.OpenAsync(listener, port);
            await cut.BeginAsync(Plus, Scram(cut).First);
        }
        await using var client = await SaslClient.OpenAsync(listener, port);
        Assert.Equal("OK", await LogInAsync(client, Scram(client)));
    }

    [Theory]
    [InlineData("imap")]
    [InlineData("submission")]
    [InlineData("pop3")]
    public async Task A_certificate_that_was_renewed_meanwhile_changes_nothing_for_who_saw_the_old_one(string port)
    {
        await using var test = await TestBackend.OpenAsync();
        var certificate = TlsCertificate.SelfSigned(["localhost"], TimeProvider.System);
        await using var listener = await SaslPorts.ListenAsync(test, certificate: certificate);
        await using var before = await SaslClient.OpenAsync(listener, port);
        var (pem, key) = ServerCertificate.MakeSelfSigned(["localhost"], DateTimeOffset.UnixEpoch.AddYears(56));
        certificate.Use(ServerCertificate.FromPem(pem, key));
        await using var after = await SaslClient.OpenAsync(listener, port);

        Assert.NotEqual(before.EndPoint, after.EndPoint);
        Assert.Equal("? e=channel-bindings-dont-match", await LogInAsync(before, Scram(before, after.EndPoint)));
        Assert.Equal("NO", await before.AnswerRawAsync(""));
        Assert.Equal("OK", await LogInAsync(before, Scram(before)));
        Assert.Equal("OK", await LogInAsync(after, Scram(after, user: TestBackend.Bob)));
    }
}
