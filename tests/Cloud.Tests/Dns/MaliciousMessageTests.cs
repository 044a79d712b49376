using Cloud.Dns;
using Cloud.Dns.Messages;

namespace Cloud.Tests.Dns;

/// <summary>Messages that are meant to hurt: each trap of the format.</summary>
public sealed class MaliciousMessageTests
{
    const int NameAt = MessageHeader.Length;

    /// <summary>The octets of a name at the start of the question, where nothing is before it but the header.</summary>
    public static TheoryData<string, byte[]> Names =>
        new()
        {
            { "points to itself", [0xC0, NameAt] },
            { "points forward", [0xC0, NameAt + 2, 1, .. "a"u8, 0] },
            { "points into the header", [0xC0, 0] },
            { "points to the header's end", [0xC0, NameAt - 1] },
            { "points beyond the message", [0xFF, 0xFF] },
            { "points back to its own start", [1, .. "a"u8, 0xC0, NameAt] },
            { "points into its own label", [3, 1, .. "a"u8, 0, 0xC0, NameAt + 1] },
            { "ends within a pointer", [0xC0] },
            { "has a label of 64 octets", [64, .. new byte[64], 0] },
            { "has an unknown kind of label", [0x80, .. new byte[128], 0] },
            { "has an extended label", [0x41, .. new byte[65], 0] },
            { "is longer than the message", [60, .. "abc"u8] },
            { "has no end", [1, .. "a"u8] },
            { "has 256 octets", [.. Repeated([1, (byte)'a'], 128), 0] },
            { "has 127 labels and 255 octets but for one", [.. Repeated([1, (byte)'a'], 126), 2, .. "aa"u8, 0] },
        };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_that_is_none_makes_the_message_none(string what, byte[] name)
    {
        Assert.NotEmpty(what);
        byte[] header = [0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        Assert.Null(DnsMessage.TryRead([.. header, .. name]));
        Assert.Null(DnsMessage.TryRead([.. header, .. name, 0, 1, 0, 1]));
    }

    [Fact]
    public void The_longest_name_is_read_whole_and_compressed()
    {
        byte[] name = [.. Repeated([1, (byte)'a'], 127), 0];
        byte[] message =
        [
            0,
            1,
            0x80,
            0,
            0,
            1,
            0,
            1,
            0,
            0,
            0,
            0,
            .. name,
            0,
            1,
            0,
            1,
            .. Record([0xC0, 12], [1, 2, 3, 4]),
        ];
        Assert.Equal(127, DnsMessage.TryRead(message)?.Answers[0].Name.LabelCount);
        byte[] tooLong = [.. message[..^16], .. Record([1, (byte)'a', 0xC0, 12], [1, 2, 3, 4])];
        Assert.Null(DnsMessage.TryRead(tooLong));
    }

    [Fact]
    public void Two_names_that_point_to_each_other_are_none()
    {
        // The second points to the first one's data, which points forward to it.
        byte[] message =
        [
            .. new byte[] { 0, 1, 0x80, 0, 0, 0, 0, 2, 0, 0, 0, 0 },
            .. Record([0], [0xC0, 25], type: 2),
            .. Record([0xC0, 23], [0]),
        ];
        Assert.Null(DnsMessage.TryRead(message));
    }

    /// <summary>Each pointer leads to the one before: without a bound, many records would walk all of them.</summary>
    [Fact]
    public void A_long_way_of_pointers_is_not_walked()
    {
        Assert.NotNull(DnsMessage.TryRead(Chain(127)));
        Assert.Null(DnsMessage.TryRead(Chain(128)));
        Assert.Null(DnsMessage.TryRead(Chain(8000)));

        static byte[] Chain(int pointers)
        {
            // An unknown record holds the way: a name, then pointers each to the one before.
            var way = new List<byte> { 1, (byte)'a', 0 };
            const int start = NameAt + 11;
            way.AddRange([0xC0, start]);
            for (var i = 1; i < pointers - 1; i++)
            {
                var place = start + 3 + 2 * (i - 1);
                way.AddRange([(byte)(0xC0 | place >> 8), (byte)place]);
            }

            var last = start + 3 + 2 * (pointers - 2);
            return
            [
                .. new byte[] { 0, 1, 0x80, 0, 0, 0, 0, 2, 0, 0, 0, 0 },
                .. Record([0], [.. way], type: 65280),
                .. Record([(byte)(0xC0 | last >> 8), (byte)last], [1, 2, 3, 4]),
            ];
        }
    }

    /// <summary>Data of a record, by type, that is short, long, or says so of itself.</summary>
    [Theory]
    [InlineData(1, "010203")]
    [InlineData(1, "0102030405")]
    [InlineData(28, "01020304")]
    [InlineData(2, "")]
    [InlineData(2, "0000")]
    [InlineData(2, "0161")]
    [InlineData(5, "C00C00")]
    [InlineData(12, "C0")]
    [InlineData(15, "00")]
    [InlineData(15, "0001")]
    [InlineData(15, "00010000")]
    [InlineData(16, "")]
    [InlineData(16, "0261")]
    [InlineData(16, "016102")]
    [InlineData(33, "00010002")]
    [InlineData(33, "000100020003")]
    [InlineData(6, "0000000000010000000200000003000000040000")]
    [InlineData(6, "000000000001000000020000000300000004000000050")]
    [InlineData(52, "0301")]
    [InlineData(257, "00")]
    [InlineData(257, "0000")]
    [InlineData(257, "000561")]
    [InlineData(257, "000120")]
    [InlineData(257, "0001FF")]
    public void Data_that_does_not_fit_its_type_makes_the_message_none(int type, string data)
    {
        var octets = Convert.FromHexString(data.Length % 2 == 0 ? data : data + "000");
        Assert.Null(DnsMessage.TryRead(Answer(Record([0], octets, type))));
    }

    [Fact]
    public void A_name_in_data_may_not_run_beyond_it()
    {
        // The name's end is in the next record's first octet.
        byte[] message = Answer(Record([0], [1, (byte)'a'], type: 2), Record([0], [1, 2, 3, 4]));
        Assert.Null(DnsMessage.TryRead(message));
    }

    [Fact]
    public void Data_longer_than_the_message_makes_it_none()
    {
        var message = Answer(Record([0], [1, 2, 3, 4], type: 65280));
        message[^5] = 5;
        Assert.Null(DnsMessage.TryRead(message));
        message[^6] = 0xFF;
        Assert.Null(DnsMessage.TryRead(message));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(10)]
    public void Counts_that_promise_more_than_there_is_make_it_none(int at)
    {
        var message = Answer(Record([0], [1, 2, 3, 4]));
        message[at] = 0xFF;
        Assert.Null(DnsMessage.TryRead(message));
        message[at] = 0;
        message[at + 1] += 2;
        Assert.Null(DnsMessage.TryRead(message));
    }

    [Fact]
    public void A_thousand_records_are_read_and_more_are_not()
    {
        Assert.Equal(DnsMessage.MaxRecords, DnsMessage.TryRead(Many(DnsMessage.MaxRecords))?.Answers.Count);
        Assert.Null(DnsMessage.TryRead(Many(DnsMessage.MaxRecords + 1)));

        static byte[] Many(int count) => Answer([.. Enumerable.Repeat(Record([0], [1, 2, 3, 4]), count)]);
    }

    [Fact]
    public void Options_are_there_once_and_at_the_root()
    {
        Assert.NotNull(DnsMessage.TryRead(Additional(Record([0], [], type: 41))));
        Assert.Null(DnsMessage.TryRead(Additional(Record([0], [], type: 41), Record([0], [], type: 41))));
        Assert.Null(DnsMessage.TryRead(Additional(Record([1, (byte)'a', 0], [], type: 41))));
        Assert.Null(DnsMessage.TryRead(Additional(Record([0], [0, 15, 0, 9, 1], type: 41))));
        Assert.Null(DnsMessage.TryRead(Additional(Record([0], [0, 15, 0], type: 41))));
    }

    [Fact]
    public void What_a_server_adds_unasked_is_not_read()
    {
        var message = DnsMessage.TryRead(Additional(Record([0], [1], type: 1)));
        Assert.Empty(message!.Answers);
        Assert.Empty(message.Authorities);
    }

    [Fact]
    public void An_explanation_is_short_and_has_no_control_characters()
    {
        byte[] option = [0, 15, 0, 202, 0, 6, .. Enumerable.Repeat((byte)'\n', 200)];
        var text = DnsMessage.TryRead(Additional(Record([0], option, type: 41)))?.Explanation;
        Assert.Equal($"extended error 6: {new string('?', 100)}", text);
    }

    internal static byte[] Record(byte[] name, byte[] data, int type = 1) =>
        [
            .. name,
            (byte)(type >> 8),
            (byte)type,
            0,
            1,
            0,
            0,
            0,
            9,
            (byte)(data.Length >> 8),
            (byte)data.Length,
            .. data,
        ];

    internal static byte[] Answer(params byte[][] records) =>
        [
            0,
            1,
            0x80,
            0,
            0,
            0,
            (byte)(records.Length >> 8),
            (byte)records.Length,
            0,
            0,
            0,
            0,
            .. records.SelectMany(r => r),
        ];

    static byte[] Additional(params byte[][] records) =>
        [0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, (byte)records.Length, .. records.SelectMany(r => r)];

    static byte[] Repeated(byte[] octets, int times) => [.. Enumerable.Repeat(octets, times).SelectMany(o => o)];
}
