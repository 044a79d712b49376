using System.Text;
using Cloud.Api.Gateway;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Wire;

/// <summary>Grammar of annotations (RFC 5464 §5).</summary>
static class MetadataGrammar
{
    /// <summary><c>entries = entry / "(" entry *(SP entry) ")"</c>, in lower case, each once.</summary>
    public static List<string> ExpectEntries(this ref ImapReader reader)
    {
        var names = new List<string>();
        var list = reader.Char('(');
        do
        {
            if (names.Count == MetadataRequest.MaxNames)
                throw new SyntaxException($"At most {MetadataRequest.MaxNames} entries");
            var name = reader.ExpectEntry();
            if (!names.Contains(name))
                names.Add(name);
        } while (list && reader.SP());
        if (list)
            reader.ExpectChar(')');
        return names;
    }

    /// <summary><c>entry</c>: its name in lower case, since case means nothing (§3.2).</summary>
    public static string ExpectEntry(this ref ImapReader reader)
    {
        var name = Encoding.Latin1.GetString(reader.ExpectAString("an entry's name")).ToLowerInvariant();
        return MetadataNames.IsName(name)
            ? name
            : throw new SyntaxException(
                $"An entry is a path below /private or /shared, of {MetadataLimits.NameBytes} octets at most, without * and %"
            );
    }

    /// <summary><c>entry-values = "(" entry-value *(SP entry-value) ")"</c>.</summary>
    public static List<MetadataEntry> ExpectEntryValues(this ref ImapReader reader)
    {
        var entries = new List<MetadataEntry>();
        reader.ExpectChar('(');
        do
        {
            if (entries.Count == MetadataRequest.MaxNames)
                throw new SyntaxException($"At most {MetadataRequest.MaxNames} entries");
            var name = reader.ExpectEntry();
            if (!MetadataNames.IsEntry(name))
                throw new SyntaxException("An entry has two levels at least, a vendor's four"); // §3.2
            reader.ExpectSP();
            entries.Add(new(name, ExpectValue(ref reader)));
        } while (reader.SP());
        reader.ExpectChar(')');
        return entries;
    }

    /// <summary><c>value = nstring / literal8</c>; null for NIL.</summary>
    static ReadOnlyMemory<byte>? ExpectValue(ref ImapReader reader)
    {
        if (reader.Label("NIL"u8))
            return null;
        if (!reader.Literal8(out var value) && !reader.String(out value))
            throw reader.Expected("NIL or a string");
        return value.ToArray();
    }
}
