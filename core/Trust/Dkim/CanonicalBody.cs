using System.Buffers;

namespace Cloud.Trust.Dkim;

/// <summary>A body in canonical form, hashed as it streams by. RFC 6376 §3.4.3, §3.4.4.</summary>
/// <remarks>
/// How the octets are cut makes no difference. Only CRLF ends a line; a CR or LF alone is an octet like others. What stays
/// as it is goes to the hashes in runs as long as possible, and nothing is copied or allocated.
/// </remarks>
sealed class CanonicalBody(Canonicalization form) : IDisposable
{
    static readonly SearchValues<byte> SimpleStops = SearchValues.Create("\r"u8);
    static readonly SearchValues<byte> RelaxedStops = SearchValues.Create("\r \t"u8);

    readonly SearchValues<byte> stops = form == Canonicalization.Simple ? SimpleStops : RelaxedStops;
    readonly List<BodyHash> hashes = [];
    long heldLines; // line ends that count only if something follows
    bool heldSpace;
    bool heldCr;

    public Canonicalization Form => form;

    /// <summary>Octets of the canonical body so far.</summary>
    public long Length { get; private set; }

    static ReadOnlySpan<byte> ManyLines => "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n"u8;

    /// <summary>The hash of all, or of the first octets. Before the body begins.</summary>
    public BodyHash Hash(long? limit)
    {
        var hash = hashes.Find(other => other.Limit == limit);
        if (hash is null)
            hashes.Add(hash = new BodyHash(limit));
        return hash;
    }

    public void Write(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            var octet = octets[0];
            if (heldCr)
            {
                heldCr = false;
                if (octet == '\n')
                {
                    (heldSpace, heldLines) = (false, heldLines + 1);
                    octets = octets[1..];
                    continue;
                }

                Release();
                Emit("\r"u8);
            }

            if (!stops.Contains(octet))
            {
                var run = RunOf(octets);
                Release();
                Emit(octets[..run]);
                octets = octets[run..];
                continue;
            }

            heldCr = octet == '\r';
            heldSpace |= !heldCr;
            octets = octets[1..];
        }
    }

    /// <summary>Ends the body: the hashes have their values.</summary>
    public void Complete()
    {
        if (heldCr)
        {
            Release();
            Emit("\r"u8);
        }

        // A simple body is never empty (§3.4.3), a relaxed one may be (§3.4.4); else there is one line end.
        if (form == Canonicalization.Simple || Length > 0)
            Emit("\r\n"u8);
        foreach (var hash in hashes)
            hash.Complete();
    }

    public void Dispose()
    {
        foreach (var hash in hashes)
            hash.Dispose();
    }

    /// <summary>Octets from the first on that are the same in canonical form.</summary>
    int RunOf(ReadOnlySpan<byte> octets)
    {
        for (var at = 1; ; at++)
        {
            var stop = octets[at..].IndexOfAny(stops);
            if (stop < 0)
                return octets.Length;
            at += stop;
            // One space between words, and one line end between lines, are in canonical form.
            var next = octets[at] switch
            {
                (byte)' ' => at + 1,
                (byte)'\r' when at + 1 < octets.Length && octets[at + 1] == '\n' => at + 2,
                _ => octets.Length,
            };
            if (next >= octets.Length || stops.Contains(octets[next]))
                return at;
            at = next;
        }
    }

    void Release()
    {
        for (; heldLines > 0; heldLines -= Math.Min(heldLines, ManyLines.Length / 2))
            Emit(ManyLines[..(int)Math.Min(ManyLines.Length, 2 * heldLines)]);
        if (heldSpace)
            Emit(" "u8);
        heldSpace = false;
    }

    void Emit(ReadOnlySpan<byte> octets)
    {
        Length += octets.Length;
        foreach (var hash in hashes)
            hash.Append(octets);
    }
}
