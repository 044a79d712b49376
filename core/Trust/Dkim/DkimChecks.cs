namespace Cloud.Trust.Dkim;

/// <summary>The signatures of a message on their way to results.</summary>
sealed class DkimChecks(StreamedMessage message, KeyLookups keys, DkimLimits limits, TimeProvider time)
{
    readonly List<DkimCheck> checks = [];

    /// <summary>Signatures that will be evaluated; known when the header has ended.</summary>
    public int Count => checks.Count;

    /// <summary>Reads the signatures, asks for their keys and the hashes of the body.</summary>
    public void Begin()
    {
        var header = message.Header;
        foreach (var index in header.Named(DkimSignature.FieldName).Take(limits.MaxSignatures))
        {
            var signature = DkimSignature.Parse(header[index]);
            var check = new DkimCheck(signature, limits, time.GetUtcNow());
            checks.Add(check);
            if (header.IsTooLarge)
                check.End(DkimVerdict.PermError, "the header is too large to be looked at");
            else if (check.IsOpen)
                check.Begin(keys, message.BodyOf(signature.Body), () => signature.HashHeader(header, index));
        }
    }

    /// <returns>A result for each signature, from the top; none for a message without any.</returns>
    public async ValueTask<IReadOnlyList<DkimResult>> CompleteAsync()
    {
        var results = new List<DkimResult>(checks.Count + 1);
        foreach (var check in checks)
            results.Add(await check.CompleteAsync());
        var more = message.Header.Named(DkimSignature.FieldName).Count - checks.Count;
        if (more > 0)
            results.Add(new(DkimVerdict.Policy, $"{more} further signatures are not evaluated", []));
        return results;
    }
}
