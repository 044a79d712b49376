using System.Net;

namespace Cloud.Dns;

/// <summary>A method for each type of record that mail asks for.</summary>
public static class ResolverExtensions
{
    /// <summary>IPv4 addresses.</summary>
    public static ValueTask<DnsAnswer<AddressRecord>> AAsync(
        this IResolver resolver,
        DnsName name,
        CancellationToken cancel
    ) => resolver.TypedAsync<AddressRecord>(name, RecordType.A, cancel);

    /// <summary>IPv6 addresses.</summary>
    public static ValueTask<DnsAnswer<AddressRecord>> AaaaAsync(
        this IResolver resolver,
        DnsName name,
        CancellationToken cancel
    ) => resolver.TypedAsync<AddressRecord>(name, RecordType.Aaaa, cancel);

    public static ValueTask<DnsAnswer<MxRecord>> MxAsync(
        this IResolver resolver,
        DnsName name,
        CancellationToken cancel
    ) => resolver.TypedAsync<MxRecord>(name, RecordType.Mx, cancel);

    public static ValueTask<DnsAnswer<TxtRecord>> TxtAsync(
        this IResolver resolver,
        DnsName name,
        CancellationToken cancel
    ) => resolver.TypedAsync<TxtRecord>(name, RecordType.Txt, cancel);

    public static ValueTask<DnsAnswer<PtrRecord>> PtrAsync(
        this IResolver resolver,
        DnsName name,
        CancellationToken cancel
    ) => resolver.TypedAsync<PtrRecord>(name, RecordType.Ptr, cancel);

    /// <summary>The names of an address, by in-addr.arpa or ip6.arpa.</summary>
    public static ValueTask<DnsAnswer<PtrRecord>> PtrAsync(
        this IResolver resolver,
        IPAddress address,
        CancellationToken cancel
    ) => resolver.PtrAsync(DnsName.ReverseOf(address), cancel);

    public static ValueTask<DnsAnswer<CnameRecord>> CnameAsync(
        this IResolver resolver,
        DnsName name,
        CancellationToken cancel
    ) => resolver.TypedAsync<CnameRecord>(name, RecordType.Cname, cancel);

    public static ValueTask<DnsAnswer<SrvRecord>> SrvAsync(
        this IResolver resolver,
        DnsName name,
        CancellationToken cancel
    ) => resolver.TypedAsync<SrvRecord>(name, RecordType.Srv, cancel);

    public static ValueTask<DnsAnswer<TlsaRecord>> TlsaAsync(
        this IResolver resolver,
        DnsName name,
        CancellationToken cancel
    ) => resolver.TypedAsync<TlsaRecord>(name, RecordType.Tlsa, cancel);

    public static ValueTask<DnsAnswer<NsRecord>> NsAsync(
        this IResolver resolver,
        DnsName name,
        CancellationToken cancel
    ) => resolver.TypedAsync<NsRecord>(name, RecordType.Ns, cancel);

    public static ValueTask<DnsAnswer<SoaRecord>> SoaAsync(
        this IResolver resolver,
        DnsName name,
        CancellationToken cancel
    ) => resolver.TypedAsync<SoaRecord>(name, RecordType.Soa, cancel);

    public static ValueTask<DnsAnswer<CaaRecord>> CaaAsync(
        this IResolver resolver,
        DnsName name,
        CancellationToken cancel
    ) => resolver.TypedAsync<CaaRecord>(name, RecordType.Caa, cancel);

    static ValueTask<DnsAnswer<T>> TypedAsync<T>(
        this IResolver resolver,
        DnsName name,
        RecordType type,
        CancellationToken cancel
    )
        where T : ResourceRecord
    {
        var asked = resolver.QueryAsync(name, type, cancel);
        return asked.IsCompletedSuccessfully ? new(new DnsAnswer<T>(asked.Result)) : new(LaterAsync<T>(asked));
    }

    static async Task<DnsAnswer<T>> LaterAsync<T>(ValueTask<DnsAnswer> asked)
        where T : ResourceRecord => new(await asked);
}
