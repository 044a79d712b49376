using System.Net;
using System.Net.Sockets;

namespace Cloud.Trust.Client;

static class HostNames
{
    /// <summary>Letters, digits, hyphens and dots, the last label not of digits alone (RFC 1123 §2.1): fit for a header.</summary>
    /// <remarks>Underscores pass: no host may have them, but names in use do.</remarks>
    public static bool IsHost(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '-' or '_'))
                return false;
        }

        var last = text[(text.LastIndexOf('.') + 1)..];
        return last.ContainsAnyExceptInRange('0', '9');
    }

    /// <summary>IPv4 for what is mapped, and without a scope: as names and lists know it.</summary>
    public static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0
            ? new(address.GetAddressBytes())
            : address;
    }
}
