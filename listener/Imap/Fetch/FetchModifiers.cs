using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Fetch;

/// <summary>Which of the messages a FETCH names it is about (RFC 4466 §2.4).</summary>
/// <param name="ChangedSince">Only those changed after this mod-sequence (RFC 7162 §3.1.4.1).</param>
/// <param name="Partial">Only some of those named, before the others are left out (RFC 9394 §3.3, §3.4).</param>
/// <param name="Vanished">And those removed after it, by name (RFC 7162 §3.2.6).</param>
sealed record FetchModifiers(ulong? ChangedSince, bool Vanished, PartialRange? Partial)
{
    public static readonly FetchModifiers None = new(null, false, null);

    /// <summary><c>"(" fetch-modifier *(SP fetch-modifier) ")"</c>.</summary>
    public static FetchModifiers Parse(ref ImapReader reader, bool uids)
    {
        reader.ExpectChar('(');
        var modifiers = None;
        do
        {
            if (modifiers.ChangedSince is null && reader.Label("CHANGEDSINCE"u8))
            {
                reader.ExpectSP();
                modifiers = modifiers with { ChangedSince = reader.ExpectModSeq() };
            }
            else if (uids && !modifiers.Vanished && reader.Label("VANISHED"u8))
            {
                modifiers = modifiers with { Vanished = true };
            }
            else if (uids && modifiers.Partial is null && reader.Label("PARTIAL"u8))
            {
                reader.ExpectSP();
                modifiers = modifiers with { Partial = PartialRange.Parse(ref reader) };
            }
            else
            {
                throw reader.Expected("a modifier");
            }
        } while (reader.SP());
        reader.ExpectChar(')');
        return modifiers is { Vanished: true, ChangedSince: null }
            ? throw new SyntaxException("VANISHED stands beside CHANGEDSINCE") // RFC 7162 §3.2.6
            : modifiers;
    }
}
