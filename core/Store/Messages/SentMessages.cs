using Cloud.Store.Accounts;
using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>What the user of an account has sent, as far as a copy was put into the mailbox for that.</summary>
static class SentMessages
{
    /// <summary>Whether a message answers one of them: one read; none for a message that is no answer.</summary>
    /// <param name="index">A packed <see cref="Mail.MessageIndex"/> of the message.</param>
    /// <returns>False as well where nobody can tell.</returns>
    public static async ValueTask<bool> AreAnsweredByAsync(
        AccountStore accounts,
        AccountId account,
        ReadOnlyMemory<byte> index,
        CancellationToken cancel
    )
    {
        if (ThreadNames.Of(index.Span).Parent is not { } parent)
            return false;
        try
        {
            return await accounts.Rows.GetAsync(Tables.Mail, new(account.Value, ThreadRows.SentKey(parent)), cancel)
                is not null;
        }
        catch (StoreException)
        {
            return false;
        }
    }
}
