using System.Diagnostics.CodeAnalysis;
using Cloud.Dns;
using Cloud.Mail;

namespace Cloud.Trust.TlsRpt;

/// <summary>What stands at <c>_smtp._tls</c>: where a domain wants its reports. RFC 8460 §3.</summary>
/// <param name="Mailboxes">From <c>mailto:</c>.</param>
/// <param name="Addresses">From <c>https:</c>. Anybody may name anybody: only public addresses are to be asked.</param>
public sealed record TlsReportRecord(IReadOnlyList<EmailAddress> Mailboxes, IReadOnlyList<Uri> Addresses)
{
    /// <summary>Destinations taken of a record, as DMARC's.</summary>
    public const int MaxCount = 10;

    /// <summary>Web servers taken of a record: each is a connection from here to whomever a stranger names.</summary>
    public const int MaxAddresses = 4;

    /// <summary>Characters that are looked at.</summary>
    const int MaxLength = 4096;

    const string Version = "v=TLSRPTv1";

    /// <summary>Whether a TXT record is of this kind at all: others at the name count for nothing, and several of these.</summary>
    public static bool HasVersion(ReadOnlySpan<char> text) =>
        text.StartsWith(Version, StringComparison.Ordinal) && text[Version.Length..].TrimStart(" \t") is [';', ..];

    /// <param name="text">Each octet a character.</param>
    /// <returns>False where nobody is named who could be reached.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out TlsReportRecord? record)
    {
        record = null;
        if (text.Length > MaxLength || !HasVersion(text))
            return false;
        var (mailboxes, addresses) = (new List<EmailAddress>(), new List<Uri>());
        foreach (var range in text.Split(';'))
        {
            var field = text[range].Trim(" \t");
            if (!field.StartsWith("rua=", StringComparison.Ordinal))
                continue;
            foreach (var one in field[4..].Split(','))
                Read(field[4..][one].Trim(" \t").ToString(), mailboxes, addresses);
            break;
        }

        record = mailboxes.Count + addresses.Count > 0 ? new(mailboxes, addresses) : null;
        return record is not null;
    }

    static void Read(string text, List<EmailAddress> mailboxes, List<Uri> addresses)
    {
        const string Mailbox = "mailto:";
        if (mailboxes.Count + addresses.Count == MaxCount)
            return;
        if (text.StartsWith(Mailbox, StringComparison.OrdinalIgnoreCase))
        {
            // RFC 8460 §3: commas, "!" and ";" of an address are percent-encoded.
            var plain = Uri.UnescapeDataString(text[Mailbox.Length..].Split('?')[0]);
            if (!plain.Any(char.IsControl) && EmailAddress.TryParse(plain) is { } mailbox)
                mailboxes.Add(mailbox);
        }
        else if (
            Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme == Uri.UriSchemeHttps
            && address.UserInfo.Length == 0
            && addresses.Count < MaxAddresses
            && HasHost(address)
        )
        {
            addresses.Add(address);
        }
    }

    /// <summary>A URI may have a host that no name server can be asked for: a label too long as an A-label, for one.</summary>
    static bool HasHost(Uri address)
    {
        if (address.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6)
            return true;
        try
        {
            return address.HostNameType == UriHostNameType.Dns && DnsName.TryParse(address.IdnHost, out _);
        }
        catch (Exception e) when (e is UriFormatException or ArgumentException)
        {
            return false;
        }
    }
}
