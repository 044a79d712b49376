namespace Cloud.Listener.Imap.Wire;

/// <summary>Mod-sequences on the wire (RFC 7162 §7).</summary>
static class ModSeqGrammar
{
    /// <summary>mod-sequence-valzer: 63 bits. Where the grammar wants no 0, one that comes does no harm.</summary>
    public static ulong ExpectModSeq(this ref ImapReader reader) => (ulong)reader.ExpectNumber64();

    /// <summary><c>* OK [HIGHESTMODSEQ 7]</c>: up to there the client has heard all.</summary>
    public static void HighestModSeq(this ImapWriter writer, ulong modSeq) =>
        writer.Put("*", Reply.Ok("All until then is told", $"HIGHESTMODSEQ {modSeq}"));
}
