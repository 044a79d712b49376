using System.Text;
using Cloud.Flow.Door;
using Cloud.Listener.Hosting;
using Cloud.Listener.Hosting.Abuse;
using Cloud.Listener.Smtp;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Tests.Listener.Smtp;
using Cloud.Tests.Sessions;
using Cloud.Trust.Dkim;
using Cloud.Wire.Limits;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Flow.Door;

/// <summary>Senders with names, addresses and policies, and a server of ours that they reach by real SMTP sessions.</summary>
/// <remarks>
/// <c>bank.test</c> wants forgeries refused, <c>shop.test</c> mistrusted; <c>plain.test</c> publishes nothing, and its
/// server has no name. Their clients come through a proxy of ours, which says who they are.
/// </remarks>
sealed class FakeWorld : IAsyncDisposable
{
    public const string Bank = "192.0.2.10";
    public const string Shop = "192.0.2.20";
    public const string Plain = "192.0.2.30";
    public const string Listed = "192.0.2.66";
    public const string Stranger = "198.51.100.9";

    const string Zones = """
        bank.test                    TXT  "v=spf1 ip4:192.0.2.10 -all"
        _dmarc.bank.test             TXT  "v=DMARC1; p=reject"
        mail.bank.test               A    192.0.2.10
        10.2.0.192.in-addr.arpa      PTR  mail.bank.test
        shop.test                    TXT  "v=spf1 ip4:192.0.2.20 -all"
        _dmarc.shop.test             TXT  "v=DMARC1; p=quarantine"
        mail.shop.test               A    192.0.2.20
        20.2.0.192.in-addr.arpa      PTR  mail.shop.test
        plain.test                   A    192.0.2.30
        stranger.test                A    198.51.100.9
        9.100.51.198.in-addr.arpa    PTR  stranger.test
        66.2.0.192.bl.test           A    127.0.0.2
        66.2.0.192.bl.test           TXT  "an open proxy"
        late.test                    HANG
        _dmarc.late.test             HANG
        """;

    readonly TestListener listener;

    FakeWorld(TestBackend backend, ZoneResolver dns, TestListener listener) =>
        (Backend, Dns, this.listener) = (backend, dns, listener);

    public TestBackend Backend { get; }

    public ZoneResolver Dns { get; }

    public static async Task<FakeWorld> OpenAsync(
        Func<DoorOptions, DoorOptions>? set = null,
        ManualClock? clock = null,
        bool trustClients = true,
        IRows? rows = null
    )
    {
        var backend = await TestBackend.OpenAsync(rows, time: clock);
        var dns = new ZoneResolver(Zones);
        var options = new DoorOptions { Hostname = "mx.example.test" };
        var door = new MessageDoor(set?.Invoke(options) ?? options, dns, TimeProvider.System, Entropy.System);
        var front = new SmtpFront(
            SmtpServer.Options,
            backend.Gateway,
            door,
            TestListener.Tls,
            TimeProvider.System,
            Entropy.System,
            NullLoggerFactory.Instance
        );
        var limits = new ListenerLimits
        {
            Proxies = NetworkList.Loopback,
            Abuse = AbuseOptions.Off,
            TrustClientAddress = trustClients,
        };
        return new(backend, dns, await TestListener.StartAsync([("relay", front, false)], limits, behind: backend));
    }

    /// <summary>A client's whole session.</summary>
    /// <param name="client">Its address; null for one that the proxy does not tell, as for its own.</param>
    /// <returns>The reply to RCPT where that refuses, else to the message.</returns>
    public async Task<string> SendAsync(
        string? client,
        string helo,
        string from,
        byte[] message,
        string to = TestBackend.Alice
    )
    {
        await using var session = await ScriptConnection.OpenAsync(listener.Address());
        await SayAsync(client is null ? "PROXY UNKNOWN" : $"PROXY TCP4 {client} 192.0.2.25 4711 25");
        Assert.StartsWith("220 ", await session.ReadLineAsync());
        await SayAsync($"HELO {helo}");
        Assert.StartsWith("250 ", await session.ReadLineAsync());
        await SayAsync($"MAIL FROM:<{from}>");
        Assert.StartsWith("250 ", await session.ReadLineAsync());
        await SayAsync($"RCPT TO:<{to}>");
        var recipient = await session.ReadLineAsync();
        if (!recipient!.StartsWith('2'))
            return recipient;
        await SayAsync("DATA");
        Assert.StartsWith("354 ", await session.ReadLineAsync());
        await session.SendAsync(message, byteByByte: false);
        await SayAsync(".");
        return (await session.ReadLineAsync())!;

        Task SayAsync(string line) => session.SendAsync(Encoding.ASCII.GetBytes($"{line}\r\n"), byteByByte: false);
    }

    /// <summary>What is in a mailbox, as its owner reads it.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync(string mailbox, AccountId? account = null)
    {
        var owner = account ?? Backend.AliceId;
        var box = await Backend.MailboxAsync(owner, mailbox);
        var view = await Backend.Gateway.OpenAsync(owner, box.Id, claimRecent: false, default);
        var texts = new List<string>();
        foreach (var entry in view!.Entries)
        {
            var email = Assert.Single(await Backend.Gateway.FetchAsync(owner, [entry.Email], default));
            await using var stream = await Backend.Gateway.ReadAsync(owner, email, 0, null, default);
            var bytes = new MemoryStream();
            await stream!.CopyToAsync(bytes);
            texts.Add(Encoding.UTF8.GetString(bytes.ToArray()));
        }
        return texts;
    }

    /// <summary>A message that nothing but its sender speaks against.</summary>
    public static byte[] Letter(string from, string subject = "Your statement", string more = "") =>
        Encoding.UTF8.GetBytes(
            $"From: {from}\r\nTo: {TestBackend.Alice}\r\nSubject: {subject}\r\n"
                + $"Date: {DateTimeOffset.UtcNow:ddd, dd MMM yyyy HH:mm:ss} +0000\r\nMessage-ID: <{Guid.NewGuid():N}@a.test>\r\n"
                + $"{more}\r\nDear customer, it is ready for you to read.\r\n"
        );

    /// <summary>Signs a message, and publishes the key.</summary>
    public byte[] Sign(string domain, byte[] message)
    {
        using var key = DkimKey.GenerateEd25519("s1", Entropy.System);
        Dns.Add($"s1._domainkey.{domain} TXT \"{key.RecordText}\"");
        using var signing = new DkimSigning(domain, [key], TimeProvider.System, null);
        signing.Write(message);
        return [.. signing.Complete(), .. message];
    }

    public ValueTask DisposeAsync() => listener.DisposeAsync();
}
