using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cloud.Dns;

namespace Cloud.Trust.Dane;

/// <summary>What the numbers of a TLSA record mean. RFC 6698 §2.1, with the names of RFC 7218.</summary>
static class Tlsa
{
    public const byte TrustAnchor = 2;
    public const byte EndEntity = 3;
    public const byte Certificate = 0;
    public const byte PublicKey = 1;
    public const byte Full = 0;
    public const byte Sha256 = 1;
    public const byte Sha512 = 2;

    /// <summary>RFC 7672 §3.1.3: the usages 0 and 1 are not for mail; others, and hashes of another length, are unknown.</summary>
    public static bool IsUsable(TlsaRecord record) =>
        record.Usage is TrustAnchor or EndEntity
        && record.Selector is Certificate or PublicKey
        && record.MatchingType switch
        {
            Full => record.Association.Length > 0,
            Sha256 => record.Association.Length == SHA256.HashSizeInBytes,
            Sha512 => record.Association.Length == SHA512.HashSizeInBytes,
            _ => false,
        };

    /// <summary>RFC 7671 §9: of the digests for one usage and selector the strongest alone count; full values always do.</summary>
    public static IReadOnlyList<TlsaRecord> Strongest(IReadOnlyList<TlsaRecord> records) =>
        [
            .. records.Where(record =>
                record.MatchingType != Sha256
                || !records.Any(other =>
                    other.MatchingType == Sha512 && other.Usage == record.Usage && other.Selector == record.Selector
                )
            ),
        ];

    public static bool Matches(this TlsaRecord record, X509Certificate2 certificate)
    {
        var selected =
            record.Selector == Certificate ? certificate.RawData : certificate.PublicKey.ExportSubjectPublicKeyInfo();
        return record.MatchingType switch
        {
            Full => record.Association.Span.SequenceEqual(selected),
            Sha256 => record.Association.Span.SequenceEqual(SHA256.HashData(selected)),
            _ => record.Association.Span.SequenceEqual(SHA512.HashData(selected)),
        };
    }

    public static string ToText(this TlsaRecord record) => $"{record.Usage} {record.Selector} {record.MatchingType}";
}
