using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Mail.Compose;
using Cloud.Store;

namespace Cloud.Api.Rest.Sends;

/// <summary>From whom, to whom, when, and under which labels.</summary>
/// <param name="Recipients">Each once.</param>
/// <param name="HoldUntil">Null for at once.</param>
sealed record Envelope(
    NamedAddress From,
    IReadOnlyList<NamedAddress> To,
    IReadOnlyList<NamedAddress> Cc,
    IReadOnlyList<EmailAddress> Recipients,
    DateTimeOffset? HoldUntil,
    SendLabels Labels
)
{
    /// <summary>How far ahead a message may be scheduled: FUTURERELEASE's limit, too.</summary>
    public static readonly TimeSpan MaxHold = TimeSpan.FromDays(60);

    public bool IsAscii => From.Address.IsAscii && To.Concat(Cc).All(one => one.Address.IsAscii);

    /// <exception cref="ApiException">422: a member cannot be.</exception>
    public static Envelope Of(ApiCall call, NewSend asked)
    {
        var from = Addresses.Read(asked.From, "#/from");
        var (to, cc) = (Addresses.ReadAll(asked.To, "#/to"), Addresses.ReadAll(asked.Cc, "#/cc"));
        var bcc = Addresses.ReadAll(asked.Bcc, "#/bcc");
        return new(
            from,
            to,
            cc,
            Distinct([.. to, .. cc, .. bcc]),
            HoldUntilOf(call, asked.SendAt, "#/sendAt"),
            LabelsOf(call, asked.Tags, asked.Metadata)
        );
    }

    /// <exception cref="ApiException">422: none, or too many.</exception>
    public static IReadOnlyList<EmailAddress> Distinct(IReadOnlyList<NamedAddress> all)
    {
        var distinct = all.Select(one => one.Address).DistinctBy(address => address.Key).ToList();
        return distinct.Count switch
        {
            0 => throw new ApiException(ApiProblem.Invalid("#/to", "A message has a recipient at least.")),
            > Submission.MaxRecipients => throw new ApiException(
                ApiProblem.Invalid("#/to", $"A message has up to {Submission.MaxRecipients} recipients.")
            ),
            _ => distinct,
        };
    }

    public static DateTimeOffset? HoldUntilOf(ApiCall call, DateTimeOffset? asked, string pointer)
    {
        var now = call.Rooms.Time.GetUtcNow();
        if (asked is null || asked <= now)
            return null;
        return asked <= now + MaxHold
            ? asked.Value.ToUniversalTime()
            : throw new ApiException(
                ApiProblem.Invalid(pointer, $"A message is scheduled up to {MaxHold.Days} days ahead.")
            );
    }

    public static SendLabels LabelsOf(
        ApiCall call,
        IReadOnlyList<string>? tags,
        IReadOnlyDictionary<string, string>? metadata
    )
    {
        foreach (var (i, tag) in (tags ?? []).Index())
        {
            if (!SendLabels.IsTag(tag))
                throw new ApiException(
                    ApiProblem.Invalid($"#/tags/{i}", "A tag has 1 to 64 letters, digits, -, _ and .")
                );
        }
        var labels = new SendLabels(call.Caller.Key, tags ?? [], metadata ?? new Dictionary<string, string>());
        if (labels.Tags.Count > SendLabels.MaxTags)
            throw new ApiException(ApiProblem.Invalid("#/tags", $"Up to {SendLabels.MaxTags} tags."));
        return labels.IsSound
            ? labels
            : throw new ApiException(
                ApiProblem.Invalid(
                    "#/metadata",
                    $"Up to {SendLabels.MaxPairs} pairs, with {SendLabels.MaxOctets} octets in all."
                )
            );
    }
}
