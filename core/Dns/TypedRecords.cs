namespace Cloud.Dns;

/// <summary>Records of one type as an array of that type, which <see cref="DnsAnswer{T}"/> gives out without a copy.</summary>
static class TypedRecords
{
    public static IReadOnlyList<ResourceRecord> Of(RecordType type, IEnumerable<ResourceRecord> records) =>
        type switch
        {
            RecordType.A or RecordType.Aaaa => records.Cast<AddressRecord>().ToArray(),
            RecordType.Ns => records.Cast<NsRecord>().ToArray(),
            RecordType.Cname => records.Cast<CnameRecord>().ToArray(),
            RecordType.Soa => records.Cast<SoaRecord>().ToArray(),
            RecordType.Ptr => records.Cast<PtrRecord>().ToArray(),
            RecordType.Mx => records.Cast<MxRecord>().ToArray(),
            RecordType.Txt => records.Cast<TxtRecord>().ToArray(),
            RecordType.Srv => records.Cast<SrvRecord>().ToArray(),
            RecordType.Tlsa => records.Cast<TlsaRecord>().ToArray(),
            RecordType.Caa => records.Cast<CaaRecord>().ToArray(),
            _ => records.ToArray(),
        };
}
