using System.Text;
using Cloud.Mail;

namespace Cloud.Flow.Outbound.Forwarding;

/// <summary>Variable envelope return paths: each recipient's own reverse path, <c>local+recipient=domain=tag@ours</c>.</summary>
/// <remarks>
/// So a report tells whom it is about even where nobody can read it. The mailbox gets it as mail with a detail (RFC 5233).
/// The tag is a proof that we made it for that message: whoever else got the message cannot write a report about another.
/// A detail that the sender has himself stays out: what stands behind the first <c>+</c> is the recipient.
/// </remarks>
static class Verp
{
    /// <summary>Octets of a local part that every server takes. RFC 5321 §4.5.3.1.1.</summary>
    const int MostLocal = 64;

    /// <returns>The sender's own path where the other would be too long for an address; null for none.</returns>
    public static EmailAddress? PathOf(EmailAddress? from, EmailAddress recipient, string tag)
    {
        if (from is null)
            return null;
        var domain = EmailAddress.CanonicalDomain(recipient.Domain);
        var local = $"{from.WithoutDetail.Local}+{recipient.Local}={domain}={tag}";
        var octets = Encoding.UTF8.GetByteCount(local);
        var isShort =
            octets <= MostLocal && octets + 1 + Encoding.UTF8.GetByteCount(from.Domain) <= EmailAddress.MaxLength;
        return isShort ? new(local, from.Domain) : from;
    }

    /// <returns>Whom mail was for that came back to such a path; null where it is none.</returns>
    public static EmailAddress? RecipientOf(EmailAddress path)
    {
        var plus = path.Local.IndexOf('+', StringComparison.Ordinal);
        var end = path.Local.Length - TagOf(path).Length - 1;
        var equals = end > 0 ? path.Local.LastIndexOf('=', end - 1) : -1;
        if (plus <= 0 || equals <= plus + 1 || equals >= end - 1 || end == path.Local.Length - 1)
            return null;
        var (local, domain) = (path.Local[(plus + 1)..equals], path.Local[(equals + 1)..end]);
        return EmailAddress.IsDomain(domain) ? new(local, domain) : null;
    }

    /// <returns>What stands behind the last sign of equality; all where there is none.</returns>
    public static string TagOf(EmailAddress path) => path.Local[(path.Local.LastIndexOf('=') + 1)..];
}
