namespace Cloud.Dns;

/// <summary>Octets of memory that an answer takes, roughly.</summary>
static class AnswerWeight
{
    /// <summary>The answer, the cache's entry, and what the runtime puts around each.</summary>
    const int Fixed = 400;

    /// <summary>A record, without what it refers to.</summary>
    const int Record = 120;

    /// <summary>What the runtime puts around a name or an array.</summary>
    const int Around = 56;

    public static int Of(DnsAnswer answer)
    {
        var weight = Fixed + answer.Name.Wire.Length + (answer.Reason?.Length ?? 0) * sizeof(char);
        foreach (var record in answer.Records)
            weight += Record + DataOf(record);
        return weight;
    }

    static int DataOf(ResourceRecord record) =>
        record switch
        {
            NsRecord ns => Of(ns.Host),
            CnameRecord alias => Of(alias.Target),
            PtrRecord pointer => Of(pointer.Target),
            MxRecord mx => Of(mx.Exchange),
            SrvRecord service => Of(service.Target),
            SoaRecord zone => Of(zone.PrimaryServer) + Of(zone.Mailbox),
            TxtRecord text => Around + text.Text.Length,
            TlsaRecord association => Around + association.Association.Length,
            CaaRecord authority => 2 * Around + authority.Tag.Length * sizeof(char) + authority.Value.Length,
            UnknownRecord unknown => Around + unknown.Raw.Length,
            _ => 2 * Around,
        };

    static int Of(DnsName name) => 2 * Around + name.Wire.Length;
}
