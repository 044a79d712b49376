using System.Globalization;
using Cloud.Api.Gateway.Operations;
using Cloud.Mail;
using Cloud.Mail.Headers;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Api.Rest.Messages;

/// <summary>A message with every place that shows it.</summary>
/// <param name="Mailboxes">All of the account.</param>
/// <param name="Places">One at least.</param>
sealed record FoundMessage(
    AccountId Account,
    Email Email,
    MessageIndex Index,
    IReadOnlyList<Mailbox> Mailboxes,
    IReadOnlyList<(Mailbox Mailbox, MessageEntry Entry)> Places
)
{
    /// <summary>Places looked at: few messages have more than one.</summary>
    const int MaxPlaces = 100;

    /// <summary>The message of the path.</summary>
    /// <exception cref="ApiException">404: there is none (any more), or it is another's.</exception>
    public static async ValueTask<FoundMessage> FindAsync(ApiCall call, CancellationToken cancel)
    {
        var account = await call.AccountAsync(cancel);
        if (!TryId(call["message"], out var id))
            throw NotFound();
        var accounts = call.Rooms.Backend.Accounts;
        var rows = await EmailReader.ReadAsync(accounts.Rows, account, [new(id)], cancel);
        var emails = await call.Rooms.Gateway.FetchAsync(account, [new(id)], cancel);
        if (rows is not [var row] || emails is not [var email])
            throw NotFound();
        var mailboxes = await call.Rooms.Gateway.ListMailboxesAsync(account, cancel);
        var places = new List<(Mailbox, MessageEntry)>();
        foreach (var placement in row.Placements.Take(MaxPlaces))
        {
            var uid = placement.Uid;
            var view = await OpenMailbox.RunAsync(accounts, account, placement.Mailbox, false, uid, uid, cancel);
            if (view?.Entries.FirstOrDefault(entry => entry.Uid == uid) is { Uid: > 0 } entry)
                places.Add((view.Mailbox, entry));
        }
        return places.Count > 0 ? new(account, email, email.UnpackIndex(), mailboxes, places) : throw NotFound();
    }

    /// <summary>Changes with each flag and each move.</summary>
    public string Tag => TagOf(Places.Select(place => (place.Mailbox.Id, place.Entry)));

    static string TagOf(IEnumerable<(MailboxId Mailbox, MessageEntry Entry)> places) =>
        EntityTag.Of(
            string.Join(' ', places.Select(place => $"{place.Mailbox}:{place.Entry.Uid}:{place.Entry.ModSeq}"))
        );

    /// <summary>The tag as a transaction finds it; null where the message is gone.</summary>
    public static async ValueTask<string?> TagOfAsync(AccountChange change, EmailId email)
    {
        var places = new List<(MailboxId, MessageEntry)>();
        foreach (var placement in (await change.EmailAsync(email))?.Row.Placements.Take(MaxPlaces) ?? [])
        {
            if (change.Mailbox(placement.Mailbox) is not { } mailbox)
                continue;
            var uid = placement.Uid;
            await foreach (var (_, entry) in change.Pages.EntriesAsync(mailbox, UidSet.Of(uid), uid, uid))
                places.Add((mailbox.Id, entry));
        }
        return places.Count > 0 ? TagOf(places) : null;
    }

    public MessageSummary Summary() =>
        Summary(
            Email,
            Index,
            [.. Places.Select(place => place.Mailbox.Id.ToString())],
            Places.Aggregate(MessageFlags.None, (flags, place) => flags | place.Entry.Flags),
            [
                .. Places
                    .SelectMany(place => KeywordsOf(place.Mailbox, place.Entry))
                    .Distinct(StringComparer.OrdinalIgnoreCase),
            ],
            Places[0].Entry.Received
        );

    public static MessageSummary Summary(Email email, Mailbox mailbox, MessageEntry entry) =>
        Summary(
            email,
            email.UnpackIndex(),
            [mailbox.Id.ToString()],
            entry.Flags,
            [.. KeywordsOf(mailbox, entry)],
            entry.Received
        );

    static MessageSummary Summary(
        Email email,
        MessageIndex index,
        IReadOnlyList<string> mailboxes,
        MessageFlags flags,
        IReadOnlyList<string> keywords,
        long received
    ) =>
        new(
            email.Id.ToString(),
            email.Thread.ToString(),
            mailboxes,
            FlagNames(flags),
            keywords,
            DateTimeOffset.FromUnixTimeSeconds(received),
            index.SentDate,
            Mailers(index.Envelope.From),
            Mailers(index.Envelope.To),
            index.Subject,
            index.Preview.ToString(),
            email.Size,
            index.HasAttachment,
            email.Transaction.ToString()
        );

    public static IReadOnlyList<Mailer> Mailers(IReadOnlyList<Address> addresses) =>
        [
            .. addresses
                .Where(address => address.IsMailbox)
                .Select(address => new Mailer(
                    address.Spec,
                    address.Name.IsNilOrEmpty ? null : HeaderText.Decode(address.Name.Span)
                )),
        ];

    public static bool TryId(string text, out ulong id)
    {
        id = 0;
        return text.Length == 16
            && text.All(char.IsAsciiHexDigitLower)
            && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id);
    }

    static IEnumerable<string> KeywordsOf(Mailbox mailbox, MessageEntry entry) =>
        mailbox.Keywords.Where((_, bit) => (entry.Keywords >> bit & 1) != 0);

    static IReadOnlyList<string> FlagNames(MessageFlags flags) =>
        [
            .. Enum.GetValues<MessageFlags>()
                .Where(flag => flag != MessageFlags.None && flags.HasFlag(flag))
                .Select(flag => $"{flag}".ToLowerInvariant()),
        ];

    static ApiException NotFound() => new(ApiProblem.NotFound("message"));
}
