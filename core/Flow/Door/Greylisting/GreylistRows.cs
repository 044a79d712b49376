using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Cloud.Mail;
using Cloud.Store.Ports;
using Cloud.Wire;

namespace Cloud.Flow.Door.Greylisting;

/// <summary>Table <c>greylist</c>: a row for each network, or domain with SPF, that strangers came from.</summary>
/// <remarks>
/// Row <c>{hash}</c> in one of eight partitions. One row holds all that waits from there, so that a message costs one read
/// and at most one write, and the network's own standing comes with it. Hashed, since strangers' addresses are
/// nobody's business. The sweep removes those that have expired. To change it is a migration.
/// </remarks>
static class GreylistRows
{
    public const string Table = "greylist";

    /// <summary>Partitions: one takes some 2,000 operations a second.</summary>
    public const int Partitions = 8;

    /// <summary>Octets of a client's name.</summary>
    const int KeyBytes = 16;

    public static string Partition(int number) => number.ToString("x1", CultureInfo.InvariantCulture);

    public static RowKey Key(ReadOnlySpan<byte> client) =>
        new(Partition(client[0] % Partitions), Convert.ToHexStringLower(client));

    /// <summary>The network, an IPv4 /24 or an IPv6 /64, or the domain that SPF gives for it.</summary>
    public static byte[] ClientOf(IPAddress address, string? spfDomain)
    {
        if (spfDomain is not null)
            return Hash($"d!{EmailAddress.CanonicalDomain(spfDomain)}");
        address = PlainAddress.Of(address);
        var octets = address.GetAddressBytes().AsSpan();
        var network = address.AddressFamily == AddressFamily.InterNetwork ? octets[..3] : octets[..8];
        return Hash($"n!{Convert.ToHexStringLower(network)}");
    }

    /// <summary>Names sender and recipient among all of a client's.</summary>
    public static ulong PairOf(EmailAddress? sender, EmailAddress recipient) =>
        BitConverter.ToUInt64(Hash($"{SenderPattern.Of(sender)}\n{recipient.Key}"));

    public static RowData ToRow(ClientHistory history, GreylistOptions options) =>
        new()
        {
            { "Passes", history.Passes },
            { "Counted", history.Counted },
            { "Seen", history.Seen },
            { "Expires", history.Expires(options) },
            { "Pairs", history.Pack() },
        };

    public static ClientHistory From(RowData row) =>
        ClientHistory.Unpack(
            row.Int("Passes"),
            row.Time("Counted") ?? default,
            row.Time("Seen") ?? default,
            row.Bytes("Pairs") ?? []
        );

    public static DateTimeOffset Expires(RowData row) => row.Time("Expires") ?? default;

    static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text))[..KeyBytes];
}
