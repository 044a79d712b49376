using Cloud.Flow.Outbound;
using Cloud.Tests.Dns;

namespace Cloud.Tests.Flow.Outbound.Relay;

/// <summary>Messages of eight bits, and servers of seven.</summary>
public sealed class SevenBitRelayTests : IAsyncDisposable
{
    const string First = "192.88.98.1";
    const string Text = "From: me@here.example\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\u00fc\u00dfe\r\n";

    const string Signed =
        "From: me@here.example\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n\u00fc\r\n--b\r\n\r\nx\r\n--b--\r\n";

    readonly RelayWorld world = new();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Theory]
    [InlineData(BodyType.EightBit)]
    [InlineData(BodyType.Binary)]
    public async Task A_server_that_takes_no_other_gets_it_in_seven_bits(BodyType body)
    {
        Serve("250 mx.there.example");
        Assert.Equal(RelayVerdict.Relayed, (await SendAsync(Text, body)).Verdict);
        Assert.Equal(
            "From: me@here.example\r\nContent-Transfer-Encoding: quoted-printable\r\nMIME-Version: 1.0\r\n\r\n"
                + "Gr=FC=DFe\r\n",
            Assert.Single(world.Mail(First))
        );
    }

    [Fact]
    public async Task A_server_of_eight_bits_gets_it_as_it_is()
    {
        Serve("250-mx.there.example\n250 8BITMIME");
        Assert.Equal(RelayVerdict.Relayed, (await SendAsync(Text)).Verdict);
        Assert.Equal(Text, Assert.Single(world.Mail(First)));
    }

    [Fact]
    public async Task What_is_converted_is_what_is_signed()
    {
        Serve("250 mx.there.example");
        await new Cloud.Api.Admin.Administration(world.Backend()).AddDomainAsync("here.example", default);
        foreach (var key in await world.Keys.SigningAsync("here.example", default))
        {
            var strings = key.RecordText.Chunk(200).Select(part => $"\"{new string(part)}\"");
            world.Zones.Add($"{key.Selector}._domainkey.here.example TXT {string.Join(' ', strings)}");
        }

        var outcome = await SendAsync(
            Text,
            change: message =>
                message with
                {
                    SigningDomain = "here.example",
                    Fields = "Date: Sun, 1 Mar 2026 12:00:00 +0000\r\n"u8.ToArray(),
                    BodyHash = System.Security.Cryptography.SHA256.HashData("Gr\u00fc\u00dfe\r\n"u8),
                }
        );
        Assert.Equal(RelayVerdict.Relayed, outcome.Verdict);
        var taken = Assert.Single(world.Mail(First));
        Assert.EndsWith("\r\n\r\nGr=FC=DFe\r\n", taken);
        Assert.Equal(2, await world.VerifiedAsync(taken));
    }

    [Theory]
    [InlineData(10_000, RelayVerdict.Relayed)]
    [InlineData(100, RelayVerdict.Failed)] // the original has 91 octets
    public async Task The_size_that_a_server_takes_is_compared_with_what_it_would_get(int size, RelayVerdict verdict)
    {
        var lines = new List<string>();
        world.Zones.Add($"there.example A {First}");
        world.Serve(
            First,
            (verb, line) =>
            {
                lines.Add(line);
                return verb == "EHLO" ? $"250-mx.there.example\n250 SIZE {size}" : RelayWorld.Takes(verb, line);
            }
        );
        var outcome = await SendAsync($"From: me@here.example\r\n\r\n{new string('\u00fc', 64)}\r\n");
        Assert.Equal(verdict, outcome.Verdict);
        var mail = lines.Find(line => line.StartsWith("MAIL", StringComparison.Ordinal));
        if (verdict == RelayVerdict.Failed)
            Assert.Equal(("5.3.4", null), (outcome.Status, mail));
        else
            Assert.EndsWith($" SIZE={Assert.Single(world.Mail(First)).Length}", mail);
    }

    [Fact]
    public async Task What_cannot_be_converted_comes_back_and_says_why()
    {
        var said = Serve("250 mx.there.example");
        var outcome = await SendAsync(Signed);
        Assert.Equal((RelayVerdict.Failed, "5.6.3"), (outcome.Verdict, outcome.Status));
        Assert.Contains("signed", outcome.Reply);
        Assert.DoesNotContain("MAIL", said);
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_for_it_is_tried_again()
    {
        Serve("250 mx.there.example");
        var reads = 0;
        var job = Job(Text, BodyType.EightBit, null);
        var outcome = Assert.Single(
            (
                await world.SendAsync(
                    job with
                    {
                        OpenBlob = cancel =>
                            ++reads == 2
                                ? throw new Cloud.Store.Ports.StoreException("The store is away.")
                                : job.OpenBlob(cancel),
                    }
                )
            ).Outcomes
        );
        Assert.Equal((RelayVerdict.Deferred, "4.3.0"), (outcome.Verdict, outcome.Status));
    }

    /// <returns>The verbs it hears.</returns>
    List<string> Serve(string offer)
    {
        var said = new List<string>();
        world.Zones.Add($"there.example A {First}");
        world.Serve(
            First,
            (verb, line) =>
            {
                said.Add(verb);
                return verb == "EHLO" ? offer : RelayWorld.Takes(verb, line);
            }
        );
        return said;
    }

    async Task<RelayOutcome> SendAsync(
        string content,
        BodyType body = BodyType.EightBit,
        Func<Submission, Submission>? change = null
    ) => Assert.Single((await world.SendAsync(Job(content, body, change))).Outcomes);

    RelayJob Job(string content, BodyType body, Func<Submission, Submission>? change) =>
        world.Job(
            ["ada@there.example"],
            message => (change?.Invoke(message) ?? message) with { Options = new() { Body = body } },
            content
        );
}
