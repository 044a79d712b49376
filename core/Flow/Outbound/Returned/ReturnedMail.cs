using System.Text;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Returned;

/// <summary>Finds the message of ours that another one brings back, whole or its header.</summary>
/// <remarks>
/// Anybody can write such mail. So it counts only if it has our Received field of a message that we sent: its id is drawn,
/// and nobody knows it but who got the message.
/// </remarks>
sealed class ReturnedMail(OutboxStore store, IBlobs blobs)
{
    /// <summary>Octets of a report that are read: our Received field is in the header of what it returns.</summary>
    const int MaxReport = 256 * 1024;

    /// <summary>Ids in it that are looked up, each a read.</summary>
    const int MaxIds = 5;

    /// <exception cref="StoreException">It cannot be read now.</exception>
    public async ValueTask<byte[]> ReadAsync(string blob, CancellationToken cancel)
    {
        await using var stream = await blobs.OpenAsync(blob, 0, MaxReport, cancel);
        if (stream is null)
            return [];
        using var octets = new MemoryStream();
        await stream.CopyToAsync(octets, cancel);
        return octets.ToArray();
    }

    /// <param name="octets">Of the report.</param>
    /// <param name="isMeant">Whether the report can be about that one.</param>
    /// <returns>Null where it has none back that we know.</returns>
    /// <exception cref="StoreException">Nobody can tell now.</exception>
    public async ValueTask<SentMail?> FindAsync(byte[] octets, Func<SentMail, bool> isMeant, CancellationToken cancel)
    {
        foreach (var id in IdsOf(octets))
        {
            if (await store.ReadAllAsync(id, cancel) is not { } entry)
                continue;
            var sent = new SentMail(SubmissionCodec.Unpack(id, entry.Message, entry.Recipients), entry.Recipients);
            if (isMeant(sent))
                return sent;
        }
        return null;
    }

    /// <summary>Whatever could be a message's id: hexadecimal digits between others.</summary>
    static List<TransactionId> IdsOf(byte[] octets)
    {
        const int length = 27;
        var ids = new List<TransactionId>();
        var text = Encoding.Latin1.GetString(octets);
        for (var at = 0; ids.Count < MaxIds && (at = text.IndexOf(" id ", at, StringComparison.Ordinal)) >= 0; )
        {
            at += 4;
            var isOne = at + length < text.Length && !char.IsAsciiHexDigit(text[at + length]);
            if (isOne && TransactionId.TryParse(text.AsSpan(at, length)) is { } id && !ids.Contains(id))
                ids.Add(id);
        }
        return ids;
    }
}

/// <summary>A message of the outbox, and what became of its recipients.</summary>
sealed record SentMail(Submission Message, IReadOnlyList<RecipientRow> Recipients)
{
    /// <returns>Null for one that it was not for.</returns>
    public RecipientRow? To(EmailAddress address) =>
        Recipients.FirstOrDefault(row => EmailAddress.TryParse(row.Address)?.Key == address.Key);
}
