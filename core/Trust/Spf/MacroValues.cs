using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cloud.Trust.Spf;

/// <summary>What the letters of macros stand for. RFC 7208 §7.2.</summary>
/// <param name="Local">Of the sender.</param>
/// <param name="Origin">The sender's domain, in A-labels.</param>
/// <param name="Domain">That of the record that is being read.</param>
/// <param name="Address">The client's; never an IPv4-mapped one.</param>
/// <param name="Helo">What the client called itself.</param>
/// <param name="Receiver">Our name.</param>
/// <param name="ValidatedName">The client's; "unknown" where it has none.</param>
/// <param name="Now">Time of the check.</param>
sealed record MacroValues(
    string Local,
    string Origin,
    string Domain,
    IPAddress Address,
    string Helo,
    string Receiver,
    string ValidatedName,
    DateTimeOffset Now
)
{
    public string Of(char letter) =>
        letter switch
        {
            's' => $"{Local}@{Origin}",
            'l' => Local,
            'o' => Origin,
            'd' => Domain,
            'i' => Dotted(Address),
            'p' => ValidatedName,
            'v' => Address.AddressFamily == AddressFamily.InterNetwork ? "in-addr" : "ip6",
            'h' => Helo,
            'c' => Address.ToString(),
            'r' => Receiver,
            _ => Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), // t
        };

    /// <summary>An IPv6 address is its nibbles, a dot between each two. RFC 7208 §7.3.</summary>
    static string Dotted(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return address.ToString();
        var text = new StringBuilder(63);
        foreach (var octet in address.GetAddressBytes())
            text.Append(CultureInfo.InvariantCulture, $".{octet >> 4:X}.{octet & 15:X}");
        return text.ToString(1, text.Length - 1);
    }
}
