using System.Text;
using Cloud.Mail;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Admin;

/// <summary>Finds what an operator names, or says that there is no such thing.</summary>
static class DirectoryLookup
{
    /// <summary>Octets of a local part of ours: more, others need not be able to write to (RFC 5321 §4.5.3.1.1).</summary>
    const int MaxLocal = 64;

    /// <exception cref="AdminException">It is none.</exception>
    public static string AddressKey(string address)
    {
        var parsed = EmailAddress.TryParse(address) ?? throw new AdminException($"{address} is no address");
        return Encoding.UTF8.GetByteCount(parsed.Local) <= MaxLocal
            ? parsed.Key
            : throw new AdminException($"{address}: over {MaxLocal} octets before the @");
    }

    /// <exception cref="AdminException">It is none.</exception>
    public static string DomainKey(string domain) =>
        EmailAddress.IsDomain(domain) && domain[0] != '['
            ? EmailAddress.CanonicalDomain(domain)
            : throw new AdminException($"{domain} is no domain name");

    /// <summary>Also one that is deleted and can be had back.</summary>
    /// <exception cref="AdminException">There is none.</exception>
    public static async ValueTask<(Row Row, UserRow User)> UserAsync(
        MailDirectory directory,
        string address,
        CancellationToken cancel
    )
    {
        var key = AddressKey(address);
        var row = await directory.ReadAsync(DirectoryRows.User(key), cancel);
        return row is null
            ? throw new AdminException($"There is no user {key}", AdminFault.Missing)
            : (row, DirectoryRows.ToUser(row.Data));
    }

    public static AdminException NobodyLogsIn(UserRow user) =>
        new($"{user.Address} is a shared mailbox: nobody logs in", AdminFault.InTheWay);

    public static AdminException Changed() =>
        new("Somebody else changed the directory at the same moment: try again", AdminFault.Changed);
}
