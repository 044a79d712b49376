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
}
