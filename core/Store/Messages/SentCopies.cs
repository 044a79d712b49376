using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;

namespace Cloud.Store.Messages;

/// <summary>Keeps what is sent from lying in Sent twice, where the server puts it there and the client does as well.</summary>
/// <remarks>
/// Whoever comes second, with the same Message-ID, finds the copy of the first and makes none. Each message that came to
/// Sent within <see cref="Age"/> costs a read; accounts that keep their copies themselves pay nothing. An import brings all
/// that its source has, also what is there twice, and so does a copy from another account.
/// </remarks>
static class SentCopies
{
    /// <summary>How long after the first copy a second one is taken for the same.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(5);

    /// <summary>The newest messages looked at.</summary>
    const int Newest = 20;

    /// <returns>Null when there is none.</returns>
    public static async ValueTask<DepositResult?> FindAsync(AccountChange change, MailboxRow sent, Deposit deposit)
    {
        if (deposit.Import is not null || deposit.IsCopy || !change.Account.SavesSent)
            return null;
        if (sent.UidNext == 1 || ThreadNames.Of(deposit.Index.Span).Own is not { } own)
            return null;
        var page = await change.Pages.PageAsync(sent, PageRows.PageOf(sent.UidNext - 1));
        var since = change.Now - (long)Age.TotalSeconds;
        foreach (var entry in page.Entries.Reverse().Take(Newest).TakeWhile(entry => entry.Saved >= since))
        {
            if (await change.EmailAsync(entry.Email) is not { } draft)
                continue;
            var email = draft.Row.Email;
            if (ThreadNames.Of(email.Index.Span).Own != own)
                continue;
            var status = email.Transaction == deposit.Transaction ? DepositStatus.Repeated : DepositStatus.Present;
            return new(status, sent.UidValidity, entry.Uid, Revision: 0); // Nothing was changed.
        }
        return null;
    }
}
