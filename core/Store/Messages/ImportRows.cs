using Cloud.Store.Ports;

namespace Cloud.Store.Messages;

/// <summary>Rows <c>i!{source}!{item}</c>: what an import has brought, so that it goes on where it stopped.</summary>
/// <remarks>
/// Written in the transaction that brings the message, and inserted: a message comes once, whoever asks twice. One range
/// tells all that came of a source. They outlive their message: what a user has deleted does not come back with the next run,
/// but by one that is to bring that, too (<see cref="ImportKey.Again"/>).
/// </remarks>
static class ImportRows
{
    /// <summary>How long an import can be gone on with.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(60);

    public static RowRange All(AccountId account) => RowRange.Prefix(account.Value, "i!");

    public static RowRange Of(AccountId account, string source) => RowRange.Prefix(account.Value, $"i!{source}!");

    public static string Key(ImportKey key) => $"i!{key.Source}!{key.Item}";

    public static string ItemOf(RowKey key) => key.Row[(key.Row.LastIndexOf('!') + 1)..];

    /// <param name="email">The message that was made.</param>
    public static RowData ToRow(long at, EmailId email) => new(1) { { "At", at }, { "Email", (long)email.Value } };

    /// <returns>Null in a row of before that was kept.</returns>
    public static EmailId? EmailOf(RowData row) => row["Email"] is long email ? new((ulong)email) : null;

    public static DateTimeOffset At(RowData row) => DateTimeOffset.FromUnixTimeSeconds(row.Long("At"));
}

/// <summary>Names a message of an import: the same again at each run.</summary>
/// <param name="Source">What is imported: <see cref="SourceLength"/> lower-case hexadecimal digits.</param>
/// <param name="Item">The message in it: 1 to <see cref="MaxItem"/> lower-case letters, digits and <c>-</c>.</param>
public sealed record ImportKey(string Source, string Item)
{
    /// <summary>It is to be brought also where it was brought before, if that message is gone: a restore does.</summary>
    public bool Again { get; init; }

    public const int SourceLength = 32;

    public const int MaxItem = 80;

    /// <summary>Whether it can be part of a row's key: what comes over the wire may be anything.</summary>
    public bool IsSound => IsSource(Source) && Item is { Length: > 0 and <= MaxItem } && Item.All(IsItem);

    public static bool IsSource(string? source) =>
        source is { Length: SourceLength } && source.All(char.IsAsciiHexDigitLower);

    static bool IsItem(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-';
}
