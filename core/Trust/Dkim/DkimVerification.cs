using Cloud.Dns;

namespace Cloud.Trust.Dkim;

/// <summary>Verifies the signatures of a message as it streams by. RFC 6376 §6.1.</summary>
/// <remarks>
/// 1. The header is kept until it ends, and its signatures are read.
/// 2. Keys are asked for, all at once, while the body comes in.
/// 3. The body is hashed in one pass, once for each form that a signature asks for.
/// 4. At the end each signature is judged.
/// How the octets are cut makes no difference. After <see cref="CompleteAsync"/> it is spent.
/// </remarks>
/// <param name="resolver">Where keys are.</param>
/// <param name="time">For t= and x=.</param>
/// <param name="limits">Null for the defaults.</param>
/// <param name="cancel">The deadline of the look-ups: what is not known by then is a temporary error. Nothing is thrown.</param>
public sealed class DkimVerification(
    IResolver resolver,
    TimeProvider time,
    DkimLimits? limits,
    CancellationToken cancel
) : IDisposable
{
    readonly DkimLimits limits = limits ?? new();
    readonly HeaderBlock header = new((limits ?? new()).MaxHeader, (limits ?? new()).MaxFields);
    readonly List<DkimCheck> checks = [];
    readonly CanonicalBody?[] bodies = new CanonicalBody?[2]; // by form
    bool inBody;

    /// <summary>Whether the header has ended; the number of signatures is known then.</summary>
    public bool IsHeaderComplete => inBody;

    /// <summary>Signatures that will be evaluated.</summary>
    public int SignatureCount => checks.Count;

    /// <summary>The values of all fields of a name, folded or not, from the top; known once the header has ended.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Values(string name) =>
        [.. header.Named(name).Select(index => (ReadOnlyMemory<byte>)header[index].Value.ToArray())];

    public void Write(ReadOnlySpan<byte> octets)
    {
        if (inBody)
        {
            WriteBody(octets);
            return;
        }

        if (!header.Write(octets, out var body))
            return;
        BeginBody();
        WriteBody(body.Held);
        WriteBody(body.Last);
    }

    /// <summary>Ends the message.</summary>
    /// <returns>A result for each signature, from the top; none for a message without any.</returns>
    public async ValueTask<IReadOnlyList<DkimResult>> CompleteAsync()
    {
        if (!inBody)
        {
            var held = header.Complete().Held;
            BeginBody();
            WriteBody(held);
        }

        foreach (var body in bodies)
            body?.Complete();

        var results = new List<DkimResult>(checks.Count + 1);
        foreach (var check in checks)
            results.Add(await check.CompleteAsync(header));
        var more = header.Named(DkimSignature.FieldName).Count - checks.Count;
        if (more > 0)
            results.Add(new(DkimVerdict.Policy, $"{more} further signatures are not evaluated", []));
        return results;
    }

    public void Dispose()
    {
        foreach (var body in bodies)
            body?.Dispose();
    }

    void BeginBody()
    {
        inBody = true;
        foreach (var index in header.Named(DkimSignature.FieldName).Take(limits.MaxSignatures))
        {
            var signature = DkimSignature.Parse(header[index]);
            var check = new DkimCheck(signature, index, limits, time.GetUtcNow());
            checks.Add(check);
            if (header.IsTooLarge)
                check.End(DkimVerdict.PermError, "the header is too large to be looked at");
            else if (check.IsOpen)
                check.Begin(BodyOf(signature.Body), DkimKeyLookup.AskAsync(resolver, signature.KeyName, cancel));
        }
    }

    CanonicalBody BodyOf(Canonicalization form) => bodies[(int)form] ??= new(form);

    void WriteBody(ReadOnlySpan<byte> octets)
    {
        foreach (var body in bodies)
            body?.Write(octets);
    }
}
