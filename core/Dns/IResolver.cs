namespace Cloud.Dns;

/// <summary>Asks the domain name system.</summary>
public interface IResolver
{
    /// <summary>The records of one type at a name; aliases (CNAME) are followed.</summary>
    /// <returns>A value for whatever happens: trouble of the network or of a server is a temporary failure.</returns>
    /// <exception cref="OperationCanceledException">Only when <paramref name="cancel"/> asks for it.</exception>
    ValueTask<DnsAnswer> QueryAsync(DnsName name, RecordType type, CancellationToken cancel);
}
