using System.Buffers;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Encodings;

namespace Cloud.Tests.Mail;

/// <summary>Ceilings of what indexing allocates: the one figure of speed that is the same on every machine.</summary>
public sealed class MessageCostTests
{
    /// <summary>Octets allocated beyond the index itself, which is what unpacking one allocates, and its packed form.</summary>
    const int Ceiling = 2 * 1024;

    const string Header =
        "Received: from mail.there.example by here.example; Sun, 22 Nov 2026 08:00:00 +0000\r\n"
        + "From: =?utf-8?Q?Bj=C3=B6rn?= <bjorn@there.example>\r\nTo: \"Doe, Jane\" <jane@here.example>, bob@here.example\r\n"
        + "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= from us\r\nDate: Sun, 22 Nov 2026 07:59:58 +0100\r\n"
        + "Message-ID: <one@there.example>\r\nReferences: <root@here.example>\r\n <zero@here.example>\r\nMIME-Version: 1.0\r\n";

    const string Line = "Some words that a person may write, in lines that end before column eighty.\r\n";

    const string Alternative =
        "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n\r\n"
        + Line
        + "--a\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";

    public static TheoryData<string, string, int> Messages4K =>
        new()
        {
            { "Content-Type: text/plain; charset=utf-8\r\n\r\n", Line, 40 },
            { "Content-Transfer-Encoding: quoted-printable\r\n\r\n", "Gr=C3=BC=C3=9Fe =\r\naus den Bergen\r\n", 100 },
            {
                "Content-Transfer-Encoding: base64\r\n\r\n",
                Convert.ToBase64String(Encoding.ASCII.GetBytes(Line[..57])) + "\r\n",
                50
            },
            { Alternative, "<p style=3D\"x\">A paragraph &amp; more</p>\r\n", 80 },
        };

    [Theory]
    [MemberData(nameof(Messages4K))]
    public void Message_of_4_KB_is_indexed_in_few_allocations(string start, string line, int lines)
    {
        var message = Encoding.ASCII.GetBytes(Header + start + string.Concat(Enumerable.Repeat(line, lines)));
        var packed = Messages.Scan(message).Pack();
        MessageIndex.Unpack(packed);

        var index = Allocated(() => MessageIndex.Unpack(packed)) + packed.Length;
        var all = Allocated(() => Messages.Scan(message).Pack());

        Assert.InRange(all - index, 0, Ceiling);
    }

    /// <summary>A message of 50 KB with text, HTML and an attachment: tests/Cloud.Bench has its time.</summary>
    [Fact]
    public void Message_of_50_KB_with_an_attachment_is_indexed_in_few_allocations()
    {
        var text = new StringBuilder(Header)
            .Append("Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n")
            .Append(Alternative);
        for (var i = 0; i < 80; i++)
            text.Append("<p style=3D\"x\">A paragraph &amp; more</p>\r\n");
        text.Append("--a--\r\n--m\r\nContent-Type: application/pdf; name=\"rates.pdf\"\r\n")
            .Append(
                "Content-Disposition: attachment; filename=\"rates.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            );
        while (text.Length < 50 * 1024)
            text.Append('A', 76).Append("\r\n");
        var message = Encoding.ASCII.GetBytes(text.Append("AA==\r\n--m--\r\n").ToString());
        var packed = Messages.Scan(message).Pack();

        var index = Allocated(() => MessageIndex.Unpack(packed)) + packed.Length;
        var all = Allocated(() => Messages.Scan(message).Pack());

        Assert.True(MessageIndex.Unpack(packed).HasAttachment);
        Assert.InRange(all - index, 0, 2 * Ceiling);
    }

    [Theory]
    [InlineData("base64")]
    [InlineData("quoted-printable")]
    [InlineData("x-uuencode")]
    public void Attachment_of_25_MiB_is_decoded_in_constant_memory(string encoding)
    {
        const int Chunk = 64 * 1024;
        var line = encoding == "x-uuencode" ? 'M' + new string('A', 60) : new string('A', 76); // of 45 octets
        var chunk = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(line + "\r\n", 840)));
        var sink = new Sink(Chunk);
        Decode(1); // tables

        Assert.InRange(Decode(25 * 1024 * 1024 / chunk.Length), 0, Chunk);
        Assert.True(sink.Length > 15 * 1024 * 1024);

        long Decode(int times)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var decoder = TransferCoder.Decoder(Octets.From(encoding));
            for (var i = 0; i < times; i++)
                decoder.Write(chunk, sink);
            decoder.Complete(sink);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    sealed class Sink(int size) : IBufferWriter<byte>
    {
        readonly byte[] buffer = new byte[2 * size];

        public long Length { get; private set; }

        public void Advance(int count) => Length += count;

        public Memory<byte> GetMemory(int sizeHint = 0) => buffer;

        public Span<byte> GetSpan(int sizeHint = 0) => buffer;
    }

    [Fact]
    public void Attachment_costs_nothing_for_its_size()
    {
        var attachment = string.Concat(Enumerable.Repeat(new string('A', 76) + "\r\n", 20_000));
        var message = Encoding.ASCII.GetBytes(
            Header
                + "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\n"
                + Line
                + "--m\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + attachment
                + "AA==\r\n--m--\r\n"
        );
        Messages.Scan(message).Pack();

        Assert.InRange(Allocated(() => Messages.Scan(message).Pack()), 1, 16 * 1024);
    }

    [Fact]
    public void Usual_message_is_packed_in_few_octets() =>
        Assert.InRange(Messages.Scan(Messages.Read("alternative-with-attachment")).Pack().Length, 1, 650);

    static long Allocated(Func<object> work)
    {
        for (var i = 0; i < 3; i++)
            work(); // what is pooled and made once
        var before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
