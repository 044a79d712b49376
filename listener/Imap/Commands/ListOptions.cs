using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>What LIST selects by and returns beside names (RFC 5258, RFC 5819, RFC 6154).</summary>
sealed record ListOptions
{
    /// <summary>Select only subscribed ones.</summary>
    public bool Subscribed { get; private set; }

    /// <summary>Select only those of special use.</summary>
    public bool SpecialUse { get; private set; }

    /// <summary>Select also those with a child that is selected.</summary>
    public bool RecursiveMatch { get; private set; }

    /// <summary>What CHILDINFO calls it (RFC 5258 §3.5).</summary>
    public string SelectedBy => Subscribed ? "SUBSCRIBED" : "SPECIAL-USE";

    public bool ReturnSubscribed { get; private set; }

    /// <summary>RFC 8440 §3.</summary>
    public bool ReturnMyRights { get; private set; }

    public StatusItems? ReturnStatus { get; private set; }

    /// <summary>Annotations to be told of each mailbox (RFC 9590).</summary>
    public IReadOnlyList<string> ReturnMetadata { get; private set; } = [];

    /// <summary><c>"(" [list-select-opt *(SP list-select-opt)] ")"</c>; the parenthesis is read already.</summary>
    public void ExpectSelection(ref ImapReader reader)
    {
        for (var count = 0; !reader.Char(')'); count++)
        {
            ExpectSeparator(ref reader, count);
            if (reader.Label("SUBSCRIBED"u8))
                Subscribed = ReturnSubscribed = true;
            else if (reader.Label("SPECIAL-USE"u8))
                SpecialUse = true;
            else if (reader.Label("RECURSIVEMATCH"u8))
                RecursiveMatch = true;
            else if (!reader.Label("REMOTE"u8)) // There are no remote mailboxes to add.
                throw reader.Expected("a selection option");
        }
        if (RecursiveMatch && !Subscribed && !SpecialUse)
            throw new SyntaxException("RECURSIVEMATCH stands beside another option"); // RFC 5258 §3.1
    }

    /// <summary><c>"RETURN" SP "(" [return-option *(SP return-option)] ")"</c>.</summary>
    public void ExpectReturn(ref ImapReader reader)
    {
        if (!reader.Label("RETURN"u8))
            throw reader.Expected("RETURN");
        reader.ExpectSP();
        reader.ExpectChar('(');
        for (var count = 0; !reader.Char(')'); count++)
        {
            ExpectSeparator(ref reader, count);
            if (reader.Label("SUBSCRIBED"u8))
            {
                ReturnSubscribed = true;
            }
            else if (reader.Label("MYRIGHTS"u8))
            {
                ReturnMyRights = true;
            }
            else if (reader.Label("STATUS"u8))
            {
                reader.ExpectSP();
                ReturnStatus = StatusItems.Parse(ref reader);
            }
            else if (reader.Label("METADATA"u8))
            {
                reader.ExpectSP();
                ReturnMetadata = reader.ExpectEntries();
            }
            else if (!reader.Label("CHILDREN"u8) && !reader.Label("SPECIAL-USE"u8)) // They are always told.
            {
                throw reader.Expected("a return option");
            }
        }
    }

    static void ExpectSeparator(ref ImapReader reader, int count)
    {
        if (count == ImapLimits.ListItems)
            throw new SyntaxException($"At most {ImapLimits.ListItems} options");
        if (count > 0)
            reader.ExpectSP();
    }
}
