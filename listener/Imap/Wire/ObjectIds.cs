using System.Globalization;
using System.Text;
using Cloud.Store;

namespace Cloud.Listener.Imap.Wire;

/// <summary>Ids that last (RFC 8474 §7 objectid): a letter for the kind, then the number in hexadecimal.</summary>
static class ObjectIds
{
    /// <summary>Characters; RFC 8474 §3.</summary>
    const int Longest = 255;

    public static string Of(MailboxId mailbox) => $"F{mailbox}";

    public static string Of(EmailId email) => $"M{email}";

    public static string Of(ThreadId thread) => $"T{thread}";

    /// <returns>Null for an id that is no message's.</returns>
    public static EmailId? Email(string id) => Number(id, 'M') is { } number ? new EmailId(number) : null;

    /// <returns>Null for an id that is no thread's.</returns>
    public static ThreadId? Thread(string id) => Number(id, 'T') is { } number ? new ThreadId(number) : null;

    /// <summary>objectid: <c>1*255(ALPHA / DIGIT / "_" / "-")</c>.</summary>
    public static string ExpectObjectId(this ref ImapReader reader)
    {
        var id = Encoding.ASCII.GetString(reader.ExpectAtom("an object's id"));
        return id.Length <= Longest && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            ? id
            : throw new SyntaxException("That is not an object's id");
    }

    static ulong? Number(string id, char kind) =>
        id.Length == 17
        && id[0] == kind
        && ulong.TryParse(id.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
