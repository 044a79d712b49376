using System.Text;
using Cloud.Mail.Tnef;

namespace Cloud.Tests.Mail.Tnef;

public sealed class TnefReaderTests
{
    /// <summary>The example of [MS-OXRTFCP] §3.1.</summary>
    static readonly byte[] HelloWorld = System.Convert.FromHexString(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    );

    static readonly byte[] MessageInterface = [7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];

    static byte[] Inner => new TnefFile().Message(0x00018004, "inner\0"u8.ToArray()).Bytes;

    static byte[] Whole =>
        new TnefFile()
            .Message(0x00078008, "IPM.Microsoft Mail.Note\0"u8.ToArray())
            .Message(0x00018004, Encoding.Latin1.GetBytes("Grüße\0"))
            .Message(0x0002800C, "plain body\0"u8.ToArray())
            .Properties(
                TnefFile.Number(0x0E07, 1),
                TnefFile.Named("x-name"),
                TnefFile.Binary(0x1009, HelloWorld),
                TnefFile.Binary(0x1013, "<p>html"u8.ToArray())
            )
            .Attachment(
                "LONGNA~1.PDF",
                "%PDF"u8.ToArray(),
                TnefFile.Unicode(0x3707, "Long näme 日本.pdf"),
                TnefFile.Text(0x370E, "application/pdf"),
                TnefFile.Unicode(0x3712, "<cid@x>")
            )
            .Attachment("plain.txt", "text"u8.ToArray())
            .Attachment("", null, TnefFile.Text(0x3704, "bin.dat"), TnefFile.Binary(0x3701, [1, 2, 3]))
            .Attachment("Inner", null, TnefFile.Object(0x3701, [.. MessageInterface, .. Inner]))
            .Attachment("Sheet", null, TnefFile.Object(0x3701, new byte[20]))
            .Bytes;

    [Fact]
    public void Text_and_attachments_of_a_winmail_dat_are_listed()
    {
        var whole = Whole;

        var read = TnefReader.Read(whole)!;

        Assert.False(read.IsDamaged);
        Assert.Equal("IPM.Microsoft Mail.Note", read.MessageClass);
        Assert.Equal("Grüße", read.Subject);
        Assert.Equal("plain body", read.Text);
        Assert.Equal("<p>html", read.Html);
        Assert.Equal(
            "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n",
            Encoding.ASCII.GetString(RtfDecompressor.Decompress(read.Rtf.Of(whole)))
        );
        Assert.Equal(
            ["Long näme 日本.pdf", "plain.txt", "bin.dat", "Inner", "Sheet"],
            read.Attachments.Select(attachment => attachment.Name)
        );
        Assert.Equal(
            ["%PDF", "text", "\u0001\u0002\u0003"],
            read.Attachments.Take(3).Select(attachment => Encoding.ASCII.GetString(attachment.Data.Of(whole)))
        );
        Assert.Equal(("application/pdf", "cid@x"), (read.Attachments[0].ContentType, read.Attachments[0].ContentId));
        Assert.Equal(TnefAttachmentKind.Message, read.Attachments[3].Kind);
        Assert.Equal("inner", TnefReader.Read(read.Attachments[3].Data.Of(whole))!.Subject);
        Assert.Equal((TnefAttachmentKind.Object, 4), (read.Attachments[4].Kind, read.Attachments[4].Data.Length));
    }

    [Theory]
    [InlineData("Content-Type: application/ms-tnef\r\n\r\n", true)]
    [InlineData("Content-Type: application/vnd.ms-tnef; name=x\r\n\r\n", true)]
    [InlineData("Content-Type: application/octet-stream; name=\"WinMail.dat\"\r\n\r\n", true)]
    [InlineData("Content-Type: application/octet-stream; name=\"x.dat\"\r\n\r\n", false)]
    public void Parts_are_known_by_type_or_name(string message, bool expected) =>
        Assert.Equal(expected, TnefReader.IsTnef(Messages.Scan(message).Body));

    [Fact]
    public void Wrong_checksum_is_told_and_the_rest_read()
    {
        var whole = Whole;
        var at = Encoding.Latin1.GetString(whole).IndexOf("plain body", StringComparison.Ordinal);
        whole[at] = (byte)'P';

        var read = TnefReader.Read(whole)!;

        Assert.True(read.IsDamaged);
        Assert.Equal("Plain body", read.Text);
        Assert.Equal(5, read.Attachments.Count);
    }

