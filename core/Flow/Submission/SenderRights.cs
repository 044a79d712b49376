using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Directory;

namespace Cloud.Flow.Submission;

/// <summary>In whose name an account may send: what reaches it (its address, with any detail, and its aliases), and what
/// it was granted.</summary>
sealed class SenderRights(MailDirectory directory)
{
    /// <param name="as">Null for the empty reverse path, which is everybody's.</param>
    public async ValueTask<bool> MaySendAsync(AccountId account, EmailAddress? @as, CancellationToken cancel)
    {
        if (@as is null)
            return true;
        if (await directory.SendersAsync(@as, cancel) is not { } reached)
            return false; // no domain of ours
        if (reached.Contains(account))
            return true;
        var granted = await directory.FindActiveGrantsAsync(account, cancel);
        var domain = "*@" + EmailAddress.CanonicalDomain(@as.Domain);
        return granted.Contains(@as.Key) || granted.Contains(@as.WithoutDetail.Key) || granted.Contains(domain);
    }

    /// <summary>Whether an address of others has a whole domain: a name of one label is the sender's own shorthand, and
    /// leads nowhere or astray (RFC 6409 §4.2).</summary>
    public static bool IsQualified(EmailAddress address) =>
        address.Domain[0] == '[' || address.Domain.Contains('.', StringComparison.Ordinal);

    /// <summary>Whether all that a message says of its senders is true enough.</summary>
    /// <returns>The first address that is none of the account's; null when all are.</returns>
    public async ValueTask<EmailAddress?> ForeignAsync(
        AccountId account,
        EmailAddress? from,
        SubmittedContent content,
        CancellationToken cancel
    )
    {
        foreach (var address in content.Authors.Append(content.Sender).Prepend(from))
        {
            if (!await MaySendAsync(account, address, cancel))
                return address;
        }
        return null;
    }
}
