namespace Cloud.Store.Messages;

/// <param name="Uid">In that mailbox.</param>
readonly record struct Placement(MailboxId Mailbox, uint Uid);

/// <summary>A message with the places that show it.</summary>
sealed record EmailRow(Email Email, IReadOnlyList<Placement> Placements)
{
    /// <summary>Places of one message: what fits into one column with room to spare.</summary>
    public const int MaxPlacements = 4000;

    /// <summary>Null where it came otherwise.</summary>
    public Appended? Appended { get; init; }
}
