using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Forwarding;

/// <summary>Under which reverse path mail of others is passed on, and whom such a path leads back to.</summary>
/// <remarks>
/// The secret lies in the directory, made by whoever needs it first: all processes have the same. Who has it could send
/// reports to strangers through us, and no more; so it is not sealed as signing keys are.
/// </remarks>
sealed class ReturnPaths(MailDirectory directory, TimeProvider time, Entropy entropy)
{
    /// <summary>Octets of the secret.</summary>
    const int KeyBytes = 32;

    volatile SrsCodec? codec;

    /// <param name="from">As the message came; null for <c>&lt;&gt;</c>, which stays.</param>
    /// <param name="domain">Of ours, of the address that passes it on.</param>
    /// <param name="isTrusted">It is known to be the sender's own; anybody else may have forged a sender of ours.</param>
    /// <returns>A sender of ours as he is: our servers may send for him. So one whose path would be too long.</returns>
    /// <exception cref="StoreException">The secret cannot be read now.</exception>
    public async ValueTask<EmailAddress?> RewriteAsync(
        EmailAddress? from,
        string domain,
        bool isTrusted,
        CancellationToken cancel
    )
    {
        if (from is null)
            return from;
        if (isTrusted && await directory.HasDomainAsync(EmailAddress.CanonicalDomain(from.Domain), cancel))
            return from;
        return (await CodecAsync(cancel)).Rewrite(from, domain) ?? from;
    }

    /// <summary>Whom a path of ours leads back to.</summary>
    /// <returns>Null where it was not made here, or is too old.</returns>
    /// <exception cref="StoreException">The secret cannot be read now.</exception>
    public async ValueTask<EmailAddress?> ReadAsync(EmailAddress path, CancellationToken cancel) =>
        (await CodecAsync(cancel)).Read(path);

    /// <summary>What marks the reverse path of each recipient of a message that goes out under such paths.</summary>
    /// <exception cref="StoreException">The secret cannot be read now.</exception>
    public async ValueTask<Func<EmailAddress, string>> TagsOfAsync(TransactionId message, CancellationToken cancel)
    {
        var known = await CodecAsync(cancel);
        return recipient => known.Tag(message, recipient);
    }

    /// <summary>Whether a recipient's own path is of that message: others have the message's id, and not this.</summary>
    /// <exception cref="StoreException">The secret cannot be read now.</exception>
    public async ValueTask<bool> IsTagAsync(
        string tag,
        TransactionId message,
        EmailAddress recipient,
        CancellationToken cancel
    ) => (await CodecAsync(cancel)).IsTag(tag, message, recipient);

    async ValueTask<SrsCodec> CodecAsync(CancellationToken cancel)
    {
        if (codec is { } known)
            return known;
        var row = await directory.ReadAsync(DirectoryRows.ReturnPathSecret, cancel);
        if (row is null)
        {
            var fresh = new RowTransaction(DirectoryRows.Partition);
            fresh.Insert(DirectoryRows.ReturnPathSecret, new() { { "Key", entropy.Bytes(KeyBytes) } });
            await directory.CommitAsync(fresh); // or somebody else's
            row = await directory.ReadAsync(DirectoryRows.ReturnPathSecret, cancel);
        }
        var key = row?.Data.Bytes("Key") ?? throw new StoreException("The secret of return paths is missing");
        return codec = new(key, time);
    }
}
