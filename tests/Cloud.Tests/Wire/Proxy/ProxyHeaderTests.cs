using System.Buffers;
using System.Net;
using System.Text;
using Cloud.Wire.Proxy;
using static Cloud.Tests.Wire.Proxy.ProxyHeaders;

namespace Cloud.Tests.Wire.Proxy;

public sealed class ProxyHeaderTests
{
    static readonly IPEndPoint Client4 = IPEndPoint.Parse("198.51.100.7:56324");
    static readonly IPEndPoint Client6 = IPEndPoint.Parse("[2001:db8::7]:56324");

    public static TheoryData<string, string?> Lines =>
        new()
        {
            { "PROXY TCP4 198.51.100.7 192.0.2.25 56324 25\r\n", "198.51.100.7:56324" },
            { "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255:65535" },
            { "PROXY TCP6 2001:db8::7 2001:db8::25 56324 25\r\n", "[2001:db8::7]:56324" },
            { "PROXY TCP6 ::ffff:198.51.100.7 ::1 0 25\r\n", "[::ffff:198.51.100.7]:0" },
            { "PROXY UNKNOWN\r\n", null },
            { "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", null },
        };

    public static TheoryData<string> BadLines =>
        [
            "EHLO client.example.org\r\n",
            "proxy TCP4 198.51.100.7 192.0.2.25 56324 25\r\n",
            "PROXY TCP4 198.51.100.7 192.0.2.25 56324 25\n",
            "PROXY TCP4 198.51.100.7 192.0.2.25 56324\r\n",
            "PROXY TCP4 198.51.100.7 192.0.2.25 56324 25 \r\n",
            "PROXY TCP4  198.51.100.7 192.0.2.25 56324 25\r\n",
            "PROXY TCP4 198.51.100.07 192.0.2.25 56324 25\r\n",
            "PROXY TCP4 198.51.7 192.0.2.25 56324 25\r\n",
            "PROXY TCP4 0x7f.0.0.1 192.0.2.25 56324 25\r\n",
            "PROXY TCP4 198.51.100.256 192.0.2.25 56324 25\r\n",
            "PROXY TCP4 2001:db8::7 2001:db8::25 56324 25\r\n",
            "PROXY TCP6 198.51.100.7 192.0.2.25 56324 25\r\n",
            "PROXY TCP6 [::1] ::1 56324 25\r\n",
            "PROXY TCP6 fe80::1%1 ::1 56324 25\r\n",
            "PROXY TCP4 198.51.100.7 192.0.2.25 65536 25\r\n",
            "PROXY TCP4 198.51.100.7 192.0.2.25 056 25\r\n",
            "PROXY TCP4 198.51.100.7 192.0.2.25 -1 25\r\n",
            "PROXY UDP4 198.51.100.7 192.0.2.25 56324 25\r\n",
            "PROXY UNKNOWNS\r\n",
            "PROXY \r\n",
            "PROXY UNKNOWN " + new string('x', 92) + "\r\n",
            "PROXY UNKNOWN " + new string('x', 93),
        ];

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_line_names_the_client(string line, string? client)
    {
        var octets = Encoding.ASCII.GetBytes(line + "EHLO there\r\n");
        var (status, header, taken) = Take(octets);
        Assert.Equal((ProxyStatus.Header, line.Length), (status, taken));
        Assert.Equal(client is null ? null : IPEndPoint.Parse(client), header.Source);
        Assert.False(header.IsLocal);
    }

    [Theory]
    [MemberData(nameof(BadLines))]
    public void What_is_no_such_line_is_refused(string line) =>
        Assert.Equal((ProxyStatus.Bad, 0), Without(Take(Encoding.ASCII.GetBytes(line))));

    [Fact]
    public void The_longest_line_is_107_octets()
    {
        var line = "PROXY UNKNOWN " + new string('x', 91) + "\r\n";
        Assert.Equal((ProxyStatus.Header, 107), Without(Take(Encoding.ASCII.GetBytes(line))));
    }

    [Fact]
    public void A_binary_header_names_the_client()
    {
        foreach (var client in new[] { Client4, Client6 })
        {
            var header = For(client);
            var read = Take([.. header, .. "EHLO"u8]);
            Assert.Equal((ProxyStatus.Header, header.Length), Without(read));
            Assert.Equal(client, read.Header.Source);
        }
    }

