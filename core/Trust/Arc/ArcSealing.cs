using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cloud.Mail.Headers;
using Cloud.Trust.Dkim;

namespace Cloud.Trust.Arc;

/// <summary>Seals what was found out of a message that is passed on, as it streams by. RFC 8617 §5.1.</summary>
/// <remarks>
/// What was found out is the Authentication-Results field on top, which is ours. A chain that is there already is carried
/// on only where that field says that it passes: a broken one is left alone, which makes it no worse. How the octets are
/// cut makes no difference; after <see cref="Complete"/> it is spent.
/// </remarks>
/// <param name="domain">d=, A-labels.</param>
/// <param name="key">Of signature and seal; RSA, since few verify others here.</param>
/// <param name="time">For t=.</param>
sealed class ArcSealing(string domain, DkimKey key, TimeProvider time) : IDisposable
{
    /// <summary>Where lines are folded, octets. RFC 5322 §2.1.1.</summary>
    const int FoldAt = 76;

    /// <summary>The author's signatures that are signed, the lowest of them, so that the list stays short.</summary>
    const int MaxSignatures = 8;

    static readonly DkimLimits Limits = new();

    readonly CanonicalBody body = new(Canonicalization.Relaxed);
    readonly HeaderBlock header = new(Limits.MaxHeader, Limits.MaxFields);
    BodyHash? bodyHash;

    public void Write(ReadOnlySpan<byte> octets)
    {
        if (bodyHash is not null)
        {
            body.Write(octets);
            return;
        }

        if (!header.Write(octets, out var rest))
            return;
        bodyHash = body.Hash(null);
        body.Write(rest.Held);
        body.Write(rest.Last);
    }

    /// <summary>Ends the message.</summary>
    /// <returns>The set's three fields, a line end after each, to be put before the message; nothing where it cannot be sealed.</returns>
    public byte[] Complete()
    {
        if (bodyHash is null)
        {
            var held = header.Complete().Held;
            bodyHash = body.Hash(null);
            body.Write(held);
        }

        body.Complete();
        var own = header.Named("Authentication-Results");
        if (header.IsTooLarge || own.Count == 0 || header.Named("From").Count == 0)
            return [];
        var chain = ArcChain.Read(header);
        var instance = chain.Links.Count + 1;
        var found = AuthenticationResults.Parse(header[own[0]].Value);
        var before = found?.Results.FirstOrDefault(result => result.Method == "arc")?.Result;
        if (chain.Fault is not null || instance > ArcChain.MaxSets || (instance > 1 && before != "pass"))
            return [];
        return Seal(chain, instance, header[own[0]].Value);
    }

    public void Dispose()
    {
        body.Dispose();
        header.Dispose();
    }

    byte[] Seal(ArcChain chain, int instance, ReadOnlySpan<byte> found)
    {
        byte[] results =
        [
            .. Encoding.ASCII.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"{ArcChain.ResultsField}: i={instance};")
            ),
            .. found.TrimEnd("\r\n"u8),
            .. "\r\n"u8,
        ];
        // RFC 8617 §4.1.2: the author's signatures, too; what servers on the way write they do not name.
        const string signatures = "DKIM-Signature";
        List<string> names =
        [
            .. SignedFields.Of(header),
            .. Enumerable.Repeat(signatures, Math.Min(header.Named(signatures).Count, MaxSignatures)),
        ];
        var tags = TagsOf(instance);
        var unsigned = Field(
            ArcChain.SignatureField,
            [
                .. tags,
                " c=relaxed/relaxed;",
                .. names.Select((name, i) => (i == 0 ? " h=" : "") + name + (i == names.Count - 1 ? ";" : ":")),
                $" bh={Convert.ToBase64String(bodyHash!.Value)};",
            ]
        );
        var own = new HeaderField(unsigned, ArcChain.SignatureField.Length);
        var signature = Signed(unsigned, CanonicalHeader.Hash(header, names, own, Canonicalization.Relaxed));
        var unsealed = Field(ArcChain.SealField, [.. tags, instance == 1 ? " cv=none;" : " cv=pass;"]);
        return [.. Signed(unsealed, SealHash(chain, results, signature, unsealed)), .. signature, .. results];
    }

    List<string> TagsOf(int instance) =>
        [
            string.Create(CultureInfo.InvariantCulture, $" i={instance};"),
            $" a={key.AlgorithmName};",
            $" d={domain};",
            $" s={key.Selector};",
            string.Create(CultureInfo.InvariantCulture, $" t={time.GetUtcNow().ToUnixTimeSeconds()};"),
        ];

    /// <summary>All sets in order, the new one's seal without its value. RFC 8617 §5.1.1.</summary>
    byte[] SealHash(ArcChain chain, byte[] results, byte[] signature, byte[] unsealed)
    {
        var text = new ArrayBufferWriter<byte>(4096);
        foreach (var link in chain.Links)
        {
            foreach (var index in (int[])[link.ResultsIndex, link.SignatureIndex, link.SealIndex])
                CanonicalHeader.Write(header[index], Canonicalization.Relaxed, text);
        }

        CanonicalHeader.Write(new(results, ArcChain.ResultsField.Length), Canonicalization.Relaxed, text);
        CanonicalHeader.Write(new(signature, ArcChain.SignatureField.Length), Canonicalization.Relaxed, text);
        CanonicalHeader.WriteUnsigned(new(unsealed, ArcChain.SealField.Length), Canonicalization.Relaxed, text);
        return SHA256.HashData(text.WrittenSpan[..^2]); // Its line end is not signed.
    }

    /// <summary>The field up to an empty b=, folded, with its line end.</summary>
    static byte[] Field(string name, IEnumerable<string> words)
    {
        var text = new StringBuilder(name, 1024).Append(':');
        var column = text.Length;
        foreach (var word in words)
        {
            var isFull = column + word.Length > FoldAt;
            var added = isFull ? word.TrimStart() : word;
            if (isFull)
                text.Append("\r\n\t");
            text.Append(added);
            column = (isFull ? 1 : column) + added.Length;
        }

        return Encoding.ASCII.GetBytes(text.Append("\r\n\tb=\r\n").ToString());
    }

    byte[] Signed(byte[] unsigned, byte[] hash)
    {
        var lines = Convert.ToBase64String(key.Sign(hash)).Chunk(FoldAt - 4).Select(line => new string(line));
        return [.. unsigned.AsSpan()[..^2], .. Encoding.ASCII.GetBytes(string.Join("\r\n\t ", lines)), .. "\r\n"u8];
    }
}