    [Fact]
    public void Other_bytes_are_no_tnef()
    {
        Assert.Null(TnefReader.Read([]));
        Assert.Null(TnefReader.Read("%PDF-1.7 and more"u8));
    }

    [Fact]
    public void Attachments_are_bounded()
    {
        var file = new TnefFile();
        for (var i = 0; i < TnefReader.MaxAttachments + 5; i++)
            file.Attachment("a", null);

        var read = TnefReader.Read(file.Bytes)!;

        Assert.Equal(TnefReader.MaxAttachments, read.Attachments.Count);
        Assert.True(read.IsDamaged);
    }

    [Fact]
    public void Bad_bytes_are_read_as_far_as_they_make_sense()
    {
        var whole = Whole;
        foreach (var damaged in Damage.Cut(whole).Concat(Damage.Mutate(whole, 2009, 20_000)))
        {
            if (TnefReader.Read(damaged) is not { } read)
                continue;
            RtfDecompressor.Decompress(read.Rtf.Of(damaged));
            foreach (var attachment in read.Attachments)
            {
                attachment.Data.Of(damaged); // within bounds
                TnefReader.Read(attachment.Data.Of(damaged));
            }
        }

        Assert.All(
            Damage.Cut(whole).Skip(60).Where(cut => TnefReader.Read(cut) is { IsDamaged: false }),
            cut => Assert.StartsWith(Encoding.Latin1.GetString(cut), Encoding.Latin1.GetString(whole))
        );
    }

    [Fact]
    public void Counts_that_lie_take_neither_time_nor_memory()
    {
        byte[] lying = [0xFF, 0xFF, 0xFF, 0x7F, 0x02, 0x11, 0x09, 0x10, 0xFF, 0xFF, 0xFF, 0xFF];
        var file = new TnefFile().Message(0x00069003, lying).Bytes;
        byte[] rtf = [0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, .. "LZFu"u8, 0, 0, 0, 0, 1];
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.True(TnefReader.Read(file)!.IsDamaged);
        Assert.Empty(RtfDecompressor.Decompress(rtf));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Fact]
    public void Values_without_octets_are_not_counted_one_by_one()
    {
        byte[] property = [0x01, 0x10, 0x09, 0x10, 0x10, 0x27, 0, 0]; // 10,000 nulls in eight octets
        byte[] properties =
        [
            .. BitConverter.GetBytes(10_000),
            .. Enumerable.Repeat(property, 10_000).SelectMany(p => p),
        ];

        var read = TnefReader.Read(new TnefFile().Message(0x00069003, properties).Bytes)!;

        Assert.True(read.IsDamaged);
    }

    [Fact]
    public void What_is_compressed_is_expanded_to_the_octet()
    {
        var random = new Random(20261122);
        for (var round = 0; round < 12; round++)
        {
            var text = random.GetItems("{\\rtf1 ab}"u8, random.Next(3_000));
            if (round % 4 == 0)
                random.NextBytes(text);
            Assert.Equal(text, RtfDecompressor.Decompress(RtfFile.Compressed(text)));
            Assert.Equal(text, RtfDecompressor.Decompress(RtfFile.Stored(text)));
        }
    }

    [Fact]
    public void Compressed_text_is_expanded_within_its_bounds()
    {
        foreach (var damaged in Damage.Cut(HelloWorld).Concat(Damage.Mutate(HelloWorld, 7, 10_000)))
            Assert.InRange(RtfDecompressor.Decompress(damaged).Length, 0, damaged.Length * 9);
        byte[] stored = [11, 0, 0, 0, 3, 0, 0, 0, .. "MELA"u8, 0, 0, 0, 0, .. "abc"u8];
        Assert.Equal("abc"u8.ToArray(), RtfDecompressor.Decompress(stored));
        // A reference that overlaps what it writes: §3.2.
        byte[] overlapping = [0x1A, 0, 0, 0, 0x1C, 0, 0, 0, .. "LZFu"u8, 0xE2, 0xD4, 0x4B, 0x51, 0x41, 0, 4, 0x20];
        byte[] rest = [0x57, 0x58, 0x59, 0x5A, 0x0D, 0x6E, 0x7D, 1, 0x0E, 0xB0];
        Assert.Equal(
            "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}",
            Encoding.ASCII.GetString(RtfDecompressor.Decompress([.. overlapping, .. rest]))
        );
    }
}