    [Fact]
    public void A_proxy_that_speaks_for_itself_names_nobody()
    {
        var read = Take(Build(Local, 0, []));
        Assert.Equal((ProxyStatus.Header, 16), Without(read));
        Assert.True(read.Header.IsLocal);
        // Addresses that come along mean nothing then.
        Assert.Null(Take(Build(Local, Tcp4, new byte[12])).Header.Source);
    }

    [Fact]
    public void A_client_that_did_not_come_by_TCP_is_nobody()
    {
        Assert.Equal(ProxyStatus.Header, Take(Build(Proxied, Unix, new byte[216])).Status);
        Assert.Null(Take(Build(Proxied, Unix, new byte[216])).Header.Source);
        Assert.Null(Take(Build(Proxied, 0x12, new byte[12])).Header.Source);
        Assert.Equal(new ProxyHeader(false, null), Take(Build(Proxied, 0x00, [1, 2, 3, 4, 5])).Header);
    }

    [Fact]
    public void Values_are_passed_over()
    {
        var header = For(Client4, (0x02, "mx.example.test"u8.ToArray()), (0x20, new byte[300]), (0xE0, []));
        Assert.Equal((ProxyStatus.Header, header.Length), Without(Take(header)));
    }

    [Fact]
    public void A_checksum_is_checked_where_there_is_one()
    {
        var header = WithChecksum(Client6);
        Assert.Equal((ProxyStatus.Header, header.Length), Without(Take(header)));
        for (var i = 16; i < header.Length; i++)
        {
            var damaged = header.ToArray();
            damaged[i] ^= 0x40;
            // A changed type or length of the checksum's own makes it another value, or one that overruns.
            if (i != header.Length - 7)
                Assert.Equal(ProxyStatus.Bad, Take(damaged).Status);
        }
        Assert.Equal(ProxyStatus.Bad, Take(For(Client4, (0x03, [0, 0, 0]))).Status);
    }

    [Fact]
    public void Damaged_binary_headers_are_refused()
    {
        byte[][] damaged =
        [
            Build(0x11, Tcp4, new byte[12]), // version 1
            Build(0x22, Tcp4, new byte[12]), // command 2
            Build(Proxied, 0x13, new byte[12]), // protocol 3
            Build(Proxied, 0x41, new byte[12]), // family 4
            Build(Proxied, Tcp4, new byte[11]), // cut off
            Build(Proxied, Tcp6, new byte[12]),
            [.. Build(Proxied, Tcp4, [.. new byte[12], 0x02, 0x00])], // half a value
            [.. Build(Proxied, Tcp4, [.. new byte[12], 0x02, 0x00, 0x02, 0x61])], // an overrun
            For(Client4, (0x20, new byte[2048])),
        ];
        Assert.All(damaged, octets => Assert.Equal((ProxyStatus.Bad, 0), Without(Take(octets))));
    }

    [Fact]
    public void Wherever_a_header_is_cut_it_is_waited_for_and_however_it_is_pieced_together_it_is_the_same()
    {
        byte[][] headers =
        [
            Encoding.ASCII.GetBytes("PROXY TCP4 198.51.100.7 192.0.2.25 56324 25\r\n"),
            For(Client4),
            WithChecksum(Client6),
            For(Client4, (0x20, new byte[2000])),
        ];
        foreach (var header in headers)
        {
            var whole = Take(header);
            for (var cut = 0; cut < header.Length; cut++)
            {
                Assert.Equal((ProxyStatus.Incomplete, 0), Without(Take(header[..cut])));
                var pieces = Pieces(header[..cut], [.. header[cut..], .. "NOOP\r\n"u8]);
                Assert.Equal(whole, Take(pieces));
            }
        }
    }

    static (ProxyStatus, int) Without((ProxyStatus Status, ProxyHeader Header, int Taken) read) =>
        (read.Status, read.Taken);

    static ReadOnlySequence<byte> Pieces(byte[] first, byte[] second)
    {
        var start = new Piece(first, 0);
        var end = start.Then(second);
        return new ReadOnlySequence<byte>(start, 0, end, second.Length);
    }

    sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] octets, long index) => (Memory, RunningIndex) = (octets, index);

        public Piece Then(byte[] octets)
        {
            var next = new Piece(octets, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
