using System.Text;

namespace Cloud.Dns.Messages;

/// <summary>An answer of a server, as it stands.</summary>
sealed class DnsMessage
{
    /// <summary>Records of one message: a full one of 64 KiB has room for about 4,000 addresses, and nobody needs those.</summary>
    public const int MaxRecords = 1024;

    /// <summary>Longest time to live that is one: the highest bit set means zero. RFC 2181 §8.</summary>
    const uint MaxSeconds = int.MaxValue;

    /// <summary>Extended DNS error. RFC 8914 §2.</summary>
    const ushort ExtendedErrorOption = 15;

    /// <summary>Characters of a server's explanation that go into a reason.</summary>
    const int MaxExplanation = 100;

    readonly List<ResourceRecord> answers = [];
    readonly List<ResourceRecord> authorities = [];

    DnsMessage(MessageHeader header) => (Header, Code) = (header, header.Code);

    public MessageHeader Header { get; }

    /// <summary>The response code, all twelve bits of it.</summary>
    public ResponseCode Code { get; private set; }

    public bool IsAuthenticated => (Header.Flags & HeaderFlags.Authenticated) != 0;

    /// <summary>Null where the server told none, as some do with FORMERR.</summary>
    public Question? Question { get; private set; }

    public IReadOnlyList<ResourceRecord> Answers => answers;

    public IReadOnlyList<ResourceRecord> Authorities => authorities;

    /// <summary>Why it failed, in the server's words: RFC 8914. Null where it gives none.</summary>
    public string? Explanation { get; private set; }

    bool hasOptions;

    /// <summary>Reads the header and the question, which must be understood before anything else is believed.</summary>
    /// <returns>False when it has more than one question, or one that cannot be read.</returns>
    public static bool TryReadQuestion(ReadOnlySpan<byte> octets, out MessageHeader header, out Question? question)
    {
        question = null;
        var reader = new WireReader(octets, MessageHeader.Length, octets.Length);
        if (!MessageHeader.TryRead(octets, out header) || header.Questions > 1)
            return false;
        return header.Questions == 0 || TryQuestion(ref reader, out question);
    }

    /// <returns>Null when it is malformed anywhere; octets behind the last record do not count.</returns>
    public static DnsMessage? TryRead(ReadOnlySpan<byte> octets)
    {
        if (!TryReadQuestion(octets, out var header, out var question))
            return null;
        if (header.Answers + header.Authorities + header.Additionals > MaxRecords)
            return null;
        var reader = new WireReader(octets, MessageHeader.Length, octets.Length);
        if (question is not null)
            TryQuestion(ref reader, out _);
        var message = new DnsMessage(header) { Question = question };
        return
            TryRecords(octets, ref reader, header.Answers, message.answers)
            && TryRecords(octets, ref reader, header.Authorities, message.authorities)
            && message.TryAdditionals(octets, ref reader)
            ? message
            : null;
    }

    static bool TryQuestion(ref WireReader reader, out Question? question)
    {
        question = null;
        if (
            !reader.TryName(out var name)
            || !reader.TryShort(out var type)
            || !reader.TryShort(out var @class)
            || @class != Messages.Question.Internet
        )
            return false;
        question = new(name, (RecordType)type);
        return true;
    }

    /// <summary>Takes a section; records of classes other than IN are left out.</summary>
    static bool TryRecords(ReadOnlySpan<byte> octets, ref WireReader reader, int count, List<ResourceRecord> records)
    {
        while (count-- > 0)
        {
            if (!reader.TryName(out var name) || !TryFixed(ref reader, out var fields))
                return false;
            var data = new WireReader(octets, reader.Position, reader.Position + fields.Length);
            reader.TryTake(fields.Length, out _);
            if (fields.Class != Messages.Question.Internet)
                continue;
            var ttl = TimeSpan.FromSeconds(fields.Seconds > MaxSeconds ? 0 : fields.Seconds);
            if (records.Count > 0 && records[^1].Name == name)
                name = records[^1].Name; // One copy for all records of a name.
            if (RecordReader.TryRead(name, ttl, fields.Type, ref data) is not { } record)
                return false;
            records.Add(record);
        }

        return true;
    }

    /// <summary>Of these only OPT counts: what else a server adds nobody asked for. At most one: RFC 6891 §6.1.1.</summary>
    bool TryAdditionals(ReadOnlySpan<byte> octets, ref WireReader reader)
    {
        for (var count = Header.Additionals; count > 0; count--)
        {
            if (!reader.TryName(out var name) || !TryFixed(ref reader, out var fields))
                return false;
            var data = new WireReader(octets, reader.Position, reader.Position + fields.Length);
            reader.TryTake(fields.Length, out _);
            if (fields.Type != RecordType.Opt)
                continue;
            if (hasOptions || !name.IsRoot)
                return false;
            hasOptions = true;
            Code |= (ResponseCode)(fields.Seconds >> 24 << 4);
            if (!TryOptions(ref data))
                return false;
        }

        return true;
    }

    bool TryOptions(ref WireReader data)
    {
        while (!data.IsAtEnd)
        {
            if (
                !data.TryShort(out var option)
                || !data.TryShort(out var length)
                || !data.TryTake(length, out var value)
            )
                return false;
            if (option == ExtendedErrorOption && length >= 2 && Explanation is null)
                Explanation = Explain(value);
        }

        return true;
    }

    static string Explain(ReadOnlySpan<byte> error)
    {
        var text = new StringBuilder($"extended error {error[0] << 8 | error[1]}");
        if (error.Length > 2)
            text.Append(": ");
        foreach (var letter in Encoding.UTF8.GetString(error[2..]).EnumerateRunes().Take(MaxExplanation))
            text.Append(letter.Value is < ' ' or >= 127 and < 160 ? "?" : letter.ToString());
        return text.ToString();
    }

    static bool TryFixed(ref WireReader reader, out RecordFields fields)
    {
        fields = default;
        if (
            !reader.TryShort(out var type)
            || !reader.TryShort(out var @class)
            || !reader.TryLong(out var seconds)
            || !reader.TryShort(out var length)
            || !reader.Has(length)
        )
            return false;
        fields = new((RecordType)type, @class, seconds, length);
        return true;
    }

    /// <summary>What stands between a record's name and its data. RFC 1035 §4.1.3.</summary>
    readonly record struct RecordFields(RecordType Type, ushort Class, uint Seconds, int Length);
}
