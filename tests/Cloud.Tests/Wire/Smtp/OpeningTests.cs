using System.Net;
using Cloud.Tests.Fakes;
using Cloud.Wire.Smtp;
using static Cloud.Tests.Wire.Smtp.SmtpTalk;

namespace Cloud.Tests.Wire.Smtp;

public sealed class OpeningTests
{
    [Theory]
    [InlineData("Together")]
    [InlineData("Octets")]
    public async Task What_the_server_offers_is_read(string pace)
    {
        var talk = new SmtpTalk(
            """
            S: 220-mx.example.test ESMTP
            S: 220 Be welcome
            C: EHLO client.example.test
            """
                + "\n"
                + Offer(
                    "pipelining",
                    "SIZE 1000",
                    "AUTH LOGIN X",
                    "AUTH=PLAIN",
                    "LIMITS RCPTMAX=20 MAILMAX=3",
                    "DELIVERBY 60",
                    "XYZ",
                    "DSN "
                ),
            Enum.Parse<Pace>(pace)
        );
        var opening = await talk.OpenAsync();
        Assert.True(opening.IsOpen);
        Assert.Equal("mx.example.test ESMTP\nBe welcome", opening.Connection.Greeting.Text);
        Assert.Equal(
            new SmtpCapabilities
            {
                Extensions =
                    SmtpExtensions.Pipelining | SmtpExtensions.Size | SmtpExtensions.DeliverBy | SmtpExtensions.Dsn,
                Mechanisms = SmtpMechanisms.Login | SmtpMechanisms.Plain,
                MaxSize = 1000,
                MinDeliverBy = 60,
                MaxRecipients = 20,
                MaxMessages = 3,
            },
            opening.Connection.Capabilities
        );
        Assert.Null(opening.Connection.Tls);
        Assert.Equal("S: 220-mx.example.test ESMTP", opening.Transcript.Lines[0]);
    }

    [Theory]
    [InlineData("500 What")]
    [InlineData("502 5.5.1 Not here")]
    [InlineData("550 No")]
    public async Task A_server_without_ehlo_is_greeted_with_helo(string reply)
    {
        var talk = new SmtpTalk(
            $"""
            S: 220 old.example.test
            C: EHLO client.example.test
            S: {reply}
            C: HELO client.example.test
            S: 250 old.example.test
            C: MAIL FROM:<me@client.example.test>
            S: 250 Ok
            C: RCPT TO:<ada@example.test>
            S: 250 Ok
            C: DATA
            S: 354 Ok
            M:
            S: 250 Ok
            C: QUIT
            """
        );
        Assert.Equal(SmtpVerdict.Sent, (await talk.SendAsync(Message())).Recipients[0].Verdict);
    }

    [Theory]
    [InlineData(
        "S: 554 5.3.2 No mail here\nC: QUIT\nS: 221 Bye\n",
        SmtpPhase.Greeting,
        SmtpFault.Refused,
        "5.3.2",
        true
    )]
    [InlineData("S: 421 4.3.2 Later", SmtpPhase.Greeting, SmtpFault.Refused, "4.3.2", false)]
    [InlineData("S: 354 Odd", SmtpPhase.Greeting, SmtpFault.Protocol, "4.5.0", false)]
    [InlineData("S: SSH-2.0-OpenSSH_9.2", SmtpPhase.Greeting, SmtpFault.Protocol, "4.5.0", false)]
    [InlineData("W: \\x16\\x03\\x03\\x00\\n", SmtpPhase.Greeting, SmtpFault.Protocol, "4.5.0", false)]
    [InlineData("S:", SmtpPhase.Greeting, SmtpFault.Protocol, "4.5.0", false)]
    [InlineData("S: junk\nS: 220 mx", SmtpPhase.Greeting, SmtpFault.Protocol, "4.5.0", false)]
    [InlineData("W: 220 mx", SmtpPhase.Greeting, SmtpFault.Lost, "4.4.2", false)]
    [InlineData("S: 220-mx\nS: 220-mx", SmtpPhase.Greeting, SmtpFault.Lost, "4.4.2", false)]
    [InlineData("", SmtpPhase.Greeting, SmtpFault.Lost, "4.4.2", false)]
    [InlineData("S: 220 mx\nS: 250 early", SmtpPhase.Hello, SmtpFault.Protocol, "4.5.0", false)]
    [InlineData("S: 220 mx\n?:\nS: 451 Later\nC: QUIT", SmtpPhase.Hello, SmtpFault.Refused, "4.0.0", false)]
    [InlineData(
        "S: 220 mx\n?:\nS: 500 What\n?:\nS: 550 No\nC: QUIT",
        SmtpPhase.Hello,
        SmtpFault.Refused,
        "5.0.0",
        true
    )]
    [InlineData("S: 220 mx\n?:\n", SmtpPhase.Hello, SmtpFault.Lost, "4.4.2", false)]
    public async Task Every_way_not_to_be_let_in_is_told(
        string script,
        SmtpPhase phase,
        SmtpFault fault,
        string status,
        bool isPermanent
    )
    {
        var talk = new SmtpTalk(script);
        var opening = await talk.OpenAsync();
        Assert.False(opening.IsOpen);
        Assert.Equal((phase, fault, status), (opening.Failure.Phase, opening.Failure.Fault, opening.Failure.Status));
        Assert.Equal(isPermanent, opening.Failure.IsPermanent);
        Assert.NotEmpty(opening.Failure.Reason);
        await talk.Peer.Played.WaitAsync(Patience);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("220-x\\n")]
    public async Task Greetings_without_end_are_given_up(string piece)
    {
        var talk = new SmtpTalk("W: " + string.Concat(Enumerable.Repeat(piece, 4000)) + "\nH:");
        var opening = await talk.OpenAsync();
        Assert.Equal(SmtpFault.Protocol, opening.Failure!.Fault);
    }

    [Fact]
    public async Task A_connection_that_fails_says_why()
    {
        var opening = await new SmtpTalk("").OpenAsync(options =>
            options with
            {
                Connect = (_, _) => throw new IOException("no route"),
            }
        );
        Assert.Equal((SmtpPhase.Connect, SmtpFault.Connect), (opening.Failure!.Phase, opening.Failure.Fault));
        Assert.Contains("no route", opening.Failure.Reason);
        Assert.Equal("4.4.1", opening.Failure.Status);
    }

    [Fact]
    public async Task Nobody_at_a_port_is_told_by_a_real_socket()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var free = (IPEndPoint)listener.LocalEndpoint;
        listener.Stop();
        var opening = await SmtpConnection.OpenAsync(
            new SmtpOptions { EndPoint = free, Hostname = "client.example.test" },
            CancellationToken.None
        );
        Assert.Equal(SmtpFault.Connect, opening.Failure!.Fault);
    }

    [Theory]
    [InlineData("192.0.2.1", "[192.0.2.1]")]
    [InlineData("::ffff:192.0.2.1", "[192.0.2.1]")]
    [InlineData("2001:db8::1", "[IPv6:2001:db8::1]")]
    [InlineData("fe80::1%3", "[IPv6:fe80::1]")]
    public void Addresses_become_literals(string address, string literal) =>
        Assert.Equal(literal, SmtpOptions.Literal(IPAddress.Parse(address)));
}
