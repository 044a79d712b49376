using System.Security.Cryptography;
using Cloud.Store;
using Cloud.Store.Directory;

namespace Cloud.Api.Gateway;

/// <summary>What a session logged in with: by it a session is ended when that counts no more.</summary>
/// <param name="Login">The user's address in its canonical form.</param>
/// <param name="Stamp">Names the password, and tells nothing of it: a hash of what is kept of it.</param>
public sealed record LoginStamp(string Login, AccountId Account, string Stamp)
{
    /// <summary>Octets of the hash: enough to tell a user's passwords apart.</summary>
    const int Octets = 16;

    /// <summary>No hash in hexadecimal.</summary>
    const string Token = "token";

    internal static LoginStamp Of(UserRow user, Credentials by) => new(user.Address, user.Account, StampOf(by));

    /// <summary>Of a token, which names nothing that is kept here: the user must be there and may log in, no more.</summary>
    internal static LoginStamp OfToken(UserRow user) => new(user.Address, user.Account, Token);

    /// <summary>Whether the user may still log in with it.</summary>
    internal bool Fits(UserRow? user) =>
        user is { IsActive: true }
        && user.Account == Account
        && (Stamp == Token || user.AllCredentials.Any(credentials => StampOf(credentials) == Stamp));

    static string StampOf(Credentials credentials) =>
        Convert.ToHexStringLower(SHA256.HashData(credentials.StoredKey).AsSpan(0, Octets));
}
