using System.Net;
using Cloud.Dns;

namespace Cloud.Tests.Dns;

/// <summary>Records of any type with any data, names of any octets.</summary>
static class GeneratedRecords
{
    static readonly DnsName[] Common =
    [
        .. new[] { ".", "com", "example.com", "mail.example.com" }.Select(DnsName.Parse),
    ];

    public static DnsName Name(Random random)
    {
        var name = Common[random.Next(Common.Length)];
        for (var labels = random.Next(4); labels > 0; labels--)
        {
            var label = string.Concat(Bytes(random, random.Next(1, 64)).Select(octet => $"\\{octet:D3}"));
            name = name.TryPrepend(label) ?? name;
        }

        return name;
    }

    public static ResourceRecord Next(Random random)
    {
        var (name, ttl) = (Name(random), TimeSpan.FromSeconds(random.Next()));
        return random.Next(12) switch
        {
            0 => new AddressRecord(name, ttl, new IPAddress(Bytes(random, 4))),
            1 => new AddressRecord(name, ttl, new IPAddress(Bytes(random, 16))),
            2 => new NsRecord(name, ttl, Name(random)),
            3 => new CnameRecord(name, ttl, Name(random)),
            4 => new PtrRecord(name, ttl, Name(random)),
            5 => new MxRecord(name, ttl, Short(random), Name(random)),
            6 => new TxtRecord(name, ttl, new(Bytes(random, random.Next(1000)))),
            7 => new SrvRecord(name, ttl, Short(random), Short(random), Short(random), Name(random)),
            8 => new SoaRecord(name, ttl, Name(random), Name(random), Long(random), 1, 2, Long(random), 4),
            9 => new TlsaRecord(name, ttl, 3, 1, 2, new(Bytes(random, random.Next(70)))),
            10 => new CaaRecord(name, ttl, 0, "issue", new(Bytes(random, random.Next(70)))),
            _ => new UnknownRecord(name, ttl, (RecordType)random.Next(300, 65536), new(Bytes(random, random.Next(70)))),
        };
    }

    static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    static ushort Short(Random random) => (ushort)random.Next(65536);

    static uint Long(Random random) => (uint)random.NextInt64(1L << 32);
}
