using System.Net;
using System.Text;

namespace Cloud.Dns.Messages;

/// <summary>Reads the data of a record by its type.</summary>
static class RecordReader
{
    const int V4Length = 4;
    const int V6Length = 16;

    /// <param name="name">The owner.</param>
    /// <param name="ttl">Time to live.</param>
    /// <param name="type">Says how to read.</param>
    /// <param name="data">At the data's start, and ending with it.</param>
    /// <returns>Null when the data is not what the type asks for, to the octet.</returns>
    public static ResourceRecord? TryRead(DnsName name, TimeSpan ttl, RecordType type, ref WireReader data)
    {
        var record = type switch
        {
            RecordType.A => Address(name, ttl, ref data, V4Length),
            RecordType.Aaaa => Address(name, ttl, ref data, V6Length),
            RecordType.Ns => data.TryName(out var host) ? new NsRecord(name, ttl, host) : null,
            RecordType.Cname => data.TryName(out var target) ? new CnameRecord(name, ttl, target) : null,
            RecordType.Ptr => data.TryName(out var target) ? new PtrRecord(name, ttl, target) : null,
            RecordType.Mx => data.TryShort(out var preference) && data.TryName(out var exchange)
                ? new MxRecord(name, ttl, preference, exchange)
                : null,
            RecordType.Soa => Soa(name, ttl, ref data),
            RecordType.Txt => Text(name, ttl, ref data),
            RecordType.Srv => Service(name, ttl, ref data),
            RecordType.Tlsa => Association(name, ttl, ref data),
            RecordType.Caa => Authorization(name, ttl, ref data),
            _ => (ResourceRecord)new UnknownRecord(name, ttl, type, new(data.Rest().ToArray())),
        };
        return data.IsAtEnd ? record : null;
    }

    static AddressRecord? Address(DnsName name, TimeSpan ttl, ref WireReader data, int length) =>
        data.TryTake(length, out var octets) ? new(name, ttl, new IPAddress(octets)) : null;

    static SoaRecord? Soa(DnsName name, TimeSpan ttl, ref WireReader data) =>
        data.TryName(out var server)
        && data.TryName(out var mailbox)
        && data.TryLong(out var serial)
        && data.TryLong(out var refresh)
        && data.TryLong(out var retry)
        && data.TryLong(out var expire)
        && data.TryLong(out var minimum)
            ? new(name, ttl, server, mailbox, serial, refresh, retry, expire, minimum)
            : null;

    /// <summary>One string or more. RFC 1035 §3.3.14.</summary>
    static TxtRecord? Text(DnsName name, TimeSpan ttl, ref WireReader data)
    {
        var strings = data;
        var length = 0;
        do
        {
            if (!strings.TryOctet(out var next) || !strings.TryTake(next, out _))
                return null;
            length += next;
        } while (!strings.IsAtEnd);

        var text = new byte[length];
        for (var at = 0; !data.IsAtEnd; )
        {
            data.TryOctet(out var next);
            data.TryTake(next, out var octets);
            octets.CopyTo(text.AsSpan(at));
            at += next;
        }

        return new(name, ttl, new(text));
    }

    /// <summary>The target should not be compressed (RFC 2782), and is read where it is: RFC 3597 §4.</summary>
    static SrvRecord? Service(DnsName name, TimeSpan ttl, ref WireReader data) =>
        data.TryShort(out var priority)
        && data.TryShort(out var weight)
        && data.TryShort(out var port)
        && data.TryName(out var target)
            ? new(name, ttl, priority, weight, port, target)
            : null;

    static TlsaRecord? Association(DnsName name, TimeSpan ttl, ref WireReader data) =>
        data.TryOctet(out var usage) && data.TryOctet(out var selector) && data.TryOctet(out var matching)
            ? new(name, ttl, usage, selector, matching, new(data.Rest().ToArray()))
            : null;

    /// <summary>A tag is one to 255 ASCII letters and digits. RFC 8659 §4.1.</summary>
    static CaaRecord? Authorization(DnsName name, TimeSpan ttl, ref WireReader data)
    {
        if (!data.TryOctet(out var flags) || !data.TryOctet(out var length) || !data.TryTake(length, out var tag))
            return null;
        foreach (var octet in tag)
        {
            if (!char.IsAsciiLetterOrDigit((char)octet))
                return null;
        }

        return length == 0 ? null : new(name, ttl, flags, Encoding.ASCII.GetString(tag), new(data.Rest().ToArray()));
    }
}
