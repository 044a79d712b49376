using Cloud.Dns;

namespace Cloud.Trust.Dmarc;

/// <summary>Whose record is for a domain. The failure is why nobody knows for now.</summary>
readonly record struct Found(DmarcRecord? Record, DnsName? At, DnsName Organization, string? Failure = null);

/// <summary>Finds records and organizational domains.</summary>
abstract class Discovery(IResolver resolver, List<string> steps)
{
    const string Label = "_dmarc";

    /// <summary>The record that is for a domain, its own or that of its organization.</summary>
    public abstract Task<Found> FindAsync(DnsName domain, CancellationToken cancel);

    /// <summary>Whether two names are of one organization.</summary>
    /// <param name="organization">Of the author's domain.</param>
    /// <param name="name">At or below <paramref name="organization"/>.</param>
    /// <param name="cancel">Ends the questions.</param>
    public abstract Task<bool> IsOfAsync(DnsName organization, DnsName name, CancellationToken cancel);

    /// <summary>The one record of a name: several are none. RFC 7489 §6.6.3.</summary>
    protected async Task<(DmarcRecord? Record, string? Failure)> ReadAsync(DnsName domain, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (domain.TryPrepend(Label) is not { } name)
            return default;
        var answer = await resolver.QueryAsync(name, RecordType.Txt, cancel);
        steps.Add(Line.Of(answer.ToString()));
        if (answer.IsFailure)
            return (null, answer.ToString());
        var texts = answer.Records.OfType<TxtRecord>().Select(record => record.Text.ToLatin1());
        var versions = texts.Where(text => DmarcRecord.HasVersion(text)).ToArray();
        return versions is [var only] && DmarcRecord.TryParse(only, out var record) ? (record, null) : default;
    }
}
