using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Store.Accounts;

enum EmailAction
{
    Keep,
    Insert,
    Replace,
    Delete,
}

/// <summary>A message's row while a change works on it.</summary>
sealed class EmailDraft(EmailRow row, EmailAction action)
{
    public EmailRow Row { get; private set; } = row;

    public EmailAction Action { get; private set; } = action;

    public bool IsFull => Row.Placements.Count >= EmailRow.MaxPlacements;

    public void Place(Placement placement)
    {
        Row = Row with { Placements = [.. Row.Placements, placement] };
        Action = Action == EmailAction.Insert ? EmailAction.Insert : EmailAction.Replace;
    }

    /// <summary>Notes who has brought it, in the row that is new.</summary>
    public void SetAppended(Appended appended) => Row = Row with { Appended = appended };

    /// <returns>True when that was the last place.</returns>
    public bool Unplace(Placement placement)
    {
        Row = Row with { Placements = [.. Row.Placements.Where(p => p != placement)] };
        Action = Row.Placements.Count == 0 ? EmailAction.Delete : EmailAction.Replace;
        return Action == EmailAction.Delete;
    }

    public void AddTo(RowTransaction transaction, string key)
    {
        switch (Action)
        {
            case EmailAction.Insert:
                transaction.Insert(key, EmailRows.ToRow(Row));
                break;
            case EmailAction.Replace:
                transaction.Replace(key, EmailRows.ToRow(Row), null);
                break;
            case EmailAction.Delete:
                transaction.Delete(key);
                break;
        }
    }
}
