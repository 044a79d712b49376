using System.Text;
using Cloud.Listener.Imap.Fetch;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Notify;

/// <summary>Mailboxes, and what of them is to be told (RFC 5465 §8 event-group).</summary>
/// <param name="NewItems">What is told of each message that comes; null for its number alone.</param>
sealed record EventGroup(MailboxFilter Filter, NotifyEvents Events, FetchItems? NewItems)
{
    /// <summary>As BADEVENT lists them (§3.1).</summary>
    public const string Offered =
        "MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange MailboxMetadataChange ServerMetadataChange";

    public bool Wants(NotifyEvents some) => (Events & some) != NotifyEvents.None;

    /// <summary><c>"(" filter-mailboxes SP events ")"</c>.</summary>
    public static EventGroup Parse(ref ImapReader reader)
    {
        reader.ExpectChar('(');
        var filter = MailboxFilter.Parse(ref reader, subtreeOne: false);
        reader.ExpectSP();
        var (events, items) = reader.Label("NONE"u8) ? (NotifyEvents.None, null) : ExpectEvents(ref reader);
        reader.ExpectChar(')');
        Check(filter, events, items);
        return new(filter, events, items);
    }

    /// <summary>§5, §6.1: events that only make sense together, or for the selected mailbox.</summary>
    static void Check(MailboxFilter filter, NotifyEvents events, FetchItems? items)
    {
        var both = NotifyEvents.MessageNew | NotifyEvents.MessageExpunge;
        if ((events & NotifyEvents.OfMessages) != NotifyEvents.None && !events.HasFlag(both))
            throw new SyntaxException("MessageNew and MessageExpunge go together, and FlagChange goes with them");
        if (filter.IsSelected && (events & ~(NotifyEvents.OfMessages | NotifyEvents.Unknown)) != NotifyEvents.None)
            throw new SyntaxException("Of the selected mailbox only messages are told");
        if (!filter.IsSelected && items is not null)
            throw new SyntaxException("Only of the selected mailbox messages can be fetched");
    }

    /// <summary><c>"(" event *(SP event) ")"</c>.</summary>
    static (NotifyEvents Events, FetchItems? Items) ExpectEvents(ref ImapReader reader)
    {
        var (events, items) = (NotifyEvents.None, (FetchItems?)null);
        reader.ExpectChar('(');
        do
        {
            var name = Encoding.ASCII.GetString(reader.ExpectAtom("an event"));
            var one = Known(name);
            events |= one;
            if (one != NotifyEvents.MessageNew || !reader.Rest.StartsWith(" ("u8))
                continue;
            reader.ExpectSP();
            items = FetchItems.Parse(ref reader);
        } while (reader.SP());
        reader.ExpectChar(')');
        return (events, items);
    }

    static NotifyEvents Known(string name) =>
        name.ToUpperInvariant() switch
        {
            "MESSAGENEW" => NotifyEvents.MessageNew,
            "MESSAGEEXPUNGE" => NotifyEvents.MessageExpunge,
            "FLAGCHANGE" => NotifyEvents.FlagChange,
            "MAILBOXNAME" => NotifyEvents.MailboxName,
            "SUBSCRIPTIONCHANGE" => NotifyEvents.SubscriptionChange,
            "MAILBOXMETADATACHANGE" => NotifyEvents.MailboxMetadataChange,
            "SERVERMETADATACHANGE" => NotifyEvents.ServerMetadataChange,
            _ => NotifyEvents.Unknown, // AnnotationChange among them: messages have none here.
        };
}
