using Cloud.Store.Local.Sqlite;

namespace Cloud.Store.Local.Blobs;

/// <summary>One read-only connection to <c>blobs.db</c>.</summary>
sealed class BlobIndexReader : IDisposable
{
    readonly Database database;
    readonly Statement find;
    readonly Statement list;

    public BlobIndexReader(string path)
    {
        database = new Database(path, readOnly: true);
        database.Execute("PRAGMA cache_size = -1024");
        find = database.Prepare("SELECT kind, segment, offset, size, length FROM blobs WHERE name = ?1");
        list = database.Prepare(
            "SELECT kind, segment, offset, size, length, name FROM blobs WHERE name > ?1 AND name < ?2 ORDER BY name LIMIT ?3"
        );
    }

    public BlobEntry? Find(string name)
    {
        find.BindText(1, name);
        BlobEntry? entry = find.Step() ? Entry(find) : null;
        find.Reset();
        return entry;
    }

    /// <param name="after">Only names behind it.</param>
    /// <param name="before">Only names before it.</param>
    public List<KeyValuePair<string, BlobEntry>> List(string after, string before, int limit)
    {
        var found = new List<KeyValuePair<string, BlobEntry>>();
        list.BindText(1, after);
        list.BindText(2, before);
        list.Bind(3, limit);
        while (list.Step())
            found.Add(new(list.Text(5), Entry(list)));
        list.Reset();
        return found;
    }

    public void Dispose() => database.Dispose();

    static BlobEntry Entry(Statement row) =>
        new((RecordKind)row.Int(0), new(row.Int(1), row.Int(2), row.Int(3)), row.Long(4));
}
