using System.Text;
using Cloud.Flow.Door;
using Cloud.Flow.Junk;
using Cloud.Flow.Trace;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Trust.Content;

namespace Cloud.Flow.Inbound;

/// <summary>Says where in an account a message belongs, and what stands in front of it there.</summary>
sealed class Judging(AccountStore accounts, JunkLessons lessons)
{
    /// <summary>The registered keyword (RFC 9051 §2.3.2): clients show the message as junk wherever it is moved.</summary>
    const string JunkKeyword = "$Junk";

    public async ValueTask<Judgement> JudgeAsync(InboundMail mail, Delivery delivery, CancellationToken cancel)
    {
        if (mail.Evidence is not { } evidence)
        {
            var told = new MessageTrace(mail.Session, null).Pack();
            return new(mail.IsSentCopy ? MailboxRole.Sent : MailboxRole.Inbox, [], mail.Fields, told);
        }
        var account = new AccountId(delivery.Account);
        var score = evidence.Score;
        var index = new Lazy<MessageIndex?>(() => mail.Index.Length == 0 ? null : MessageIndex.Unpack(mail.Index));
        if (await lessons.ClassifyAsync(account, delivery.Blob, index, cancel) is { } opinion)
        {
            score = score.For(opinion);
            evidence = evidence with { Steps = [.. evidence.Steps, $"the account's filter: {opinion}"] };
        }
        // Only a message that would go to Junk asks whether its author is known and what it answers: each is a read.
        if (evidence is { IsByScore: true, IsAuthenticated: true } && score.Total >= evidence.JunkAt)
        {
            if (await lessons.KnowsAuthorAsync(account, index.Value, cancel))
                score = score.WithKnownSender();
        }
        if (evidence.IsByScore && score.Total >= evidence.JunkAt)
        {
            if (await SentMessages.AreAnsweredByAsync(accounts, account, mail.Index, cancel))
                score = score.WithAnswer();
        }
        // Whoever was told 250 is not refused any more: what comes late is filed where it is looked at with care.
        var isKept = evidence is { Outcome: DoorOutcome.Quarantine, Quarantine: not null };
        var isJunk = evidence.IsByScore
            ? score.Total >= evidence.JunkAt
            : evidence.Outcome != DoorOutcome.Accept && !isKept;
        evidence = evidence with { Hits = score.Hits };
        return new(
            isJunk ? MailboxRole.Junk : MailboxRole.Inbox,
            isJunk ? [JunkKeyword] : [],
            FieldsOf(evidence, isJunk, delivery.To),
            new MessageTrace(mail.Session, evidence).Pack()
        );
    }

    /// <summary>What is too long to be read with every row is left out: first what was found out, then why it is junk.</summary>
    /// <param name="to">The field that ends loops (RFC 9228) stands next to the fields of the same delivery in the blob.</param>
    static ReadOnlyMemory<byte> FieldsOf(Evidence evidence, bool isJunk, string? to)
    {
        var why = SpamFields.Of(evidence.Score, isJunk, evidence.JunkAt);
        var found = AreWhole(evidence.Fields) ? evidence.Fields : "";
        var delivered = to is null || to.Any(char.IsControl) ? "" : $"Delivered-To: {to}\r\n";
        foreach (var text in new[] { found + why + delivered, why + delivered, delivered })
        {
            var fields = Encoding.UTF8.GetBytes(text);
            if (fields.Length <= Email.MaxDeliveryFields)
                return fields;
        }
        return default;
    }

    /// <summary>Whether a text is nothing but fields: what comes over the wire could end the header, or be no part of it.</summary>
    public static bool AreWhole(string fields)
    {
        if (fields.Length == 0)
            return true;
        if (!fields.EndsWith("\r\n", StringComparison.Ordinal) || fields[0] is ' ' or '\t')
            return false;
        return fields[..^2]
            .Split("\r\n")
            .All(line => line.AsSpan().Trim(" \t").Length > 0 && !line.AsSpan().ContainsAny('\r', '\n', '\0'));
    }
}

/// <param name="Role">Of the mailbox; INBOX where there is none of it.</param>
/// <param name="Fields">See <see cref="Email.DeliveryFields"/>.</param>
/// <param name="Trace">See <see cref="Deposit.Trace"/>.</param>
readonly record struct Judgement(
    MailboxRole Role,
    IReadOnlyList<string> Keywords,
    ReadOnlyMemory<byte> Fields,
    ReadOnlyMemory<byte> Trace
);
