using Cloud.Flow.Door;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Store.Mailboxes;
using Cloud.Store.Search;

namespace Cloud.Api.Gateway.Wire;

/// <summary>What JSON's types do not say about a request: how many of a thing there may be, and that none is null.</summary>
static class Sound
{
    /// <summary>Recipients of a message: ten times what SMTP takes by default.</summary>
    const int Recipients = 10_000;

    /// <summary>Keywords in a request: more than a mailbox can have.</summary>
    const int Keywords = 1000;

    /// <summary>Rules that apply to a message: there are a tenth of that.</summary>
    const int Hits = 1000;

    public static bool Is(MailEnvelope envelope) =>
        envelope.Recipients.Count <= Recipients && envelope.Recipients.All(recipient => recipient is not null);

    public static bool Is(CountsRequest counts) =>
        counts.Counts.Count <= CountsRequest.MaxCounts && counts.Counts.All(packed => packed is not null);

    public static bool Is(RefusedRequest refused) =>
        refused.Recipients.Count <= Recipients
        && refused.Recipients.All(recipient => recipient is not null)
        && Is(refused.Evidence);

    public static bool Is(SubmitRequest request)
    {
        var content = request.Content;
        var blind = content.BlindFields.Span;
        return request.Recipients.Count is > 0 and <= Submission.MaxRecipients
            && request.Recipients.All(recipient => recipient?.Address is not null)
            && content.Authors.Count is > 0 and <= SubmittedContent.MaxAuthors
            && content.Authors.All(author => author is not null)
            && content.MessageId.Length <= SubmittedContent.MaxMessageId
            && blind.Length <= SubmittedContent.MaxBlindFields
            // They stand in front of a message: they may not end its header.
            && (blind.IsEmpty || (blind.EndsWith("\r\n"u8) && blind.IndexOf("\r\n\r\n"u8) < 0))
            && request.Options.Priority is >= -9 and <= 9;
    }

    public static bool Is(Evidence? evidence) =>
        evidence is null
        || (
            evidence.Steps.Count <= Evidence.MaxSteps
            && evidence.Steps.All(step => step is not null)
            && evidence.Hits.Count <= Hits
            && evidence.Hits.All(hit => hit is { Name: not null, Explanation: not null })
        );

    public static bool Is(IReadOnlyList<string> keywords) =>
        keywords.Count <= Keywords && keywords.All(keyword => keyword is not null);

    public static bool Is(MetadataRequest request) =>
        request.Names.Count is > 0 and <= MetadataRequest.MaxNames
        && request.Names.All(name => name is not null && MetadataNames.IsName(name));

    public static bool Is(SetMetadataRequest request) =>
        request.Entries.Count is > 0 and <= MetadataRequest.MaxNames
        && request.Entries.All(entry =>
            entry is not null
            && MetadataNames.IsEntry(entry.Name)
            && (entry.Value is not { } value || value.Length <= MetadataLimits.ValueBytes)
        );

    public static bool Is(SearchKey? key) =>
        key switch
        {
            null => false,
            SearchKey.And and => and.Keys.All(Is),
            SearchKey.Or or => Is(or.Left) && Is(or.Right),
            SearchKey.Not not => Is(not.Key),
            SearchKey.Fuzzy fuzzy => fuzzy.Key is SearchKey.Header or SearchKey.Body or SearchKey.Anywhere,
            _ => true,
        };
}
