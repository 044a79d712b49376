using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Cloud.Dns;

namespace Cloud.Wire.Http;

/// <summary>Connections to where strangers' names lead, but only into the internet.</summary>
/// <remarks>
/// A name is looked up once, its addresses are checked, and the connection goes to an address that was checked: a second
/// look-up, which could say otherwise (DNS rebinding), never happens. Redirections and proxies are not followed.
/// </remarks>
/// <param name="resolver">Who knows the names.</param>
/// <param name="allowed">Networks that may be asked although they are not public; none by default.</param>
public sealed class GuardedConnect(IResolver resolver, IReadOnlyList<IPNetwork>? allowed = null)
{
    /// <summary>Addresses of a name that are tried, the families in turn. Default 4: two of each is what large sites have.</summary>
    const int MaxAddresses = 4;

    /// <summary>Of a request: where its host was found. A connection that is made for it goes there, without another look.</summary>
    public static readonly HttpRequestOptionsKey<IReadOnlyList<IPAddress>> Found = new("Cloud.Addresses");

    /// <summary>For one of them: who does not answer must not use up what the others need.</summary>
    static readonly TimeSpan AddressTimeout = TimeSpan.FromSeconds(4);

    readonly IReadOnlyList<IPNetwork> exceptions = allowed ?? [];

    /// <summary>A handler whose connections are all guarded.</summary>
    /// <remarks>
    /// Certificates are checked as the system does, but nothing is fetched from where they say: who presents one could lead
    /// us anywhere. So a server must send its intermediate certificates itself, as it should.
    /// </remarks>
    public SocketsHttpHandler Handler() =>
        new()
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None, // What is read is bounded, so it must not swell.
            MaxResponseHeadersLength = 32, // KiB
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectTimeout = TimeSpan.FromSeconds(30),
            ConnectCallback = ConnectAsync,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    RevocationMode = X509RevocationMode.NoCheck,
                    DisableCertificateDownloads = true,
                },
            },
        };

    /// <exception cref="HttpRequestException">
    /// <see cref="HttpRequestError.NameResolutionError"/>: nobody is there, or only where nobody is to be asked;
    /// <see cref="HttpRequestError.ConnectionError"/>: nobody can tell, or answers, now.
    /// </exception>
    async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var found = context.InitialRequestMessage.Options.TryGetValue(Found, out var known)
            ? known
            : await AddressesAsync(host, cancel);
        var lawful = Lawful(found);
        if (lawful.Count == 0)
        {
            throw new HttpRequestException(
                HttpRequestError.NameResolutionError,
                found.Count == 0 ? $"{host} has no address" : $"{host} is at no public address"
            );
        }

        Exception? fault = null;
        foreach (var address in lawful)
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(address, port), cancel);
            }
            catch (SocketException e)
            {
                fault = e;
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                fault = new TimeoutException($"{address} does not answer");
            }
        }

        throw new HttpRequestException(HttpRequestError.ConnectionError, $"{host}: {fault!.Message}", fault);
    }

    /// <summary>The addresses that a connection to a host would try; empty where it may go nowhere.</summary>
    /// <exception cref="HttpRequestException">Nobody can tell now.</exception>
    public async ValueTask<IReadOnlyList<IPAddress>> FindAsync(string host, CancellationToken cancel) =>
        Lawful(await AddressesAsync(host, cancel));

    List<IPAddress> Lawful(IReadOnlyList<IPAddress> found) => [.. InTurn(found.Where(IsAllowed)).Take(MaxAddresses)];

    static async ValueTask<Stream> ConnectAsync(IPEndPoint peer, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(AddressTimeout);
        var socket = new Socket(peer.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(peer, limit.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>One of each family after the other: on a host that has but one of them, half of them lead nowhere.</summary>
    static IEnumerable<IPAddress> InTurn(IEnumerable<IPAddress> addresses) =>
        addresses
            .GroupBy(address => address.AddressFamily)
            .SelectMany(family => family.Select((address, place) => (Address: address, Place: place)))
            .OrderBy(one => one.Place)
            .Select(one => one.Address);

    bool IsAllowed(IPAddress address) =>
        PublicAddresses.IsPublic(address) || exceptions.Any(network => network.Contains(address));

    async ValueTask<IReadOnlyList<IPAddress>> AddressesAsync(string host, CancellationToken cancel)
    {
        if (IPAddress.TryParse(host, out var literal))
            return [literal];
        // RFC 6761 §6.3: nobody needs to be asked, and nobody else can say otherwise.
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return [IPAddress.Loopback, IPAddress.IPv6Loopback];
        if (!DnsName.TryParse(host, out var name))
            return [];
        var six = resolver.AaaaAsync(name, cancel).AsTask();
        var four = await resolver.AAsync(name, cancel);
        var answers = new[] { await six, four };
        IReadOnlyList<IPAddress> found =
        [
            .. answers.SelectMany(answer => answer.Records).Select(record => record.Address),
        ];
        // That one family is not there says nothing of the other, which nobody could look up.
        if (found.Count == 0 && answers.Any(answer => answer.IsFailure))
            throw new HttpRequestException(
                HttpRequestError.ConnectionError,
                $"{answers.First(answer => answer.IsFailure)}"
            );
        return found;
    }
}
