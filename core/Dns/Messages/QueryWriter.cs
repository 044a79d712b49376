using System.Buffers.Binary;

namespace Cloud.Dns.Messages;

/// <summary>Writes a question for a recursive resolver.</summary>
static class QueryWriter
{
    /// <summary>
    /// Octets of an answer that UDP may bring without being cut into fragments, on any path: the size that resolvers
    /// agreed upon in 2020 (dnsflagday.net), less than the 1400 that RFC 9715 recommends at most.
    /// </summary>
    public const ushort MaxUdpAnswer = 1232;

    /// <summary>Octets of the longest query: header, name, type, class, OPT.</summary>
    public const int MaxLength = MessageHeader.Length + DnsName.MaxLength + 4 + OptLength;

    /// <summary>OPT without options: the root's name, type, size, extended code and flags, length. RFC 6891 §6.1.2.</summary>
    const int OptLength = 11;

    /// <summary>Asks for recursion, and by AD to be told whether the answer is validated (RFC 6840 §5.7).</summary>
    const HeaderFlags Flags = HeaderFlags.RecursionDesired | HeaderFlags.Authenticated;

    /// <param name="buffer">Room for <see cref="MaxLength"/> octets.</param>
    /// <param name="id">Unpredictable. RFC 5452 §9.2.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="withEdns">False for a server that does not know EDNS.</param>
    /// <returns>The octets written.</returns>
    public static int Write(Span<byte> buffer, ushort id, Question question, bool withEdns)
    {
        BinaryPrimitives.WriteUInt16BigEndian(buffer, id);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], (ushort)Flags);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[4..], 1);
        buffer[6..10].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(buffer[10..], (ushort)(withEdns ? 1 : 0));
        var at = MessageHeader.Length;

        question.Name.Wire.CopyTo(buffer[at..]);
        at += question.Name.Wire.Length;
        BinaryPrimitives.WriteUInt16BigEndian(buffer[at..], (ushort)question.Type);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(at + 2)..], Question.Internet);
        at += 4;
        if (!withEdns)
            return at;

        buffer.Slice(at, OptLength).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(at + 1)..], (ushort)RecordType.Opt);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(at + 3)..], MaxUdpAnswer);
        return at + OptLength;
    }
}
