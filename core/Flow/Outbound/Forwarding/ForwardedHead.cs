using Cloud.Mail;
using Cloud.Mail.Headers;
using Cloud.Store.Ports;
using Cloud.Trust.Content;

namespace Cloud.Flow.Outbound.Forwarding;

/// <summary>What counts of a message's header before it is passed on.</summary>
sealed class ForwardedHead
{
    /// <summary>Octets that are looked at; the fields that tell of loops are on top.</summary>
    const int Octets = 64 * 1024;

    readonly byte[] header;

    ForwardedHead(byte[] octets) => header = octets;

    /// <summary>Octets in front that stay here: a Return-Path is the last server's to write (RFC 5321 §4.4).</summary>
    public int Start { get; private init; }

    /// <summary>There are octets beyond ASCII.</summary>
    public bool IsGlobal { get; private init; }

    /// <summary>RFC 5321 §6.3, RFC 9228: whether a message was with an address before, or has been through too many servers.</summary>
    public bool Loops(EmailAddress address) => MailLoops.Check(header, [address]).IsLoop;

    /// <param name="names">Of blobs with the same bytes, the first that is there is read.</param>
    /// <returns>Of nothing where all are gone: then an earlier try has passed them on, or nobody can.</returns>
    /// <exception cref="StoreException">They cannot be read now.</exception>
    public static async ValueTask<ForwardedHead> ReadAsync(
        IBlobs blobs,
        IEnumerable<string> names,
        CancellationToken cancel
    )
    {
        foreach (var name in names)
        {
            await using var stream = await blobs.OpenAsync(name, 0, Octets, cancel);
            if (stream is null)
                continue;
            var octets = new byte[Octets];
            var length = await stream.ReadAtLeastAsync(octets, Octets, throwOnEndOfStream: false, cancel);
            return Of(octets.AsSpan(0, length));
        }
        return new([]);
    }

    /// <param name="message">Its first octets.</param>
    public static ForwardedHead Of(ReadOnlySpan<byte> message)
    {
        var start = 0;
        var reader = new HeaderReader(message);
        var isOnTop = true;
        while (reader.MoveNext())
        {
            isOnTop &= reader.Current.Is("Return-Path"u8);
            if (isOnTop)
                start = message.Length - reader.Rest.Length;
        }
        var header = message[..^reader.Rest.Length];
        return new(header.ToArray()) { Start = start, IsGlobal = header.ContainsAnyExceptInRange((byte)0, (byte)127) };
    }
}
