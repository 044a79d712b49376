using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cloud.Store;

namespace Cloud.Listener.Imap.Wire;

/// <summary>Ids that last (RFC 8474 §7 objectid): a letter for the kind, the account, then the number in hexadecimal.</summary>
/// <remarks>
/// Numbers are an account's own, and a session sees several accounts (RFC 8474 §4, §5): a hash of its name stands before
/// them, from which the name cannot be told.
/// </remarks>
sealed class ObjectIds(AccountId account)
{
    /// <summary>Octets of the hash: no two accounts that one user sees have the same.</summary>
    const int Hashed = 8;

    readonly string prefix = PrefixOf(account);

    /// <summary>Characters; RFC 8474 §3.</summary>
    const int Longest = 255;

    public static string Of(AccountId account, MailboxId mailbox) => $"F{PrefixOf(account)}{mailbox}";

    public string Of(EmailId email) => $"M{prefix}{email}";

    public string Of(ThreadId thread) => $"T{prefix}{thread}";

    /// <returns>Null for an id that is no message's of the account.</returns>
    public EmailId? Email(string id) => Number(id, 'M') is { } number ? new EmailId(number) : null;

    /// <returns>Null for an id that is no thread's of the account.</returns>
    public ThreadId? Thread(string id) => Number(id, 'T') is { } number ? new ThreadId(number) : null;

    /// <summary>objectid: <c>1*255(ALPHA / DIGIT / "_" / "-")</c>.</summary>
    public static string Expect(ref ImapReader reader)
    {
        var id = Encoding.ASCII.GetString(reader.ExpectAtom("an object's id"));
        return id.Length <= Longest && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            ? id
            : throw new SyntaxException("That is not an object's id");
    }

    static string PrefixOf(AccountId account) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(account.Value)).AsSpan(0, Hashed));

    ulong? Number(string id, char kind) =>
        id.Length == 1 + prefix.Length + 16
        && id[0] == kind
        && id.AsSpan(1).StartsWith(prefix)
        && ulong.TryParse(
            id.AsSpan(1 + prefix.Length),
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;
}
