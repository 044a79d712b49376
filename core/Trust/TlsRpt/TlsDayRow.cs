using System.Collections.Immutable;
using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Trust.TlsRpt;

/// <summary>A day as a stored row; which table and key it has is the sender's choice.</summary>
/// <remarks>Counts in one binary, cut into columns that a row can hold. At most some 600 KiB, within a row's limit.</remarks>
public static class TlsDayRow
{
    const byte Version = 1;

    /// <summary>Octets of a column.</summary>
    const int Column = RowLimits.PropertyBytes;

    public static RowData ToRow(TlsDay day)
    {
        var packed = Pack(day);
        var row = new RowData
        {
            { "Day", day.Day.ToString("O", CultureInfo.InvariantCulture) },
            { "Domain", day.Domain },
        };
        for (var at = 0; at < packed.Length; at += Column)
            row.Add($"Counts{at / Column}", packed[at..Math.Min(at + Column, packed.Length)]);
        return row;
    }

    /// <exception cref="StoreException">It is no such row.</exception>
    public static TlsDay Of(RowData row) => TryRead(row) ?? throw new StoreException("A stored row is damaged");

    /// <returns>Null where it is no such row.</returns>
    public static TlsDay? TryRead(RowData row)
    {
        using var packed = new MemoryStream();
        for (var i = 0; row.Bytes($"Counts{i}") is { } column; i++)
            packed.Write(column);
        packed.Position = 0;
        try
        {
            var day = DateOnly.ParseExact(row.String("Day") ?? "", "O", CultureInfo.InvariantCulture);
            return Unpack(new(day, row.String("Domain") ?? ""), packed);
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    static byte[] Pack(TlsDay day)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Version);
        writer.Write7BitEncodedInt64(day.Others);
        writer.Write7BitEncodedInt(day.Policies.Count);
        foreach (var (policy, sessions) in day.Policies)
        {
            writer.Write((byte)policy.Kind);
            writer.Write(policy.Text);
            writer.Write(policy.Hosts);
            writer.Write7BitEncodedInt64(sessions.Successful);
            writer.Write7BitEncodedInt64(sessions.Failed);
            writer.Write7BitEncodedInt(sessions.Failures.Count);
            foreach (var (failure, count) in sessions.Failures)
            {
                writer.Write((byte)failure.Result);
                writer.Write(failure.SendingAddress);
                writer.Write(failure.Host);
                writer.Write(failure.Address);
                writer.Write(failure.Reason);
                writer.Write7BitEncodedInt64(count);
            }
        }

        return stream.ToArray();
    }

    static TlsDay Unpack(TlsDay empty, MemoryStream packed)
    {
        using var reader = new BinaryReader(packed);
        if (reader.ReadByte() != Version)
            throw new FormatException("another version");
        var others = reader.Read7BitEncodedInt64();
        var policies = ImmutableDictionary.CreateBuilder<TlsPolicySeen, TlsSessions>();
        for (var left = Count(reader, TlsDay.MaxPolicies); left > 0; left--)
        {
            var policy = new TlsPolicySeen((TlsPolicyKind)reader.ReadByte(), reader.ReadString(), reader.ReadString());
            var (successful, failed) = (reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
            var failures = ImmutableDictionary.CreateBuilder<TlsFailureSeen, long>();
            for (var more = Count(reader, TlsDay.MaxFailures); more > 0; more--)
            {
                var failure = new TlsFailureSeen(
                    (TlsFailure)reader.ReadByte(),
                    reader.ReadString(),
                    reader.ReadString(),
                    reader.ReadString(),
                    reader.ReadString()
                );
                failures[failure] = reader.Read7BitEncodedInt64();
            }

            policies[policy] = new(successful, failed, failures.ToImmutable());
        }

        return empty with
        {
            Others = others,
            Policies = policies.ToImmutable(),
        };
    }

    static int Count(BinaryReader reader, int most) =>
        reader.Read7BitEncodedInt() is var count && count >= 0 && count <= most
            ? count
            : throw new FormatException("more than there can be");
}
