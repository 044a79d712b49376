using System.Net;
using System.Text;
using Cloud.Tests.Trust;
using Cloud.Wire.Proxy;
using static Cloud.Tests.Wire.Proxy.ProxyHeaders;

namespace Cloud.Tests.Wire.Proxy;

/// <summary>Any octets are a header, none, or not all of one; and what was cut off is never decided otherwise later.</summary>
public sealed class ProxyFuzzTests
{
    [Fact]
    public void Any_octets_are_read() =>
        TrustFuzz.Run(
            new byte[][]
            {
                Encoding.ASCII.GetBytes("PROXY TCP4 198.51.100.7 192.0.2.25 56324 25\r\nEHLO a\r\n"),
                Encoding.ASCII.GetBytes("PROXY TCP6 2001:db8::7 ::1 56324 25\r\n"),
                Encoding.ASCII.GetBytes("PROXY UNKNOWN\r\n"),
                For(IPEndPoint.Parse("198.51.100.7:1"), (0x02, "mx.example.test"u8.ToArray())),
                WithChecksum(IPEndPoint.Parse("[2001:db8::7]:1")),
                Build(Local, 0, []),
                Build(Proxied, Unix, new byte[216]),
            }.Select(Encoding.Latin1.GetString),
            text => Read(Encoding.Latin1.GetBytes(text))
        );

    static void Read(byte[] octets)
    {
        var whole = Take(octets);
        Assert.InRange(whole.Taken, 0, Math.Min(octets.Length, ProxyHeader.MaxOctets));
        if (whole.Status != ProxyStatus.Header)
            return;
        Assert.Equal(whole, Take(octets[..whole.Taken]));
        Assert.Equal(ProxyStatus.Incomplete, Take(octets[..(whole.Taken - 1)]).Status);
    }
}
