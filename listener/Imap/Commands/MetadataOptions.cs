using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>How much GETMETADATA is to tell (RFC 5464 §4.2.1, §4.2.2).</summary>
/// <param name="Depth">Levels below what is named: 0, 1 or all.</param>
/// <param name="MaxSize">Octets of a value; null for any.</param>
sealed record MetadataOptions(int Depth = 0, long? MaxSize = null)
{
    /// <summary>A list of options follows, not one of entries.</summary>
    public static bool Begins(ImapReader reader) =>
        reader.Char('(') && (reader.Label("MAXSIZE"u8) || reader.Label("DEPTH"u8));

    /// <summary><c>"(" getmetadata-option *(SP getmetadata-option) ")"</c>.</summary>
    public static MetadataOptions Parse(ref ImapReader reader)
    {
        var options = new MetadataOptions();
        reader.ExpectChar('(');
        do
        {
            if (options.MaxSize is null && reader.Label("MAXSIZE"u8))
            {
                reader.ExpectSP();
                options = options with { MaxSize = reader.ExpectNumber() };
            }
            else if (options.Depth == 0 && reader.Label("DEPTH"u8))
            {
                reader.ExpectSP();
                options = options with { Depth = ExpectDepth(ref reader) };
            }
            else
            {
                throw reader.Expected("MAXSIZE or DEPTH");
            }
        } while (reader.SP());
        reader.ExpectChar(')');
        return options;
    }

    static int ExpectDepth(ref ImapReader reader) =>
        reader.Label("0"u8) ? 0
        : reader.Label("1"u8) ? 1
        : reader.Label("INFINITY"u8) ? int.MaxValue
        : throw reader.Expected("0, 1 or infinity");
}
