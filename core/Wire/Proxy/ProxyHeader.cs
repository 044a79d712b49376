using System.Buffers;
using System.Net;

namespace Cloud.Wire.Proxy;

public enum ProxyStatus
{
    /// <summary>The header is not all here yet: read more, then call again.</summary>
    Incomplete,

    Header,

    /// <summary>What came is no header, or a damaged one: the connection is to be closed.</summary>
    Bad,
}

/// <summary>What a proxy says of the connection it passes on (the PROXY protocol of HAProxy, versions 1 and 2).</summary>
/// <param name="IsLocal">The proxy speaks for itself, as for a health check: its own address counts (§2.2, LOCAL).</param>
/// <param name="Source">The client; null where the proxy does not know or say it in IP's terms.</param>
public readonly record struct ProxyHeader(bool IsLocal, IPEndPoint? Source)
{
    /// <summary>Octets of the longest header read, either version.</summary>
    public const int MaxOctets = ProxyV2.MaxOctets;

    /// <summary>Takes the header off the start of a connection.</summary>
    /// <param name="input">All that has been read so far; moved past the header on success, untouched otherwise.</param>
    /// <param name="fault">Why it is none, for a log; empty otherwise. Nothing of the peer's own words is in it.</param>
    public static ProxyStatus Take(ref ReadOnlySequence<byte> input, out ProxyHeader header, out string fault)
    {
        Span<byte> copy = stackalloc byte[MaxOctets];
        var start = input.Slice(0, Math.Min(input.Length, MaxOctets));
        scoped ReadOnlySpan<byte> octets;
        if (start.IsSingleSegment)
        {
            octets = start.FirstSpan;
        }
        else
        {
            start.CopyTo(copy);
            octets = copy[..(int)start.Length];
        }

        (header, fault) = (default, "");
        if (octets.IsEmpty)
            return ProxyStatus.Incomplete;
        // Either version is known by its first octet; its signature is compared as far as it has come.
        var status =
            octets[0] == ProxyV2.Signature[0]
                ? ProxyV2.Read(octets, out header, out var length, out fault)
                : ProxyV1.Read(octets, out header, out length, out fault);
        if (status == ProxyStatus.Header)
            input = input.Slice(length);
        return status;
    }
}
