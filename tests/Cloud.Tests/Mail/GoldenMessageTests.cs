using System.Text;
using Cloud.Mail;

namespace Cloud.Tests.Mail;

public sealed class GoldenMessageTests
{
    public static TheoryData<string> Names => [.. Messages.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Index_is_the_one_written_beside_the_message(string name) =>
        Assert.Equal(Messages.Expected(name), IndexText.Of(Messages.Scan(Messages.Read(name))));

    [Theory]
    [MemberData(nameof(Names))]
    public void Reading_is_the_one_written_beside_the_message_however_its_lines_end(string name)
    {
        var message = Messages.Read(name);
        var unix = Messages.WithoutCr(message);
        var expected = Messages.ExpectedReading(name);

        Assert.Equal(expected, ReadingText.Of(message, Messages.Scan(message, 1), trimCr: true));
        Assert.Equal(expected, ReadingText.Of(unix, Messages.Scan(unix, 1), trimCr: false));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void How_the_message_is_cut_makes_no_difference(string name)
    {
        var message = Messages.Read(name);
        var whole = IndexText.Of(Messages.Scan(message));

        foreach (var chunk in new[] { 1, 2, 3, 7 })
            Assert.Equal(whole, IndexText.Of(Messages.Scan(message, chunk)));
        for (var at = 0; at <= message.Length; at++)
            Assert.Equal(whole, IndexText.Of(Messages.ScanCut(message, at)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Line_ends_of_lf_alone_give_the_same_parts(string name)
    {
        var message = Messages.Read(name);
        var unix = Messages.WithoutCr(message);

        Assert.Equal(Leaves(message, trimCr: true), Leaves(unix, trimCr: false));
        var whole = IndexText.Of(Messages.Scan(unix));
        foreach (var chunk in new[] { 1, 2, 5 })
            Assert.Equal(whole, IndexText.Of(Messages.Scan(unix, chunk)));
        for (var at = 0; at <= unix.Length; at++)
            Assert.Equal(whole, IndexText.Of(Messages.ScanCut(unix, at)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Packed_index_reads_back_the_same(string name)
    {
        var index = Messages.Scan(Messages.Read(name));

        var packed = index.Pack();

        Assert.Equal(IndexText.Of(index), IndexText.Of(MessageIndex.Unpack(packed)));
        Assert.Equal(packed, MessageIndex.Unpack(packed).Pack());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Envelope_read_from_the_header_alone_is_the_same(string name)
    {
        var message = Messages.Read(name);
        var index = Messages.Scan(message);

        Assert.Equal(
            IndexText.Of(index.Envelope),
            IndexText.Of(Envelope.Parse(message.AsSpan(0, (int)index.HeaderLength)))
        );
    }

    /// <summary>Header and body of every part, in order.</summary>
    static List<string> Leaves(byte[] message, bool trimCr)
    {
        var found = new List<string>();
        Add(Messages.Scan(message).Body);
        return found;

        void Add(BodyPart part)
        {
            found.Add(Text(part.HeaderStart, part.HeaderLength));
            found.Add($"{part.Type}/{part.Subtype} {part.Lines} lines: {Text(part.BodyStart, part.BodyLength)}");
            foreach (var child in part.Parts)
                Add(child);
            if (part.Message is { } inside)
                Add(inside.Body);
        }

        string Text(long start, long length)
        {
            var octets = message.AsSpan((int)start, (int)length).ToArray();
            return Encoding.Latin1.GetString(trimCr ? Messages.WithoutCr(octets) : octets);
        }
    }
}
