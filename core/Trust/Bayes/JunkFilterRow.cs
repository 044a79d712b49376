using Cloud.Store.Ports;

namespace Cloud.Trust.Bayes;

/// <summary>Row <c>s!junk</c> of an account's partition: its classifier, under 60 KB.</summary>
/// <remarks>
/// One read classifies, one write learns. A row that makes no sense is as none: the classifier begins anew, and mail is
/// judged without it until then.
/// </remarks>
public static class JunkFilterRow
{
    public const string Key = "s!junk";

    /// <summary>Of the columns' form.</summary>
    const int Version = 1;

    public static RowData ToRow(JunkFilter filter)
    {
        var (salt, table, log) = filter.Packed;
        return new RowData(capacity: 6)
        {
            { "Version", Version },
            { "Salt", salt },
            { "Spam", filter.Spam },
            { "Ham", filter.Ham },
            { "Tokens", table },
            { "Lessons", log },
        };
    }

    /// <returns>Null for a row of another version, or a damaged one.</returns>
    public static JunkFilter? From(RowData row)
    {
        var (spam, ham) = (row.Int("Spam"), row.Int("Ham"));
        if (
            row.Int("Version") != Version
            || row.Bytes("Salt") is not { Length: SipHash.KeyLength } salt
            || TokenTable.Unpack(row.Bytes("Tokens")) is not { } table
            || LessonLog.Unpack(row.Bytes("Lessons")) is not { } log
            || spam is < 0 or > JunkFilter.MaxLessons
            || ham is < 0 or > JunkFilter.MaxLessons
        )
            return null;
        return new(salt, spam, ham, table, log);
    }
}
