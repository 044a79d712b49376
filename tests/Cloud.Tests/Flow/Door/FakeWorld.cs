using System.Net;
using System.Text;
using Cloud.Dns;
using Cloud.Flow.Door;
using Cloud.Listener.Hosting;
using Cloud.Listener.Hosting.Abuse;
using Cloud.Listener.Smtp;
using Cloud.Store;
using Cloud.Store.Accounts;
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

    public const string Zones = """
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
        _dmarc.down.test             SERVFAIL
        telling.test                 TXT  "v=spf1 -all exp=why.%{d}"
        why.telling.test             TXT  "See http://%{d}/?i=%{i}"
        odd.test                     TXT  "v=spf1 -all exp=why.%{d}"
        why.odd.test                 TXT  "250 2.0.0 Ok\010"
        late.test                    HANG
        _dmarc.late.test             HANG
        """;

    readonly TestListener listener;

    FakeWorld(TestBackend backend, ZoneResolver dns, MessageDoor door, TestListener listener) =>
        (Backend, Dns, Door, this.listener) = (backend, dns, door, listener);

    public TestBackend Backend { get; }

    public ZoneResolver Dns { get; }

    public MessageDoor Door { get; }

    /// <param name="set">How mail is judged.</param>
    /// <param name="clock">The store's time.</param>
    /// <param name="trustClients">Whether a client's address is what it seems.</param>
    /// <param name="backend">The store; null for one in memory.</param>
    /// <param name="abuse">How strangers are held to measure; null for not at all.</param>
    /// <param name="resolver">Whom the door asks instead of <see cref="Dns"/>.</param>
    /// <param name="doorTime">The time of door and sessions.</param>
    public static async Task<FakeWorld> OpenAsync(
        Func<DoorOptions, DoorOptions>? set = null,
        ManualClock? clock = null,
        bool trustClients = true,
        TestBackend? backend = null,
        AbuseOptions? abuse = null,
        IResolver? resolver = null,
        IRows? rows = null,
        TimeProvider? doorTime = null
    )
    {
        backend ??= await TestBackend.OpenAsync(rows, time: clock);
        doorTime ??= TimeProvider.System;
        var dns = new ZoneResolver(Zones);
        var options = new DoorOptions { Hostname = "mx.example.test" };
        var door = new MessageDoor(set?.Invoke(options) ?? options, resolver ?? dns, doorTime, Entropy.System);
        var front = new SmtpFront(
            SmtpServer.Options,
            backend.Gateway,
            door,
            TestListener.Tls,
            doorTime,
            Entropy.System,
            NullLoggerFactory.Instance
        );
        var limits = new ListenerLimits
        {
            Proxies = NetworkList.Loopback,
            Abuse = abuse ?? AbuseOptions.Off,
            TrustClientAddress = trustClients,
        };
        return new(
            backend,
            dns,
            door,
            await TestListener.StartAsync([("relay", front, false)], limits, doorTime, behind: backend)
        );
    }

    /// <summary>A session of a client, before the greeting.</summary>
    /// <param name="client">Its address; null for one that the proxy does not tell, as for its own.</param>
    public Task<WorldSession> ConnectAsync(string? client) => WorldSession.OpenAsync(listener.Address(), client);

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
        await using var session = await ConnectAsync(client);
        return await session.SendAsync(helo, from, message, to);
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
            await using var stream = await Backend.Gateway.ReadAsync(owner, email, 0, null, ReadBy.Imap, default);
            var bytes = new MemoryStream();
            await stream!.CopyToAsync(bytes);
            texts.Add(Encoding.UTF8.GetString(bytes.ToArray()));
        }
        return texts;
    }

    /// <summary>Moves what has a word in it from Alice's INBOX to another mailbox of hers.</summary>
    /// <returns>How many that was.</returns>
    public async Task<int> MoveAsync(string word, string to)
    {
        var account = Backend.AliceId;
        var texts = await ReadAsync("INBOX");
        var entries = (await Backend.OpenAsync(account)).Entries;
        var uids = UidSet.Of(entries.Where((_, i) => texts[i].Contains(word)).Select(entry => entry.Uid));
        var (from, target) = (await Backend.MailboxAsync(account, "INBOX"), await Backend.MailboxAsync(account, to));
        var moved = await Backend.Gateway.MoveAsync(new(account, from.Id, uids, target.Id), default);
        return moved.Value!.Uids.Count;
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

/// <summary>A client's session, line by line.</summary>
sealed class WorldSession(ScriptConnection connection) : IAsyncDisposable
{
    /// <param name="server">That takes this machine for a proxy.</param>
    /// <param name="client">Who the proxy says it is; null for nobody.</param>
    public static async Task<WorldSession> OpenAsync(IPEndPoint server, string? client)
    {
        var session = new WorldSession(await ScriptConnection.OpenAsync(server));
        await session.SayAsync(client is null ? "PROXY UNKNOWN" : $"PROXY TCP4 {client} 192.0.2.25 4711 25");
        return session;
    }

    /// <summary>All of it, from the greeting on.</summary>
    /// <returns>The reply to RCPT where that refuses, else to the message.</returns>
    public async Task<string> SendAsync(string helo, string from, byte[] message, string to)
    {
        Assert.StartsWith("220 ", await HearAsync());
        Assert.StartsWith("250 ", await AskAsync($"HELO {helo}"));
        Assert.StartsWith("250 ", await AskAsync($"MAIL FROM:<{from}>"));
        var recipient = await AskAsync($"RCPT TO:<{to}>");
        if (!recipient.StartsWith('2'))
            return recipient;
        Assert.StartsWith("354 ", await AskAsync("DATA"));
        await SendAsync(message);
        return await AskAsync(".");
    }

    public Task SayAsync(string line) => SendAsync(Encoding.ASCII.GetBytes($"{line}\r\n"));

    public Task SendAsync(byte[] octets) => connection.SendAsync(octets, byteByByte: false);

    /// <returns>The next line; empty when the server has closed.</returns>
    public async Task<string> HearAsync() => await connection.ReadLineAsync() ?? "";

    public async Task<string> AskAsync(string line)
    {
        await SayAsync(line);
        return await HearAsync();
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
