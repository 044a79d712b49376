using Cloud.Dns;

namespace Cloud.Trust.Dkim;

/// <summary>What asking for a key came to: a record, or why there is none.</summary>
sealed record DkimKeyLookup(DkimKeyRecord? Record, DkimVerdict Verdict, string Reason)
{
    /// <summary>Records looked at where a name has several. RFC 6376 §3.6.2.2 leaves open which.</summary>
    const int MaxRecords = 8;

    /// <summary>Asks; never throws: a look-up that is given up is a temporary failure.</summary>
    public static async Task<DkimKeyLookup> AskAsync(IResolver resolver, DnsName name, CancellationToken cancel)
    {
        try
        {
            return Read(await resolver.TxtAsync(name, cancel).AsTask().WaitAsync(cancel));
        }
        catch (OperationCanceledException)
        {
            return new(null, DkimVerdict.TempError, $"no answer for {name} within the deadline");
        }
    }

    static DkimKeyLookup Read(DnsAnswer<TxtRecord> answer)
    {
        if (answer.IsFailure)
            return new(null, DkimVerdict.TempError, $"key look-up failed: {answer}");
        if (answer.IsVoid)
            return new(null, DkimVerdict.PermError, $"no key: {answer}");

        string? first = null;
        foreach (var record in answer.Records.Take(MaxRecords))
        {
            if (DkimKeyRecord.TryParse(record.Text.Span, out var key, out var fault))
                return new(key, DkimVerdict.Pass, $"key at {answer.Answer.Name}");
            first ??= fault;
        }

        return new(null, DkimVerdict.PermError, $"key record at {answer.Answer.Name} is malformed: {first}");
    }
}
