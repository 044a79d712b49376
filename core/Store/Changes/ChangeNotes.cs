using Cloud.Store.Accounts;
using Cloud.Store.Messages;
using Cloud.Store.Packing;

namespace Cloud.Store.Changes;

/// <summary>What a change did to single messages, for who asks later why one is where it is.</summary>
/// <remarks>
/// Packed beside the log that sessions are told by: a version octet, then the notes one after the other, some 16 octets
/// each. They cost no operation, since the row is written anyway. A change of very many messages keeps the first
/// <see cref="Most"/> and says that there were more.
/// </remarks>
sealed class ChangeNotes
{
    /// <summary>Notes of one change: some 4 KiB of its row, which every synchronisation that passes it reads.</summary>
    public const int Most = 200;

    /// <summary>Since 2 a read has what the client spoke.</summary>
    const byte Version = 2;

    readonly List<ChangeNote> notes = [];

    public IReadOnlyList<ChangeNote> All => notes;

    /// <summary>There was more than is kept.</summary>
    public bool IsCut { get; private set; }

    public bool IsEmpty => notes.Count == 0 && !IsCut;

    public void Add(ChangeNote note)
    {
        if (notes.Count < Most)
            notes.Add(note);
        else
            IsCut = true;
    }

    public byte[] Pack()
    {
        var writer = new PackWriter(16 * notes.Count + 2);
        writer.Byte(Version);
        writer.Byte(IsCut ? (byte)1 : (byte)0);
        foreach (var note in notes)
        {
            writer.Byte((byte)note.Kind);
            writer.Fixed64(note.Email.Value);
            if (note.Kind == ChangeNoteKind.Read)
            {
                writer.Signed(note.At);
                writer.Byte((byte)note.By);
                continue;
            }
            writer.Varint(note.Place.Mailbox.Value);
            writer.Varint(note.Place.Uid);
            writer.Byte((byte)note.Flags);
            writer.Varint(note.Keywords);
        }
        return writer.ToArray();
    }

    /// <exception cref="Ports.StoreException">Damaged, or of a version this program does not know.</exception>
    public static ChangeNotes Unpack(ReadOnlySpan<byte> packed)
    {
        var notes = new ChangeNotes();
        if (packed.IsEmpty)
            return notes;
        var reader = new PackReader(packed);
        var hasProtocol = packed[0] != 1;
        reader.ExpectVersion(hasProtocol ? Version : (byte)1);
        notes.IsCut = reader.Byte() != 0;
        while (!reader.AtEnd)
        {
            var (kind, email) = ((ChangeNoteKind)reader.Byte(), new EmailId(reader.Fixed64()));
            notes.notes.Add(
                kind == ChangeNoteKind.Read
                    ? ReadIn(ref reader, email, hasProtocol)
                    : new(
                        kind,
                        email,
                        new(new(reader.Varint32()), reader.Varint32()),
                        (MessageFlags)reader.Byte(),
                        reader.Varint(),
                        0
                    )
            );
        }
        return notes;
    }

    static ChangeNote ReadIn(ref PackReader reader, EmailId email, bool hasProtocol)
    {
        var at = reader.Signed();
        return ChangeNote.Read(email, hasProtocol ? (ReadBy)reader.Byte() : ReadBy.Unknown, at);
    }
}

enum ChangeNoteKind : byte
{
    /// <summary>It was put into a mailbox.</summary>
    Placed = 1,

    /// <summary>Its flags or keywords are others.</summary>
    Flagged = 2,

    /// <summary>It was taken out of a mailbox.</summary>
    Removed = 3,

    /// <summary>A client read it, for the first time that this process knows of, at a time before the change.</summary>
    Read = 4,
}

/// <param name="Place">Where; none for <see cref="ChangeNoteKind.Read"/>.</param>
/// <param name="Flags">As they are after the change; of what was taken out, as they were.</param>
/// <param name="Keywords">As <paramref name="Flags"/>, by the mailbox's table.</param>
/// <param name="At">Of a read, seconds since 1970 UTC; else 0, and the row has the time.</param>
readonly record struct ChangeNote(
    ChangeNoteKind Kind,
    EmailId Email,
    Placement Place,
    MessageFlags Flags,
    ulong Keywords,
    long At
)
{
    public static ChangeNote Of(ChangeNoteKind kind, MailboxId mailbox, in MessageEntry entry) =>
        new(kind, entry.Email, new(mailbox, entry.Uid), entry.Flags, entry.Keywords, 0);

    /// <summary>Of a read: what the client spoke.</summary>
    public ReadBy By { get; init; }

    public static ChangeNote Read(EmailId email, ReadBy by, long at) =>
        new(ChangeNoteKind.Read, email, default, MessageFlags.None, 0, at) { By = by };
}
