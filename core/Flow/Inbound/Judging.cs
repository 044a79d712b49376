using System.Text;
using Cloud.Flow.Door;
using Cloud.Flow.Junk;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Trust.Content;

namespace Cloud.Flow.Inbound;

/// <summary>Says where in an account a message belongs, and what stands in front of it there.</summary>
sealed class Judging(JunkLessons lessons)
{
    /// <summary>The registered keyword (RFC 9051 §2.3.2): clients show the message as junk wherever it is moved.</summary>
    const string JunkKeyword = "$Junk";

    public async ValueTask<Judgement> JudgeAsync(InboundMail mail, Delivery delivery, CancellationToken cancel)
    {
        if (mail.Evidence is not { } evidence)
            return new(mail.IsSentCopy ? MailboxRole.Sent : MailboxRole.Inbox, [], mail.Fields, default);
        var account = new AccountId(delivery.Account);
        var score = evidence.Score;
        if (await lessons.ClassifyAsync(account, delivery.Blob, mail.Index, cancel) is { } opinion)
        {
            score = score.For(opinion);
            evidence = evidence with { Steps = [.. evidence.Steps, $"the account's filter: {opinion}"] };
        }
        // Only a message that would go to Junk asks whether its author is known: that is a read.
        if (evidence is { IsByScore: true, IsAuthenticated: true } && score.Total >= evidence.JunkAt)
        {
            if (await lessons.KnowsAuthorAsync(account, mail.Index, cancel))
                score = score.WithKnownSender();
        }
        // Whoever was told 250 is not refused any more: what comes late is filed where it is looked at with care.
        var isKept = evidence is { Outcome: DoorOutcome.Quarantine, Quarantine: not null };
        var isJunk = evidence.IsByScore
            ? score.Total >= evidence.JunkAt
            : evidence.Outcome != DoorOutcome.Accept && !isKept;
        return Place(evidence with { Hits = score.Hits }, isJunk);
    }

    static Judgement Place(Evidence evidence, bool isJunk)
    {
        return new(
            isJunk ? MailboxRole.Junk : MailboxRole.Inbox,
            isJunk ? [JunkKeyword] : [],
            FieldsOf(evidence, isJunk),
            MessageTrace.Pack(evidence)
        );
    }

    /// <summary>What is too long to be read with every row is left out: first what was found out, then why it is junk.</summary>
    static ReadOnlyMemory<byte> FieldsOf(Evidence evidence, bool isJunk)
    {
        var why = SpamFields.Of(evidence.Score, isJunk, evidence.JunkAt);
        foreach (var text in new[] { AreWhole(evidence.Fields) ? evidence.Fields + why : why, why })
        {
            var fields = Encoding.UTF8.GetBytes(text);
            if (fields.Length <= Email.MaxDeliveryFields)
                return fields;
        }
        return default;
    }

    /// <summary>Whether a text is nothing but fields: what comes over the wire could end the header, or be no part of it.</summary>
    static bool AreWhole(string fields)
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
