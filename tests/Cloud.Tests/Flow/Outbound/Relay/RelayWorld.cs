using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Flow.Keys;
using Cloud.Flow.Outbound;
using Cloud.Flow.Outbound.Relay;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Tests.Wire.Smtp;
using Cloud.Trust;
using Cloud.Trust.Dkim;
using Cloud.Trust.MtaSts;

namespace Cloud.Tests.Flow.Outbound.Relay;

/// <summary>Zones, and servers at addresses, for a relay to send to.</summary>
sealed class RelayWorld : IAsyncDisposable
{
    public const string First = "192.88.98.1"; // public, and nobody's here
    public const string Second = "192.88.98.2";

    readonly Dictionary<string, Func<Stream>> hosts = [];
    SmtpRelay? relay;

    /// <summary>In the time of certificates that are made now.</summary>
    public ManualClock Clock { get; private init; } =
        new(DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 300));

    public ZoneResolver Zones { get; } = new();

    public MemoryRows Rows { get; private init; } = new();

    /// <summary>Of the relay's rows; null: none.</summary>
    public IFaults? Faults { get; init; }

    /// <summary>Addresses connected to, in order.</summary>
    public ConcurrentQueue<string> Dialled { get; } = [];

    /// <summary>By address, in order of their connections.</summary>
    public ConcurrentQueue<(string Address, AnsweringServer Server)> Servers { get; } = [];

    public MtaStsDiscovery? Policies { get; set; }

    public RelayOptions Options { get; set; } = new() { Hostname = "out.example.net", UsesV6 = false };

    internal DomainKeys Keys => Backend().Keys;

    static KeyEncryptionKey Encryption
    {
        get
        {
            Assert.True(KeyEncryptionKey.TryFromSecret(new string('k', KeyEncryptionKey.MinSecret), out var key));
            return key;
        }
    }

    public SmtpRelay Relay =>
        relay ??= new(
            Options with
            {
                Connect = ConnectAsync,
            },
            Zones,
            Policies,
            Faults is null ? Rows : new FaultyRows(Rows, Faults),
            Keys,
            Clock,
            new SeededEntropy(1)
        );

    /// <summary>Messages taken at an address.</summary>
    public IReadOnlyList<string> Mail(string address) =>
        [.. Servers.Where(one => one.Address == address).SelectMany(one => one.Server.Messages)];

    /// <summary>The domain there.example, with two hosts.</summary>
    public void AddThere() =>
        Zones.Add(
            $"""
            there.example      MX 10 mx1.there.example
            there.example      MX 20 mx2.there.example
            mx1.there.example  A {First}
            mx2.there.example  A {Second}
            """
        );

    /// <summary>A server that answers as the function says; see <see cref="AnsweringServer"/>.</summary>
    public RelayWorld Serve(string address, Func<string, string, string?>? answer = null) =>
        ServeEach(address, () => answer ?? Takes);

    /// <summary>A server that answers on each connection as a function of its own says.</summary>
    public RelayWorld ServeEach(string address, Func<Func<string, string, string?>> answers)
    {
        hosts[address] = () =>
        {
            var server = new AnsweringServer(answers());
            Servers.Enqueue((address, server));
            return server.Client;
        };
        return this;
    }

    /// <summary>A server that takes connections, and says nothing.</summary>
    public RelayWorld ServeSilence(string address) => Serve(address, (_, _) => AnsweringServer.Silence);

    /// <summary>Lets time pass until something has come to its end, while a server keeps it waiting.</summary>
    public async Task<T> PatientlyAsync<T>(Task<T> work, TimeSpan step)
    {
        for (var calm = 0; !work.IsCompleted; calm++)
        {
            // Where nobody is silent it is the store that is waited for, or this machine that is slow.
            if (Servers.Any(one => one.Server.IsSilent))
                Clock.Advance(step);
            else if (calm % 50 == 49)
                Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(work, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System));
        }
        return await work;
    }

    /// <summary>A server that plays a script, for one connection.</summary>
    /// <remarks>The next connection goes to who was at the address before, or is refused.</remarks>
    public SmtpPeer Play(string address, string script, X509Certificate2Collection? certificates = null)
    {
        var peer = new SmtpPeer(script, Pace.Together, certificates);
        var later = hosts.GetValueOrDefault(address);
        var isUsed = false;
        hosts[address] = () =>
        {
            if (isUsed)
                return later?.Invoke() ?? throw new SocketException((int)SocketError.ConnectionRefused);
            isUsed = true;
            return peer.Client;
        };
        return peer;
    }

    public static string? Takes(string verb, string line) => verb == "DATA" ? "354 Go on" : "250 Ok";

    public async Task<RelayOutcome[]> SendAsync(params string[] recipients) =>
        [.. (await SendAsync(Job(recipients))).Outcomes];

    public async Task<RelayResult> SendAsync(RelayJob job) =>
        await Relay.SendAsync(job, CancellationToken.None).AsTask().WaitAsync(SmtpTalk.Patience);

    public RelayJob Job(string[] recipients, Func<Submission, Submission>? change = null, string? content = null)
    {
        var octets = Encoding.Latin1.GetBytes(content ?? "From: me@here.example\r\nSubject: x\r\n\r\nHello\r\n");
        var id = new TransactionId(1, 2);
        var message = new Submission
        {
            Id = id,
            From = EmailAddress.TryParse("me@here.example"),
            Recipients = [.. recipients.Select(address => new OutboundRecipient(EmailAddress.TryParse(address)!))],
            Blob = BlobNames.Of(id),
            Size = octets.Length,
            Sha256 = new byte[32],
            Accepted = Clock.GetUtcNow(),
        };
        message = change?.Invoke(message) ?? message;
        return new(
            message,
            EmailAddress.CanonicalDomain(message.Recipients[0].Address.Domain),
            [
                .. message.Recipients.Select(
                    (recipient, number) => new RelayRecipient(number, recipient, Clock.GetUtcNow())
                ),
            ],
            Attempt: 1,
            _ => new(new MemoryStream(octets))
        );
    }

    /// <summary>Another process on the same store at the same time.</summary>
    public RelayWorld Another() => new() { Clock = Clock, Rows = Rows };

    /// <summary>Signatures of a message that hold.</summary>
    public async Task<int> VerifiedAsync(string message)
    {
        using var check = new MessageVerification(Zones, Clock, null, CancellationToken.None);
        check.Write(Encoding.Latin1.GetBytes(message));
        var verdicts = await check.CompleteAsync();
        return verdicts.Dkim.Count(one => one.Verdict == DkimVerdict.Pass);
    }

    /// <summary>The rooms on the world's store.</summary>
    /// <param name="sends">Its outbox goes out by <see cref="Relay"/>.</param>
    public Backend Backend(bool sends = false) =>
        new(
            Rows,
            new MemoryBlobs(),
            new MemoryQueues(Clock),
            Clock,
            new SeededEntropy(3),
            new(),
            Encryption,
            sends ? Relay : null
        );

    public async ValueTask DisposeAsync()
    {
        if (relay is null)
            return;
        await Clock.RunAsync(relay.DisposeAsync().AsTask(), TimeSpan.FromSeconds(1)); // nobody answers QUIT
    }

    ValueTask<Stream> ConnectAsync(IPEndPoint end, CancellationToken cancel)
    {
        var address = end.Port == 25 ? $"{end.Address}" : $"{end}";
        Dialled.Enqueue(address);
        return hosts.TryGetValue(address, out var host)
            ? new(host())
            : throw new SocketException((int)SocketError.ConnectionRefused);
    }
}
