using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest;

/// <summary>Cursors that nobody reads: a page may end at a row that its asker does not see, and whose name he must not learn.</summary>
/// <remarks>
/// AES-256-GCM, under a secret that lies in the directory, made by whoever needs it first: all processes have the same. A
/// cursor is good for the list it was made for.
/// </remarks>
sealed class CursorSeal(MailDirectory directory, Entropy entropy)
{
    const int KeyBytes = 32;
    const int NonceBytes = 12;
    const int TagBytes = 16;

    /// <summary>Characters of a cursor; a row's key has 512 at most.</summary>
    const int MaxLength = 1024;

    volatile byte[]? secret;

    /// <param name="list">Which one: <see cref="Route.Template"/>.</param>
    /// <param name="place">The key of the row where the page ended.</param>
    /// <exception cref="StoreException">The secret cannot be read now.</exception>
    public async ValueTask<string> SealAsync(string list, string place, CancellationToken cancel)
    {
        var text = Encoding.UTF8.GetBytes(place);
        var octets = new byte[NonceBytes + TagBytes + text.Length];
        var nonce = octets.AsMemory(0, NonceBytes);
        entropy.Bytes(NonceBytes).CopyTo(nonce);
        using var cipher = new AesGcm(await SecretAsync(cancel), TagBytes);
        cipher.Encrypt(
            nonce.Span,
            text,
            octets.AsSpan(NonceBytes + TagBytes),
            octets.AsSpan(NonceBytes, TagBytes),
            Encoding.UTF8.GetBytes(list)
        );
        return Base64Url.EncodeToString(octets);
    }

    /// <returns>Null for one that was not made here, or for another list.</returns>
    /// <exception cref="StoreException">The secret cannot be read now.</exception>
    public async ValueTask<string?> OpenAsync(string list, string cursor, CancellationToken cancel)
    {
        if (cursor.Length > MaxLength || !Base64Url.IsValid(cursor))
            return null;
        var octets = Base64Url.DecodeFromChars(cursor);
        if (octets.Length <= NonceBytes + TagBytes)
            return null;
        using var cipher = new AesGcm(await SecretAsync(cancel), TagBytes);
        var text = new byte[octets.Length - NonceBytes - TagBytes];
        try
        {
            cipher.Decrypt(
                octets.AsSpan(0, NonceBytes),
                octets.AsSpan(NonceBytes + TagBytes),
                octets.AsSpan(NonceBytes, TagBytes),
                text,
                Encoding.UTF8.GetBytes(list)
            );
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        return Encoding.UTF8.GetString(text);
    }

    async ValueTask<byte[]> SecretAsync(CancellationToken cancel)
    {
        if (secret is { } known)
            return known;
        var row = await directory.ReadAsync(DirectoryRows.CursorSecret, cancel);
        if (row is null)
        {
            var fresh = new RowTransaction(DirectoryRows.Partition);
            fresh.Insert(DirectoryRows.CursorSecret, new() { { "Key", entropy.Bytes(KeyBytes) } });
            await directory.CommitAsync(fresh); // or somebody else's
            row = await directory.ReadAsync(DirectoryRows.CursorSecret, cancel);
        }
        return secret = row?.Data.Bytes("Key") ?? throw new StoreException("The secret of cursors is missing");
    }
}
