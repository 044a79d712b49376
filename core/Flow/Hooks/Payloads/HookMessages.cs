using Cloud.Mail;
using Cloud.Mail.Headers;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;

namespace Cloud.Flow.Hooks.Payloads;

/// <summary>Messages of events, as they lie in their accounts.</summary>
sealed class HookMessages(AccountStore accounts)
{
    /// <returns>Null where it is kept nowhere (any more).</returns>
    /// <exception cref="Store.Ports.StoreException">It cannot be read now.</exception>
    public async ValueTask<KeptMessage?> FindAsync(MailEvent told, CancellationToken cancel)
    {
        if (told.Account is not { } account || told.Transaction is null)
            return null;
        if (told.Kind is not (MailEventKind.Received or MailEventKind.Filed))
            return null;
        if (TransactionId.TryParse(told.Transaction) is not { } transaction)
            return null;
        var number = EmailId.From(transaction);
        // Where the number was taken, it has the next.
        EmailId[] ids = [number, new(number.Value + 1)];
        var rows = await EmailReader.ReadAsync(accounts.Rows, new(account), ids, cancel);
        var email = rows.Select(row => row.Email).FirstOrDefault(one => one.Transaction == transaction);
        return email is null ? null : await OpenAsync(new(account), email, cancel);
    }

    /// <returns>Null where its bytes are gone.</returns>
    public async ValueTask<KeptMessage?> OpenAsync(AccountId account, Email email, CancellationToken cancel)
    {
        if (!email.Index.IsEmpty)
            return new(accounts, account, email, email.UnpackIndex());
        var packed = await Indexing.OfBlobAsync(accounts.Blobs, email.Blob, cancel);
        return packed is null
            ? null
            : new(accounts, account, email, MessageIndex.Unpack(packed, email.DeliveryFields.Length));
    }
}

/// <summary>A message with its index.</summary>
sealed record KeptMessage(AccountStore Accounts, AccountId Account, Email Email, MessageIndex Index)
{
    /// <summary>Octets of a header that are looked at.</summary>
    const int MaxHeader = 256 * 1024;

    /// <returns>As far as there is; empty where the bytes are gone.</returns>
    public async ValueTask<byte[]> ReadAsync(long offset, long length, CancellationToken cancel)
    {
        await using var stream = await Accounts.Blobs.OpenAsync(
            Email.Blob,
            Email.DeliveryFields,
            offset,
            length,
            cancel
        );
        if (stream is null)
            return [];
        using var octets = new MemoryStream();
        await stream.CopyToAsync(octets, cancel);
        return octets.ToArray();
    }

    public ValueTask<byte[]> HeaderAsync(CancellationToken cancel) =>
        ReadAsync(0, Math.Min(Index.HeaderLength, MaxHeader), cancel);

    /// <summary>Whether one of the fields of a name has a value of a pattern.</summary>
    public static bool Has(byte[] header, string name, string? pattern)
    {
        foreach (var field in new HeaderReader(header))
        {
            if (!System.Text.Ascii.EqualsIgnoreCase(field.Name, name))
                continue;
            if (pattern is null || Wildcards.Matches(pattern, HeaderText.Decode(field.Value)))
                return true;
        }
        return false;
    }
}
