using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Xml;
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

    /// <summary>Packs a day in as many as it needs: their sum is the day.</summary>
    /// <returns>Each within <see cref="MaxPacked"/>.</returns>
    public static IEnumerable<byte[]> PackAll(DailyAggregate day)
    {
        var packed = Pack(day);
        if (packed.Length <= MaxPacked || day.Rows.Count < 2)
            return [packed];
        var half = day.Rows.Count / 2;
        var (first, rest) = (day.Rows.Take(half), day.Rows.Skip(half));
        return PackAll(day with { Rows = first.ToImmutableDictionary() })
            .Concat(PackAll(day with { Rows = rest.ToImmutableDictionary(), Others = 0 }));
    }

    /// <returns>Null for what is none. A row that cannot be read costs the others nothing: its messages are counted.</returns>
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
        {
            var row = ReadRow(reader);
            var count = Count(reader.Read7BitEncodedInt64());
            if (row is null)
                day = day with { Others = day.Others + count };
            else
                rows[row] = count;
        }
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

    /// <returns>Null for what no row may hold.</returns>
    static AggregateRow? ReadRow(BinaryReader reader)
    {
        var source = reader.ReadBytes(reader.ReadByte());
        var (disposition, why) = ((DmarcPolicy)reader.ReadByte(), (PolicyOverride)reader.ReadByte());
        var aligned = reader.ReadByte();
        var (author, sender) = (reader.ReadString(), reader.ReadString());
        var (dkim, spf) = (reader.ReadString(), reader.ReadString());
        var isRow =
            source.Length is 4 or 16
            && Enum.IsDefined(disposition)
            && Enum.IsDefined(why)
            && IsName(author)
            && IsName(sender)
            && IsText(dkim)
            && IsText(spf);
        return isRow
            ? new(
                new IPAddress(source),
                disposition,
                why,
                (aligned & 1) != 0,
                (aligned & 2) != 0,
                author,
                sender,
                dkim,
                spf
            )
            : null;
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

    static string Name(string text) => IsName(text) ? text : throw new FormatException("no name");

    static string Text(string text) => IsText(text) ? text : throw new FormatException("no text");

    static bool IsName(string text) => text.Length <= 255 && IsText(text);

    /// <summary>What stands in XML later: a request of somebody else's must not bring in what that cannot hold.</summary>
    static bool IsText(string text) =>
        text.Length <= 4096 && text.All(XmlConvert.IsXmlChar) && !text.Any(char.IsControl);
}
