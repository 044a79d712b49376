using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Cloud.Trust;
using Cloud.Trust.Dmarc;
using Cloud.Trust.TlsRpt;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>A report of others: one of the two.</summary>
readonly record struct ReadReport(AggregateReport? Dmarc, TlsReport? Tls)
{
    public bool IsNone => Dmarc is null && Tls is null;
}

/// <summary>Reads a report as it is attached: zip, gzip, or as it is. What it is its first octets tell, not its name.</summary>
/// <remarks>Nothing throws, whatever it is; of an archive the first file counts, and it is inflated only so far.</remarks>
static class ReportFile
{
    /// <summary>Octets of an attachment, decoded. A mail has 10 to 50 MB where it goes through at all; XML shrinks tenfold.</summary>
    public const int MaxPacked = 10 * 1024 * 1024;

    const int MaxPlain = AggregateReport.MaxLength;

    /// <summary>Octets of a file's header in an archive, without its name. APPNOTE 4.3.7.</summary>
    const int ZipHeader = 30;

    public static ReadReport Read(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxPacked)
            return default;
        try
        {
            if (file.StartsWith("PK\x03\x04"u8))
                return ReadPlain(Unzip(file));
            return file.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b])
                ? ReadPlain(Gunzip(file))
                : ReadPlain(file.ToArray());
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return default;
        }
    }

    static ReadReport ReadPlain(byte[] octets)
    {
        var start = octets.AsSpan();
        if (start.StartsWith(Encoding.UTF8.Preamble))
            start = start[3..];
        start = start.TrimStart(" \t\r\n"u8);
        if (start is [(byte)'{', ..])
            return TlsReport.TryRead(start, out var tls) && IsWhole(tls) ? new(null, tls) : default;
        return new(AggregateReader.Read(octets), null);
    }

    /// <summary>JSON has whatever it likes to have missing.</summary>
    static bool IsWhole(TlsReport report) =>
        report is { DateRange: { StartDatetime: not null, EndDatetime: not null }, Policies: not null }
        && report.Policies.All(policy => policy is { Policy.PolicyDomain: not null, Summary: not null });

    static byte[] Gunzip(ReadOnlySpan<byte> file)
    {
        using var source = new MemoryStream(file.ToArray(), writable: false);
        using var gzip = new GZipStream(source, CompressionMode.Decompress);
        using var plain = Bounded.Read(gzip, MaxPlain);
        return plain.ToArray();
    }

    /// <summary>The first file of an archive, by its own header: what the directory at the end says is not needed.</summary>
    static byte[] Unzip(ReadOnlySpan<byte> file)
    {
        if (file.Length < ZipHeader)
            throw new InvalidDataException("No archive");
        var method = BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(file[18..]);
        var names = BinaryPrimitives.ReadUInt16LittleEndian(file[26..]);
        var extra = BinaryPrimitives.ReadUInt16LittleEndian(file[28..]);
        var start = ZipHeader + names + extra;
        var isEncrypted = (file[6] & 1) != 0;
        if (start > file.Length || isEncrypted)
            throw new InvalidDataException("No archive that can be read");
        var content = file[start..];
        switch (method)
        {
            case 0 when size <= content.Length:
                return content[..(int)size].ToArray();
            case 8:
                using (var plain = Bounded.Inflate(content, MaxPlain))
                    return plain.ToArray();
            default:
                throw new InvalidDataException("No archive that can be read");
        }
    }
}
