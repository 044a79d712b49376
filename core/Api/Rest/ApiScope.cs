using System.Text.Json.Serialization;

namespace Cloud.Api.Rest;

/// <summary>What a key is for.</summary>
[Flags]
public enum ApiScope
{
    /// <summary>Nothing is needed, not even a key.</summary>
    None = 0,

    /// <summary>Sends messages, and sees what became of those.</summary>
    Send = 1,

    /// <summary>Reads mailboxes and messages.</summary>
    Read = 2,

    /// <summary>Reads and changes mailboxes and messages.</summary>
    Mail = 4,

    /// <summary>Everything within the key's limits: domains, users, keys; and what the others may.</summary>
    Admin = 8,
}

/// <summary>Scopes by their names on the wire.</summary>
public static class ApiScopes
{
    public static readonly IReadOnlyList<string> Names = ["send", "read", "mail", "admin"];

    /// <returns>Null where it is none.</returns>
    public static ApiScope? Parse(string name) =>
        name switch
        {
            "send" => ApiScope.Send,
            "read" => ApiScope.Read,
            "mail" => ApiScope.Mail,
            "admin" => ApiScope.Admin,
            _ => null,
        };

    public static IReadOnlyList<string> NamesOf(ApiScope scopes) =>
        [.. Names.Where(name => (scopes & Parse(name)) != 0)];

    /// <summary>Whether who has <paramref name="held"/> may do what needs <paramref name="needed"/>.</summary>
    public static bool Cover(this ApiScope held, ApiScope needed) =>
        needed == ApiScope.None
        || (held & (needed | ApiScope.Admin)) != 0
        || (needed == ApiScope.Read && (held & ApiScope.Mail) != 0);
}
