using System.Buffers;
using System.Globalization;
using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Trust.Dkim;

/// <summary>Signs a message as it streams by. RFC 6376 §5.</summary>
/// <remarks>
/// How the octets are cut makes no difference; lines have to end in CRLF, as they will on the way. The same message, keys
/// and time give the same fields. l= is never written. After <see cref="Complete"/> it is spent.
/// </remarks>
/// <param name="domain">d=, A-labels.</param>
/// <param name="keys">A signature is made with each.</param>
/// <param name="time">For t=.</param>
/// <param name="options">Null for the defaults.</param>
public sealed class DkimSigning(string domain, IReadOnlyList<DkimKey> keys, TimeProvider time, DkimSignOptions? options)
    : IDisposable
{
    /// <summary>Where lines are folded, octets. RFC 5322 §2.1.1.</summary>
    const int FoldAt = 76;

    static readonly DkimLimits Limits = new();

    readonly DkimSignOptions options = options ?? new();
    readonly CanonicalBody body = new((options ?? new()).Body);
    readonly HeaderBlock header = new(Limits.MaxHeader, Limits.MaxFields);
    BodyHash? bodyHash;
    bool hasHeader;

    /// <summary>
    /// SHA-256 of the body in the canonicalization of the options, where it is known: then only the header has to be
    /// written. Empty where it is not.
    /// </summary>
    public ReadOnlyMemory<byte> KnownBodyHash { get; init; }

    /// <summary>Whether nothing more needs to be written before <see cref="Complete"/>.</summary>
    public bool HasEnough => hasHeader && !KnownBodyHash.IsEmpty;

    public void Write(ReadOnlySpan<byte> octets)
    {
        if (HasEnough)
            return;
        if (hasHeader)
        {
            body.Write(octets);
            return;
        }

        hasHeader = header.Write(octets, out var rest);
        if (!hasHeader || HasEnough)
            return;
        bodyHash = body.Hash(null);
        body.Write(rest.Held);
        body.Write(rest.Last);
    }

    /// <summary>Ends the message.</summary>
    /// <returns>DKIM-Signature fields, a line end after each, to be put before the message.</returns>
    /// <exception cref="InvalidOperationException">
    /// The header is too large, or has no From: nobody could verify it.
    /// </exception>
    public byte[] Complete()
    {
        if (!hasHeader)
        {
            var held = header.Complete().Held;
            bodyHash = body.Hash(null);
            body.Write(held);
        }

        body.Complete();
        if (header.IsTooLarge || header.Named("From").Count == 0)
            throw new InvalidOperationException("A message without From, or with a header too large, is not signed.");

        var names = SignedFields.Of(header);
        var fields = new ArrayBufferWriter<byte>(1024 * keys.Count);
        foreach (var key in keys)
            fields.Write(Sign(key, names));
        return fields.WrittenSpan.ToArray();
    }

    public void Dispose()
    {
        body.Dispose();
        header.Dispose();
    }

    byte[] Sign(DkimKey key, List<string> names)
    {
        var unsigned = Unsigned(key, names);
        var raw = Encoding.ASCII.GetBytes(unsigned + "\r\n");
        var field = new HeaderField(raw, DkimSignature.FieldName.Length);
        var signature = key.Sign(CanonicalHeader.Hash(header, names, field, options.Header));

        var text = new StringBuilder(unsigned);
        foreach (var line in Convert.ToBase64String(signature).Chunk(FoldAt - 4))
            text.Append(text.Length == unsigned.Length ? "" : "\r\n\t ").Append(line);
        return Encoding.ASCII.GetBytes(text.Append("\r\n").ToString());
    }

    /// <summary>The field up to an empty b=, folded.</summary>
    string Unsigned(DkimKey key, List<string> names)
    {
        var now = time.GetUtcNow();
        var text = new StringBuilder(DkimSignature.FieldName, 1024).Append(':');
        var column = text.Length;
        Add($" v=1; a={key.AlgorithmName};");
        Add($" c={options.Header}/{options.Body};".ToLowerInvariant());
        Add($" d={domain};");
        Add($" s={key.Selector};");
        Add(string.Create(CultureInfo.InvariantCulture, $" t={now.ToUnixTimeSeconds()};"));
        if (options.Lifetime is { } lifetime)
            Add(string.Create(CultureInfo.InvariantCulture, $" x={(now + lifetime).ToUnixTimeSeconds()};"));
        for (var i = 0; i < names.Count; i++)
            Add((i == 0 ? " h=" : "") + names[i] + (i == names.Count - 1 ? ";" : ":"));
        Add($" bh={Convert.ToBase64String(KnownBodyHash.IsEmpty ? bodyHash!.Value : KnownBodyHash.Span)};");
        text.Append("\r\n\tb=");
        return text.ToString();

        void Add(string word)
        {
            if (column + word.Length > FoldAt)
            {
                text.Append("\r\n\t");
                column = 1;
                word = word.TrimStart();
            }

            text.Append(word);
            column += word.Length;
        }
    }
}
