namespace Cloud.Dns.Messages;

/// <summary>RCODE (RFC 1035 §4.1.1), with the eight bits that EDNS puts above it (RFC 6891 §6.1.3).</summary>
enum ResponseCode : ushort
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
}

static class ResponseCodes
{
    /// <summary>As the registry writes it: `SERVFAIL`.</summary>
    public static string ToText(this ResponseCode code) =>
        code switch
        {
            ResponseCode.NoError => "NOERROR",
            ResponseCode.FormatError => "FORMERR",
            ResponseCode.ServerFailure => "SERVFAIL",
            ResponseCode.NameError => "NXDOMAIN",
            ResponseCode.NotImplemented => "NOTIMP",
            ResponseCode.Refused => "REFUSED",
            _ => $"RCODE{(ushort)code}",
        };
}
