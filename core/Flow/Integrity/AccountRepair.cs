using System.Globalization;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Integrity;

/// <summary>Makes an account's rows agree again. What is shown stays, what nobody shows is shown; no octets are touched.</summary>
/// <remarks>
/// Each repair is a change of its own, like any user's, that looks again before it acts: what was set right meanwhile
/// stays as it is. Clients are told of it as of any change.
/// </remarks>
sealed class AccountRepair(AccountStore accounts)
{
    /// <returns>The findings, with those marked that are no more.</returns>
    /// <exception cref="StoreException">Done in part; to do it again goes on.</exception>
    public async ValueTask<IReadOnlyList<AccountFinding>> RunAsync(
        AccountId account,
        IReadOnlyList<AccountFinding> findings,
        CancellationToken cancel
    )
    {
        var repaired = new HashSet<FindingKind>();
        foreach (var finding in findings.DistinctBy(one => (one.Kind, one.Message)))
        {
            if (finding.Message is not { } text || IdOf(text) is not { } email)
                continue;
            switch (finding.Kind)
            {
                case FindingKind.MessageMissing:
                    await TakeOutAsync(account, email, cancel);
                    break;
                case FindingKind.PlacesDiffer or FindingKind.Unplaced:
                    await PlaceAsync(account, email, cancel);
                    break;
            }
        }
        // Last: what was taken out or put in is counted with the rest.
        if (findings.Count > 0)
            await CountAsync(account, cancel);
        return [.. findings.Select(one => one with { IsRepaired = IsRepairable(one.Kind) })];
    }

    static bool IsRepairable(FindingKind kind) =>
        kind
            is FindingKind.MailboxCounts
                or FindingKind.AccountCounts
                or FindingKind.MessageMissing
                or FindingKind.PlacesDiffer
                or FindingKind.Unplaced;

    static EmailId? IdOf(string text) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? new(id) : null;

    /// <summary>Entries that show nothing go.</summary>
    ValueTask<bool> TakeOutAsync(AccountId account, EmailId email, CancellationToken cancel) =>
        accounts.ChangeAsync(
            account,
            async change =>
            {
                if (await change.EmailAsync(email) is not null)
                    return false;
                foreach (var (mailbox, page, entry) in await EntriesAsync(change, email))
                    change.Remove(mailbox, page, entry, null);
                return true;
            },
            cancel
        );

    /// <summary>A message's row tells of the places that show it; where none does, INBOX is one.</summary>
    ValueTask<bool> PlaceAsync(AccountId account, EmailId email, CancellationToken cancel) =>
        accounts.ChangeAsync(
            account,
            async change =>
            {
                if (await change.EmailAsync(email) is not { } draft)
                    return false;
                var there = (await EntriesAsync(change, email)).ConvertAll(one => new Placement(
                    one.Mailbox,
                    one.Entry.Uid
                ));
                var stale = draft.Row.Placements.Except(there).ToList();
                foreach (var place in there.Except(draft.Row.Placements).ToList())
                    draft.Place(place);
                // Another row is written only where another row is changed: the mailbox', without a new state of it.
                if (there.Count > 0 && change.Mailbox(there[0].Mailbox) is { } touched)
                    change.SetMailbox(touched);
                if (there.Count == 0)
                {
                    var received = email.At.ToUnixTimeSeconds();
                    await change.PlaceAsync(MailboxRow.Inbox, draft, MessageFlags.None, 0, received);
                }
                foreach (var place in stale)
                    draft.Unplace(place);
                return true;
            },
            cancel
        );

    ValueTask<bool> CountAsync(AccountId account, CancellationToken cancel) =>
        accounts.ChangeAsync(
            account,
            async change =>
            {
                var (messages, octets) = (0, 0L);
                foreach (var mailbox in change.AllMailboxes().ToList())
                {
                    var entries = new List<MessageEntry>();
                    await foreach (var (_, entry) in AllAsync(change, mailbox))
                        entries.Add(entry);
                    var counts = MailboxCounts.Of(entries);
                    if (counts != MailboxCounts.Of(mailbox))
                        change.SetMailbox(
                            mailbox with
                            {
                                Messages = counts.Messages,
                                Unseen = counts.Unseen,
                                Deleted = counts.Deleted,
                                Octets = counts.Octets,
                                ModSeq = change.Revision,
                            }
                        );
                    (messages, octets) = (messages + counts.Messages, octets + counts.Octets);
                }
                change.SetQuietly(row => row with { Messages = messages, Octets = octets });
                return true;
            },
            cancel
        );

    static async ValueTask<List<(MailboxId Mailbox, PageDraft Page, MessageEntry Entry)>> EntriesAsync(
        AccountChange change,
        EmailId email
    )
    {
        var found = new List<(MailboxId, PageDraft, MessageEntry)>();
        foreach (var mailbox in change.AllMailboxes().ToList())
        {
            await foreach (var (page, entry) in AllAsync(change, mailbox))
            {
                if (entry.Email == email)
                    found.Add((mailbox.Id, page, entry));
            }
        }
        return found;
    }

    static IAsyncEnumerable<(PageDraft Page, MessageEntry Entry)> AllAsync(AccountChange change, MailboxRow mailbox) =>
        change.Pages.EntriesAsync(mailbox, UidSet.All, 1, Math.Max(mailbox.UidNext - 1, 1));
}
