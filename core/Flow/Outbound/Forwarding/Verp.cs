using System.Text;
using Cloud.Mail;

namespace Cloud.Flow.Outbound.Forwarding;

/// <summary>Variable envelope return paths: each recipient's own reverse path, <c>local+recipient=domain@ours</c>.</summary>
/// <remarks>
/// So a report tells whom it is about even where nobody can read it. The mailbox gets it as mail with a detail (RFC 5233).
/// A detail that the sender has himself stays out: what stands behind the first <c>+</c> is the recipient.
/// </remarks>
static class Verp
{
    /// <returns>The sender's own path where the other would be too long for an address; null for none.</returns>
    public static EmailAddress? PathOf(EmailAddress? from, EmailAddress recipient)
    {
        if (from is null)
            return null;
        var local = $"{from.WithoutDetail.Local}+{recipient.Local}={EmailAddress.CanonicalDomain(recipient.Domain)}";
        var length = Encoding.UTF8.GetByteCount(local) + 1 + Encoding.UTF8.GetByteCount(from.Domain);
        return length <= EmailAddress.MaxLength ? new(local, from.Domain) : from;
    }

    /// <returns>Whom mail was for that came back to such a path; null where it is none.</returns>
    public static EmailAddress? RecipientOf(EmailAddress path)
    {
        var plus = path.Local.IndexOf('+', StringComparison.Ordinal);
        var equals = path.Local.LastIndexOf('=');
        if (plus <= 0 || equals <= plus + 1 || equals == path.Local.Length - 1)
            return null;
        var (local, domain) = (path.Local[(plus + 1)..equals], path.Local[(equals + 1)..]);
        return EmailAddress.IsDomain(domain) ? new(local, domain) : null;
    }
}
