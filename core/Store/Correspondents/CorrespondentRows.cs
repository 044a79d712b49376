using System.Security.Cryptography;
using System.Text;
using Cloud.Mail;
using Cloud.Store.Ports;

namespace Cloud.Store.Correspondents;

/// <summary>Rows <c>k!{hash}</c> of an account: an address whose mail its user wants. Found by key only.</summary>
/// <remarks>No other row tells of them, so they come and go without a change of the account.</remarks>
static class CorrespondentRows
{
    /// <summary>How long an address is known after it was last written to.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(400);

    public static RowRange Range(AccountId account) => RowRange.Prefix(account.Value, "k!");

    /// <summary>The address without its detail (RFC 5233): answers come from the plain one, and the reverse.</summary>
    public static string Key(EmailAddress address)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(address.WithoutDetail.Key));
        return $"k!{Convert.ToHexStringLower(hash.AsSpan(0, 16))}";
    }

    public static RowData ToRow(DateTimeOffset at) => new() { { "At", at.ToUnixTimeSeconds() } };

    public static DateTimeOffset At(RowData row) => DateTimeOffset.FromUnixTimeSeconds(row.Long("At"));
}
