using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Cloud.Mail;
using Cloud.Wire.Smtp;

namespace Cloud.Tests.Wire.Smtp;

/// <summary>What the tests of the client share: a server by script, options, messages.</summary>
sealed class SmtpTalk(string script, Pace pace = Pace.Together, X509Certificate2Collection? certificates = null)
{
    /// <summary>Greeting and EHLO of a server that offers what the argument lists.</summary>
    public static string Hello(params string[] extensions) =>
        $"""
            S: 220 mx.example.test ESMTP
            C: EHLO client.example.test
            {Offer(extensions)}

            """;

    public static string Offer(params string[] extensions) =>
        string.Join(
            '\n',
            extensions
                .Prepend("mx.example.test")
                .Select((line, i) => $"S: 250{(i == extensions.Length ? ' ' : '-')}{line}")
        );

    public static readonly SmtpRecipient Ada = new(new EmailAddress("ada", "example.test"));
    public static readonly SmtpRecipient Bob = new(new EmailAddress("bob", "example.test"));
    public static readonly SmtpRecipient Eve = new(new EmailAddress("eve", "example.test"));

    public SmtpPeer Peer { get; } = new(script, pace, certificates);

    public SmtpOptions Options =>
        new()
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, 25),
            Hostname = "client.example.test",
            ServerName = "mx.example.test",
            Connect = (_, _) => new(Peer.Client),
            Tls = SmtpTlsDemand.None,
        };

    public static SmtpMessage Message(
        string content = "Subject: x\r\n\r\nHello\r\n",
        params SmtpRecipient[] recipients
    ) =>
        new()
        {
            From = new EmailAddress("me", "client.example.test"),
            Recipients = recipients.Length == 0 ? [Ada] : recipients,
            Open = _ => new(new MemoryStream(Encoding.Latin1.GetBytes(content))),
        };

    public async Task<SmtpOpening> OpenAsync(Func<SmtpOptions, SmtpOptions>? change = null) =>
        await SmtpConnection
            .OpenAsync(change is null ? Options : change(Options), CancellationToken.None)
            .AsTask()
            .WaitAsync(Patience);

    /// <summary>Opens, sends one message after the other, says QUIT, and holds the client to the script.</summary>
    public async Task<SmtpOutcome[]> SendAsync(Func<SmtpOptions, SmtpOptions>? change, params SmtpMessage[] messages)
    {
        var opening = await OpenAsync(change);
        Assert.True(opening.IsOpen, opening.Failure?.Reason);
        var outcomes = new List<SmtpOutcome>();
        foreach (var message in messages)
            outcomes.Add(await SendOnAsync(opening.Connection, message));
        await opening.Connection.DisposeAsync();
        await Peer.Played.WaitAsync(Patience);
        return [.. outcomes];
    }

    public async Task<SmtpOutcome> SendAsync(SmtpMessage message) => (await SendAsync(null, message))[0];

    public static Task<SmtpOutcome> SendOnAsync(SmtpConnection connection, SmtpMessage message) =>
        connection.SendAsync(message, CancellationToken.None).AsTask().WaitAsync(Patience);

    public static TimeSpan Patience => TimeSpan.FromSeconds(60);
}
