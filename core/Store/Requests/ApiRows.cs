using System.Globalization;
using Cloud.Store.Ports;

namespace Cloud.Store.Requests;

/// <summary>Table <c>api</c>: what the API keeps for itself.</summary>
/// <remarks>
/// In one of four partitions: <c>i!{hash}</c> an idempotency key with the answer, <c>u!{hash}</c> whose an upload is,
/// <c>n!{hash}!{hour}</c> how much somebody has uploaded in that hour. The sweep removes those that have expired. <c>t!{name}</c> in partition <c>t!{domain}</c>: a template. To change it is a migration.
/// </remarks>
static class ApiRows
{
    public const string Table = "api";

    /// <summary>One takes some 2,000 operations a second, and a send takes three.</summary>
    public const int Partitions = 4;

    public static string Partition(int number) => number.ToString("x1", CultureInfo.InvariantCulture);

    /// <param name="hash">32 octets.</param>
    public static RowKey Claim(byte[] hash) =>
        new(Partition(hash[0] % Partitions), $"i!{Convert.ToHexStringLower(hash)}");

    /// <param name="hash">32 octets.</param>
    public static RowKey Upload(byte[] hash) =>
        new(Partition(hash[0] % Partitions), $"u!{Convert.ToHexStringLower(hash)}");

    /// <param name="hash">32 octets, of whose uploads are counted.</param>
    /// <param name="hour">UTC.</param>
    public static RowKey Uploaded(byte[] hash, DateTimeOffset hour) =>
        new(Partition(hash[0] % Partitions), UploadedPrefix(hash) + UploadedHour(hour));

    /// <summary>Of hours from <paramref name="since"/> on.</summary>
    public static RowRange Uploaded(byte[] hash, DateTimeOffset since, DateTimeOffset until) =>
        new(
            Partition(hash[0] % Partitions),
            UploadedPrefix(hash) + UploadedHour(since),
            UploadedPrefix(hash) + UploadedHour(until) + "!"
        );

    static string UploadedPrefix(byte[] hash) => $"n!{Convert.ToHexStringLower(hash)}!";

    static string UploadedHour(DateTimeOffset hour) =>
        hour.UtcDateTime.ToString("yyyyMMddHH", CultureInfo.InvariantCulture);

    public const string TemplatePrefix = "t!";

    /// <param name="domain">Canonical.</param>
    public static RowKey Template(string domain, string name) =>
        new(KeyText.Encode($"t!{domain}"), KeyText.Encode(TemplatePrefix + name));

    public static RowRange Templates(string domain) => RowRange.Prefix(KeyText.Encode($"t!{domain}"), TemplatePrefix);

    public static DateTimeOffset Expires(RowData row) => row.Time("Expires") ?? default;
}
