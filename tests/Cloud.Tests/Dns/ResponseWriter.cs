using System.Buffers.Binary;
using Cloud.Dns;
using Cloud.Dns.Messages;

namespace Cloud.Tests.Dns;

/// <summary>Writes what a server answers, names compressed as far as it goes.</summary>
sealed class ResponseWriter
{
    /// <summary>Places that a pointer can tell: 14 bits.</summary>
    const int Compressible = 0x4000;

    const int ClassIn = Cloud.Dns.Messages.Question.Internet;

    readonly List<byte> octets = [];
    readonly Dictionary<DnsName, int> places = [];

    public ushort Id { get; init; }
    public HeaderFlags Flags { get; init; } = HeaderFlags.Response | HeaderFlags.RecursionAvailable;
    public ResponseCode Code { get; init; }
    public Question? Question { get; init; }
    public IReadOnlyList<ResourceRecord> Answers { get; init; } = [];
    public IReadOnlyList<ResourceRecord> Authorities { get; init; } = [];

    /// <summary>Options of OPT as they stand; null for no OPT.</summary>
    public byte[]? Options { get; init; }

    /// <summary>False writes every name in full.</summary>
    public bool Compresses { get; init; } = true;

    public byte[] Write()
    {
        octets.Clear();
        places.Clear();
        Short(Id);
        Short((ushort)((ushort)Flags | (ushort)Code & 15));
        Short(Question is null ? 0 : 1);
        Short(Answers.Count);
        Short(Authorities.Count);
        Short(Options is null ? 0 : 1);
        if (Question is { } question)
        {
            Name(question.Name);
            Short((ushort)question.Type);
            Short(ClassIn);
        }

        foreach (var record in Answers.Concat(Authorities))
            Record(record);
        if (Options is not null)
        {
            octets.Add(0);
            Short((ushort)RecordType.Opt);
            Short(4096);
            Long((uint)Code >> 4 << 24);
            Short(Options.Length);
            octets.AddRange(Options);
        }

        return [.. octets];
    }

    void Record(ResourceRecord record)
    {
        Name(record.Name);
        Short((ushort)record.Type);
        Short(ClassIn);
        Long((uint)record.TimeToLive.TotalSeconds);
        var start = octets.Count;
        Short(0);
        Data(record);
        var length = octets.Count - start - 2;
        octets[start] = (byte)(length >> 8);
        octets[start + 1] = (byte)length;
    }

    void Data(ResourceRecord record)
    {
        switch (record)
        {
            case AddressRecord address:
                octets.AddRange(address.Address.GetAddressBytes());
                break;
            case NsRecord ns:
                Name(ns.Host);
                break;
            case CnameRecord alias:
                Name(alias.Target);
                break;
            case PtrRecord pointer:
                Name(pointer.Target);
                break;
            case MxRecord mx:
                Short(mx.Preference);
                Name(mx.Exchange);
                break;
            case SrvRecord service:
                Short(service.Priority);
                Short(service.Weight);
                Short(service.Port);
                octets.AddRange(service.Target.Wire);
                break;
            case SoaRecord zone:
                Name(zone.PrimaryServer);
                Name(zone.Mailbox);
                foreach (var number in new[] { zone.Serial, zone.Refresh, zone.Retry, zone.Expire, zone.Minimum })
                    Long(number);
                break;
            case TxtRecord text:
                Strings(text.Text.Span);
                break;
            case TlsaRecord association:
                octets.AddRange([association.Usage, association.Selector, association.MatchingType]);
                octets.AddRange(association.Association.Span);
                break;
            case CaaRecord authority:
                octets.AddRange([authority.Flags, (byte)authority.Tag.Length]);
                octets.AddRange(System.Text.Encoding.ASCII.GetBytes(authority.Tag));
                octets.AddRange(authority.Value.Span);
                break;
            case UnknownRecord unknown:
                octets.AddRange(unknown.Raw.Span);
                break;
        }
    }

    /// <summary>Strings of 255 octets, one at least.</summary>
    void Strings(ReadOnlySpan<byte> text)
    {
        do
        {
            var next = text[..Math.Min(byte.MaxValue, text.Length)];
            octets.Add((byte)next.Length);
            octets.AddRange(next);
            text = text[next.Length..];
        } while (!text.IsEmpty);
    }

    void Name(DnsName name)
    {
        for (; !name.IsRoot; name = name.Parent)
        {
            if (Compresses && places.TryGetValue(name, out var place))
            {
                Short(0xC000 | place);
                return;
            }

            if (octets.Count < Compressible)
                places.TryAdd(name, octets.Count);
            octets.Add((byte)name.FirstLabel.Length);
            octets.AddRange(name.FirstLabel);
        }

        octets.Add(0);
    }

    void Short(int value) => octets.AddRange([(byte)(value >> 8), (byte)value]);

    void Long(uint value)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(four, value);
        octets.AddRange(four);
    }
}
