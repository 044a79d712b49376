using Cloud.Store;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest;

/// <summary>The right to do what a request asks, under a transaction that stays the same for all that ask it.</summary>
sealed class Claim(TransactionId transaction)
{
    public TransactionId Transaction => transaction;

    /// <summary>Somebody was at it before, and may have got somewhere.</summary>
    public bool IsRepeated { get; init; }

    public RowKey Key { get; init; }

    public byte[] Fingerprint { get; init; } = [];

    public DateTimeOffset Started { get; init; }

    /// <summary>SHA-256 of a body that was streamed; null while nobody has read one to its end.</summary>
    public byte[]? Content { get; set; }

    /// <summary>Writes the claim as it is; null where the request has no key.</summary>
    public Func<ValueTask>? KeepAsync { get; set; }

    /// <summary>Notes what a body that is streamed has turned out to be, before anything is done with it.</summary>
    /// <param name="sha256">Of all its octets.</param>
    /// <exception cref="ApiException">422: the key came with other octets before.</exception>
    public async ValueTask NoteAsync(byte[] sha256)
    {
        if (KeepAsync is null)
            return;
        if (Content is not null)
            Idempotency.Compare(Content, sha256);
        Content = sha256;
        await KeepAsync();
    }
}
