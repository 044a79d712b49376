namespace Cloud.Dns;

/// <summary>Types of resource records by their numbers; any other number is a type too, and its data stays raw.</summary>
public enum RecordType : ushort
{
    /// <summary>IPv4 address. RFC 1035 §3.4.1.</summary>
    A = 1,

    /// <summary>Name server of a zone. RFC 1035 §3.3.11.</summary>
    Ns = 2,

    /// <summary>The name is an alias. RFC 1035 §3.3.1.</summary>
    Cname = 5,

    /// <summary>Start of a zone. RFC 1035 §3.3.13.</summary>
    Soa = 6,

    /// <summary>Pointer, from an address to a name above all. RFC 1035 §3.3.12.</summary>
    Ptr = 12,

    /// <summary>Mail exchange. RFC 1035 §3.3.9.</summary>
    Mx = 15,

    /// <summary>Text: SPF, DKIM, DMARC. RFC 1035 §3.3.14.</summary>
    Txt = 16,

    /// <summary>IPv6 address. RFC 3596 §2.1.</summary>
    Aaaa = 28,

    /// <summary>Where a service is. RFC 2782.</summary>
    Srv = 33,

    /// <summary>Not a record of any name: the options of EDNS. RFC 6891 §6.1.</summary>
    Opt = 41,

    /// <summary>Certificate association for DANE. RFC 6698 §2.</summary>
    Tlsa = 52,

    /// <summary>Who may issue certificates. RFC 8659 §4.1.</summary>
    Caa = 257,
}
