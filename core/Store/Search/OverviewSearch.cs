using Cloud.Store.Messages;
using Cloud.Store.Overviews;

namespace Cloud.Store.Search;

/// <summary>Answers a search from a mailbox's entries and the overviews of its headers, as far as they tell.</summary>
static class OverviewSearch
{
    /// <returns>Null when the message itself has to be looked at.</returns>
    public delegate bool? Test(in MessageEntry entry, in Overview overview);

    /// <summary>Whether a search asks for anything that an overview has and an entry has not.</summary>
    public static bool Helps(SearchKey key) =>
        key switch
        {
            SearchKey.And and => and.Keys.Any(Helps),
            SearchKey.Or or => Helps(or.Left) || Helps(or.Right),
            SearchKey.Not not => Helps(not.Key),
            SearchKey.Header header => FieldOf(header.Name) is not null,
            SearchKey.Sent or SearchKey.Anywhere => true,
            _ => false,
        };

    public static Test Compile(SearchKey key, IReadOnlyList<string> keywords)
    {
        switch (key)
        {
            case SearchKey.And and:
                return All([.. and.Keys.Select(one => Compile(one, keywords))]);
            case SearchKey.Or or:
                return Any(Compile(or.Left, keywords), Compile(or.Right, keywords));
            case SearchKey.Not not:
                var inner = Compile(not.Key, keywords);
                return (in MessageEntry entry, in Overview overview) => !inner(entry, overview);
            case SearchKey.Sent sent:
                return (in MessageEntry _, in Overview overview) =>
                    overview.Sent is { } date && EntrySearch.IsWithin(date, sent.From, sent.Until);
            case SearchKey.Header header when FieldOf(header.Name) is { } field:
                var wanted = new SearchedText(header.Text);
                return (in MessageEntry _, in Overview overview) =>
                    overview.IsKept ? IsIn(overview, field, wanted) : null;
            case SearchKey.Anywhere anywhere:
                return Anywhere(new SearchedText(anywhere.Text));
            default:
                return (in MessageEntry entry, in Overview _) => EntrySearch.Matches(key, entry, keywords);
        }
    }

    static Test All(Test[] tests) =>
        (in MessageEntry entry, in Overview overview) =>
        {
            bool? all = true;
            foreach (var test in tests)
            {
                var one = test(entry, overview);
                if (one == false)
                    return false;
                all = one is null ? null : all;
            }
            return all;
        };

    static Test Any(Test left, Test right) =>
        (in MessageEntry entry, in Overview overview) =>
        {
            var one = left(entry, overview);
            if (one == true)
                return true;
            var other = right(entry, overview);
            return other == true ? true
                : one is null ? null
                : other;
        };

    /// <summary>A subject or name that has the text spares the message's bytes; one that has it not proves nothing.</summary>
    static Test Anywhere(SearchedText wanted) =>
        (in MessageEntry _, in Overview overview) =>
            overview.IsKept
            && (
                IsIn(overview, OverviewField.Subject, wanted)
                || IsIn(overview, OverviewField.From, wanted)
                || IsIn(overview, OverviewField.To, wanted)
            )
                ? true
                : null;

    static bool IsIn(in Overview overview, OverviewField field, SearchedText wanted)
    {
        if (!IsAddresses(field))
            return overview[field] is { IsNil: false } text && wanted.IsInField(text.Span);
        foreach (var address in overview.Addresses(field))
        {
            if (!address.IsGroupEnd && wanted.IsInAddress(address))
                return true;
        }
        return false;
    }

    static bool IsAddresses(OverviewField field) => field is >= OverviewField.From and <= OverviewField.Bcc;

    static OverviewField? FieldOf(string name) =>
        name.ToUpperInvariant() switch
        {
            "SUBJECT" => OverviewField.Subject,
            "FROM" => OverviewField.From,
            "TO" => OverviewField.To,
            "CC" => OverviewField.Cc,
            "BCC" => OverviewField.Bcc,
            "SENDER" => OverviewField.Sender,
            "REPLY-TO" => OverviewField.ReplyTo,
            "DATE" => OverviewField.Date,
            "MESSAGE-ID" => OverviewField.MessageId,
            "IN-REPLY-TO" => OverviewField.InReplyTo,
            _ => null,
        };
}
