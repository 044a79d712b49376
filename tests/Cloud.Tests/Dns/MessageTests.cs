using Cloud.Dns;
using Cloud.Dns.Messages;

namespace Cloud.Tests.Dns;

/// <summary>Messages to the octet.</summary>
public sealed class MessageTests
{
    static readonly Question Asked = new(DnsName.Parse("Example.com"), RecordType.Mx);

    /// <summary>A record of every type, with what is odd about it.</summary>
    const string EveryType = """
        example.com 300 A 192.0.2.1
        example.com 300 AAAA 2001:db8::1
        example.com 0 NS ns.example.com
        alias.example.com 2147483647 CNAME example.com
        1.2.0.192.in-addr.arpa PTR mail.example.com
        example.com MX 10 mail.example.com
        example.com MX 0 .
        example.com TXT "v=spf1 -all"
        example.com TXT ""
        example.com TXT "\000\255\"\\;"
        _imaps._tcp.example.com SRV 1 2 993 mail.example.com
        example.com SOA ns.example.com hostmaster\.of.example.com 4294967295 1 2 3 4
        _25._tcp.mail.example.com TLSA 3 1 1 00112233
        example.com CAA 128 issue "ca.example; a=b"
        example.com TYPE65280 \# 3 010203
        example.com TYPE65280 \# 0
        """;

    [Fact]
    public void A_question_is_written_to_the_octet()
    {
        var buffer = new byte[QueryWriter.MaxLength];
        var length = QueryWriter.Write(buffer, 0x1234, Asked, withEdns: true);
        Assert.Equal(
            "1234"
                + "0120"
                + "0001"
                + "0000"
                + "0000"
                + "0001"
                + "07"
                + "4578616D706C65"
                + "03"
                + "636F6D"
                + "00"
                + "000F"
                + "0001"
                + "00"
                + "0029"
                + "04D0"
                + "00000000"
                + "0000",
            Convert.ToHexString(buffer, 0, length)
        );
        length = QueryWriter.Write(buffer, 0x1234, Asked, withEdns: false);
        Assert.Equal(
            "1234"
                + "0120"
                + "0001"
                + "0000"
                + "0000"
                + "0000"
                + "07"
                + "4578616D706C65"
                + "03"
                + "636F6D"
                + "00"
                + "000F"
                + "0001",
            Convert.ToHexString(buffer, 0, length)
        );
    }

    [Fact]
    public void The_longest_question_has_room()
    {
        var name = DnsName.Parse(string.Concat(Enumerable.Repeat("a.", 127)));
        var buffer = new byte[QueryWriter.MaxLength];
        var length = QueryWriter.Write(buffer, 1, new(name, RecordType.A), withEdns: true);
        Assert.Equal(QueryWriter.MaxLength, length);
    }

    /// <summary>RFC 1035 §4.1.4: F.ISI.ARPA, FOO.F.ISI.ARPA, ARPA and the root, as it shows them.</summary>
    [Fact]
    public void Names_are_read_as_the_standard_compresses_them()
    {
        var message = new byte[100];
        byte[] first = [1, .. "F"u8, 3, .. "ISI"u8, 4, .. "ARPA"u8, 0];
        first.CopyTo(message, 20);
        byte[] second = [3, .. "FOO"u8, 0xC0, 20];
        second.CopyTo(message, 40);
        byte[] third = [0xC0, 26, 0];
        third.CopyTo(message, 64);
        Assert.Equal(("F.ISI.ARPA", 32), NameAt(message, 20));
        Assert.Equal(("FOO.F.ISI.ARPA", 46), NameAt(message, 40));
        Assert.Equal(("ARPA", 66), NameAt(message, 64));
        Assert.Equal((".", 67), NameAt(message, 66));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Records_of_every_type_are_read(bool compresses)
    {
        var records = ZoneText.Records(EveryType).ToArray();
        var message = DnsMessage.TryRead(
            new ResponseWriter
            {
                Id = 7,
                Question = new(DnsName.Parse("example.com"), RecordType.Mx),
                Answers = records,
                Authorities = records,
                Compresses = compresses,
            }.Write()
        );
        Assert.Equal(records, message?.Answers);
        Assert.Equal(records, message?.Authorities);
        Assert.Equal(Asked, message?.Question);
        Assert.Equal(records.Select(r => r.ToString()), message?.Answers.Select(r => r.ToString()));
    }

    [Fact]
    public void Every_cut_is_noticed()
    {
        var octets = new ResponseWriter
        {
            Question = Asked,
            Answers = [.. ZoneText.Records(EveryType)],
            Options = [0, 15, 0, 3, 0, 6, 65],
        }.Write();
        for (var length = 0; length < octets.Length; length++)
            Assert.Null(DnsMessage.TryRead(octets.AsSpan(0, length)));
        Assert.NotNull(DnsMessage.TryRead(octets));
        Assert.NotNull(DnsMessage.TryRead([.. octets, 0]));
    }

    [Fact]
    public void Text_of_many_strings_is_one()
    {
        byte[] text = [.. Enumerable.Range(0, 700).Select(i => (byte)i)];
        var record = new TxtRecord(Asked.Name, TimeSpan.Zero, new(text));
        var message = DnsMessage.TryRead(new ResponseWriter { Question = Asked, Answers = [record] }.Write());
        Assert.Equal(text, Assert.IsType<TxtRecord>(message!.Answers[0]).Text.Span);
    }

    [Fact]
    public void The_response_code_has_twelve_bits_with_edns()
    {
        var octets = new ResponseWriter
        {
            Question = Asked,
            Code = (ResponseCode)16,
            Options = [],
        }.Write();
        Assert.Equal(16, (int)DnsMessage.TryRead(octets)!.Code);
    }

    [Fact]
    public void Records_of_other_classes_are_left_out()
    {
        var octets = new ResponseWriter { Question = Asked, Answers = [.. ZoneText.Records("a A 192.0.2.1")] }.Write();
        octets[^11] = 3; // CHAOS
        Assert.Empty(DnsMessage.TryRead(octets)!.Answers);
    }

    [Fact]
    public void Generated_records_are_read_as_they_were_written()
    {
        var random = new Random(11);
        for (var run = 0; run < 500; run++)
        {
            var records = Enumerable.Range(0, random.Next(20)).Select(_ => GeneratedRecords.Next(random)).ToArray();
            var octets = new ResponseWriter
            {
                Id = (ushort)random.Next(65536),
                Question = new(GeneratedRecords.Name(random), (RecordType)random.Next(65536)),
                Answers = records,
                Compresses = random.Next(4) > 0,
                Options = random.Next(2) > 0 ? [] : null,
            }.Write();
            Assert.Equal(records, DnsMessage.TryRead(octets)?.Answers);
        }
    }

    static (string?, int) NameAt(byte[] message, int at)
    {
        var reader = new WireReader(message, at, message.Length);
        return (reader.TryName(out var name) ? name.ToString() : null, reader.Position);
    }
}
