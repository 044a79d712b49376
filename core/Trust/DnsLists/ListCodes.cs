using System.Net;
using System.Net.Sockets;

namespace Cloud.Trust.DnsLists;

/// <summary>What an answer of a list means before anybody's filter.</summary>
static class ListCodes
{
    /// <summary>Entries of a list are within 127.0.0.0/8. RFC 5782 §2.1.</summary>
    /// <remarks>All else is somebody who answers for every name: a captured resolver, or a zone that was sold.</remarks>
    public static bool IsCode(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && Octets(address) >> 24 == 127;

    /// <summary>The list does not answer us, and says so instead of listing anything.</summary>
    /// <returns>Why; null for a code that lists.</returns>
    public static string? RefusalOf(IPAddress code) =>
        Octets(code) switch
        {
            0x7FFFFFFC => "the zone's name is mistyped (127.255.255.252)",
            0x7FFFFFFE => "it refuses the resolver: ask through one of your own (127.255.255.254)",
            0x7FFFFFFF => "it was asked too often (127.255.255.255)",
            >= 0x7FFFFF00 => $"it refuses ({code})",
            // What may never be listed (RFC 5782 §5) serves others to refuse.
            0x7F000001 => "it refuses (127.0.0.1)",
            _ => null,
        };

    static uint Octets(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[4];
        address.TryWriteBytes(octets, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(octets);
    }
}
