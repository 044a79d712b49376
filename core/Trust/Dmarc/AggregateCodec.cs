using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using Cloud.Mail;

namespace Cloud.Trust.Dmarc;

/// <summary>A day's counts as octets: deflated, since the same names come again and again.</summary>
public static class AggregateCodec
{
    /// <summary>Octets of a packed one: what fits a row with its keys.</summary>
    public const int MaxPacked = 900 * 1024;

    /// <summary>Octets that it may swell to: <see cref="DailyAggregate.MaxRows"/> rows of the longest names are below.</summary>
    const int MaxUnpacked = 32 * 1024 * 1024;

    const byte Version = 1;

    public static byte[] Pack(DailyAggregate day)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var writer = new BinaryWriter(deflate))
        {
            writer.Write(Version);
            writer.Write(day.Day.DayNumber);
            writer.Write(day.PolicyDomain);
            Write(writer, day.Record);
            writer.Write7BitEncodedInt64(day.Others);
            writer.Write7BitEncodedInt(day.Rows.Count);
            foreach (var (row, count) in day.Rows)
            {
                Write(writer, row);
                writer.Write7BitEncodedInt64(count);
            }
        }
        return packed.ToArray();
    }

    /// <returns>Null for what is none.</returns>
    public static DailyAggregate? Unpack(ReadOnlySpan<byte> packed)
    {
        if (packed.Length > MaxPacked)
            return null;
        try
        {
            using var plain = Bounded.Inflate(packed, MaxUnpacked);
            using var reader = new BinaryReader(plain);
            return Read(reader);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    static DailyAggregate Read(BinaryReader reader)
    {
        if (reader.ReadByte() != Version)
            throw new FormatException("another version");
        var day = new DailyAggregate(
            DateOnly.FromDayNumber(reader.ReadInt32()),
            Name(reader.ReadString()),
            ReadRecord(reader)
        )
        {
            Others = Count(reader.Read7BitEncodedInt64()),
        };
        var rows = ImmutableDictionary.CreateBuilder<AggregateRow, long>();
        for (var left = Bound(reader.Read7BitEncodedInt(), DailyAggregate.MaxRows); left > 0; left--)
            rows[ReadRow(reader)] = Count(reader.Read7BitEncodedInt64());
        return day with { Rows = rows.ToImmutable() };
    }

    static void Write(BinaryWriter writer, AggregateRow row)
    {
        var address = row.Source.GetAddressBytes();
        writer.Write((byte)address.Length);
        writer.Write(address);
        writer.Write((byte)row.Disposition);
        writer.Write((byte)row.Override);
        writer.Write((byte)((row.DkimAligned ? 1 : 0) | (row.SpfAligned ? 2 : 0)));
        writer.Write(row.HeaderFrom);
        writer.Write(row.EnvelopeFrom);
        writer.Write(row.Dkim);
        writer.Write(row.Spf);
    }

    static AggregateRow ReadRow(BinaryReader reader)
    {
        var source = new IPAddress(reader.ReadBytes(reader.ReadByte()));
        var (disposition, why) = ((DmarcPolicy)reader.ReadByte(), (PolicyOverride)reader.ReadByte());
        if (!Enum.IsDefined(disposition) || !Enum.IsDefined(why))
            throw new FormatException("no disposition");
        var aligned = reader.ReadByte();
        return new(
            source,
            disposition,
            why,
            (aligned & 1) != 0,
            (aligned & 2) != 0,
            Name(reader.ReadString()),
            Name(reader.ReadString()),
            Text(reader.ReadString()),
            Text(reader.ReadString())
        );
    }

    static void Write(BinaryWriter writer, DmarcRecord record)
    {
        writer.Write((byte)record.Policy);
        writer.Write((sbyte)((int?)record.Subdomains ?? -1));
        writer.Write((byte)record.Dkim);
        writer.Write((byte)record.Spf);
        writer.Write((byte)record.Percent);
        writer.Write((byte)record.FailureOptions);
        writer.Write((byte)record.AggregateReports.Count);
        foreach (var address in record.AggregateReports)
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{address.MaxSize ?? -1} {address.Address}"));
    }

    static DmarcRecord ReadRecord(BinaryReader reader)
    {
        var record = new DmarcRecord
        {
            Policy = Policy(reader.ReadByte()),
            Subdomains = reader.ReadSByte() is >= 0 and var sub ? Policy((byte)sub) : null,
            Dkim = reader.ReadByte() == 0 ? Alignment.Relaxed : Alignment.Strict,
            Spf = reader.ReadByte() == 0 ? Alignment.Relaxed : Alignment.Strict,
            Percent = Bound(reader.ReadByte(), 100),
            FailureOptions = (FailureOptions)(reader.ReadByte() & 0xF),
        };
        var addresses = new List<ReportAddress>();
        for (var left = Bound(reader.ReadByte(), ReportAddress.MaxCount); left > 0; left--)
        {
            var text = Text(reader.ReadString());
            var size = long.Parse(text.AsSpan(0, text.IndexOf(' ')), CultureInfo.InvariantCulture);
            var address = EmailAddress.TryParse(text[(text.IndexOf(' ') + 1)..]);
            addresses.Add(new(address ?? throw new FormatException("no address"), size < 0 ? null : size));
        }
        return record with { AggregateReports = addresses };
    }

    static DmarcPolicy Policy(byte value) =>
        Enum.IsDefined((DmarcPolicy)value) ? (DmarcPolicy)value : throw new FormatException("no policy");

    static long Count(long value) =>
        value is >= 0 and < long.MaxValue / 2 ? value : throw new FormatException("no count");

    static int Bound(int value, int most) =>
        value >= 0 && value <= most ? value : throw new FormatException("more than there can be");

    static string Name(string text) => text.Length <= 255 ? Text(text) : throw new FormatException("no name");

    /// <summary>What stands in XML later: a request of somebody else's must not bring in what that cannot hold.</summary>
    static string Text(string text) =>
        text.Length <= 4096 && !text.Any(char.IsControl) ? text : throw new FormatException("no text");
}
