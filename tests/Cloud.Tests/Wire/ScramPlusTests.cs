using System.Buffers;
using System.Text;
using Cloud.Store.Directory;
using Cloud.Store.Ports;
using Cloud.Wire.Sasl;

namespace Cloud.Tests.Wire;

/// <summary>SCRAM-SHA-256-PLUS: a proof that is worth nothing on another connection (RFC 5802 §6).</summary>
public sealed class ScramPlusTests
{
    const string Name = "alice@example.test";
    const string Password = "pencil";
    const string EndPoint = "p=tls-server-end-point,,";

    static readonly byte[] Here = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    static SaslExchange Create(string mechanism, byte[]? endPoint) =>
        SaslExchange.TryCreate(
            mechanism,
            new OneUser(Name, Password),
            Entropy.System,
            new() { IsPrivate = true, EndPoint = endPoint is null ? default(ReadOnlyMemory<byte>?) : endPoint }
        )!;

    static ReadOnlySequence<byte> Line(string text) =>
        new(Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))));

    static string Text(SaslStep step) => Encoding.UTF8.GetString(Convert.FromBase64String(step.Challenge));

    /// <returns>The last challenge, or why not, and how it ended.</returns>
    static async Task<(string Last, SaslStatus End)> RunAsync(ScramClient client, SaslExchange exchange)
    {
        var step = await exchange.StartAsync(Line(client.First), default);
        if (step.Status == SaslStatus.Challenge)
            step = await exchange.ContinueAsync(Line(client.Final(Text(step))), default);
        if (step.Status != SaslStatus.Challenge)
            return (Text(step), step.Status);
        var end = await exchange.ContinueAsync(default, default);
        return (Text(step), end.Status);
    }

    [Fact]
    public void The_example_of_RFC_7677_comes_out_on_both_sides()
    {
        const string ServerFirst =
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        const string Proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
        const string Signature = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
        const string WithoutProof = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        var client = new ScramClient("n,,", "user", "pencil", "rOprNGfwEbeRWgbNEkqO");
        Assert.Equal($"{WithoutProof},p={Proof}", client.Final(ServerFirst));
        Assert.Equal($"v={Signature}", client.ServerFinal);

        var kept = Passwords.Derive("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096)!;
        var message = Encoding.UTF8.GetBytes($"n=user,r=rOprNGfwEbeRWgbNEkqO,{ServerFirst},{WithoutProof}");
        var signature = Passwords.VerifyProof(message, Convert.FromBase64String(Proof), kept);
        Assert.Equal(Signature, Convert.ToBase64String(signature!));
    }

    [Fact]
    public async Task Who_sees_the_same_certificate_is_let_in()
    {
        var client = new ScramClient(EndPoint, Name, Password, binding: Here);
        var (last, end) = await RunAsync(client, Create("scram-sha-256-plus", Here));
        Assert.Equal((client.ServerFinal, SaslStatus.Ok), (last, end));
    }

    [Fact]
    public async Task A_wrong_password_stays_wrong()
    {
        var client = new ScramClient(EndPoint, Name, "guess", binding: Here);
        var (last, end) = await RunAsync(client, Create("SCRAM-SHA-256-PLUS", Here));
        Assert.Equal(("", SaslStatus.WrongCredentials), (last, end));
    }

    public static TheoryData<byte[]> Elsewhere =>
        new()
        {
            Enumerable.Reverse(Here).ToArray(),
            Here[..31],
            Here.Append((byte)0).ToArray(),
            Array.Empty<byte>(),
            Here[..31].Append((byte)(Here[31] ^ 1)).ToArray(),
        };

    [Theory]
    [MemberData(nameof(Elsewhere))]
    public async Task Who_sees_another_certificate_is_told_so_and_not_let_in(byte[] seen)
    {
        var client = new ScramClient(EndPoint, Name, Password, binding: seen);
        var (last, end) = await RunAsync(client, Create("SCRAM-SHA-256-PLUS", Here));
        Assert.Equal(("e=channel-bindings-dont-match", SaslStatus.WrongCredentials), (last, end));
    }

    [Theory]
    [InlineData("SCRAM-SHA-256-PLUS", "p=tls-unique,,", "e=unsupported-channel-binding-type")]
    [InlineData("SCRAM-SHA-256-PLUS", "p=tls-exporter,,", "e=unsupported-channel-binding-type")]
    [InlineData("SCRAM-SHA-256-PLUS", "p=TLS-SERVER-END-POINT,,", "e=unsupported-channel-binding-type")]
    [InlineData("SCRAM-SHA-256", "y,,", "e=server-does-support-channel-binding")]
    [InlineData("SCRAM-SHA-256-PLUS", "y,,", "e=server-does-support-channel-binding")]
    public async Task A_wrong_flag_is_told_with_the_failure(string mechanism, string header, string error)
    {
        var client = new ScramClient(header, Name, Password);
        Assert.Equal((error, SaslStatus.WrongCredentials), await RunAsync(client, Create(mechanism, Here)));
    }

    [Theory]
    [InlineData("SCRAM-SHA-256-PLUS", "n,,")]
    [InlineData("SCRAM-SHA-256-PLUS", "p=,,")]
    [InlineData("SCRAM-SHA-256-PLUS", "p,,")]
    [InlineData("SCRAM-SHA-256-PLUS", ",,")]
    [InlineData("SCRAM-SHA-256", "p=tls-server-end-point,,")]
    [InlineData("SCRAM-SHA-256", "x,,")]
    public async Task A_flag_that_does_not_go_with_the_mechanism_is_refused(string mechanism, string header)
    {
        var client = new ScramClient(header, Name, Password, binding: Here);
        Assert.Equal(("", SaslStatus.Malformed), await RunAsync(client, Create(mechanism, Here)));
    }

    [Fact]
    public async Task Without_a_binding_there_is_no_PLUS_and_nothing_to_be_kept_from()
    {
        Assert.Null(Create("SCRAM-SHA-256-PLUS", null));
        foreach (var header in new[] { "n,,", "y,," })
        {
            var (_, end) = await RunAsync(new ScramClient(header, Name, Password), Create("SCRAM-SHA-256", null));
            Assert.Equal(SaslStatus.Ok, end);
        }
        var plain = new ScramClient("n,,", Name, Password);
        Assert.Equal(SaslStatus.Ok, (await RunAsync(plain, Create("SCRAM-SHA-256", Here))).End);
    }

    [Fact]
    public async Task The_header_of_the_beginning_is_bound_as_well()
    {
        // As if somebody on the way had made a "p" of the "y" that the client says.
        var bare = new ScramClient("y,,", Name, Password, binding: Here);
        var exchange = Create("SCRAM-SHA-256-PLUS", Here);
        var step = await exchange.StartAsync(Line(EndPoint + bare.First[3..]), default);
        step = await exchange.ContinueAsync(Line(bare.Final(Text(step))), default);
        Assert.Equal("e=channel-bindings-dont-match", Text(step));
    }

    [Fact]
    public async Task A_message_that_is_cut_anywhere_lets_nobody_in()
    {
        var whole = new ScramClient(EndPoint, Name, Password, binding: Here);
        for (var length = 0; length < whole.First.Length; length++)
        {
            var step = await Create("SCRAM-SHA-256-PLUS", Here).StartAsync(Line(whole.First[..length]), default);
            Assert.True(step.Status is SaslStatus.Malformed or SaslStatus.Challenge, $"{length}");
        }
        for (var cut = 1; cut < 100; cut++)
        {
            var exchange = Create("SCRAM-SHA-256-PLUS", Here);
            var final = whole.Final(Text(await exchange.StartAsync(Line(whole.First), default)));
            var step = await exchange.ContinueAsync(Line(final[..^cut]), default);
            Assert.True(step.Status is SaslStatus.Malformed or SaslStatus.WrongCredentials, $"{cut}");
        }
    }
}
