using System.Globalization;
using System.Text;
using Cloud.Flow.Door;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Flow.Inbound;

/// <summary>Says where in an account a message belongs, and what stands in front of it there.</summary>
static class Judging
{
    /// <summary>The registered keyword (RFC 9051 §2.3.2): clients show the message as junk wherever it is moved.</summary>
    const string JunkKeyword = "$Junk";

    public static Judgement Judge(InboundMail mail)
    {
        if (mail.Evidence is not { } evidence)
            return new(MailboxRole.Inbox, [], default, default);
        // Whoever was told 250 is not refused any more: what comes late is filed where it is looked at with care.
        var isJunk = evidence.Outcome != DoorOutcome.Accept;
        var fields = Encoding.UTF8.GetBytes(evidence.Fields + SpamStatus(evidence, isJunk));
        return new(
            isJunk ? MailboxRole.Junk : MailboxRole.Inbox,
            isJunk ? [JunkKeyword] : [],
            fields.Length <= Email.MaxDeliveryFields ? fields : default,
            MessageTrace.Pack(evidence)
        );
    }

    /// <summary>In the form that mail programs and rules know from SpamAssassin.</summary>
    static string SpamStatus(Evidence evidence, bool isJunk)
    {
        var text = new StringBuilder(200);
        var score = evidence.Score.ToString("0.0", CultureInfo.InvariantCulture);
        if (isJunk)
            text.Append("X-Spam-Flag: YES\r\n");
        text.Append("X-Spam-Status: ").Append(isJunk ? "Yes" : "No").Append(", score=").Append(score);
        var length = text.Length;
        var separator = "\r\n\ttests=";
        foreach (var finding in evidence.Findings)
        {
            text.Append(separator).Append(finding.Name).Append('=');
            text.Append(finding.Score.ToString("0.0", CultureInfo.InvariantCulture));
            separator = text.Length - length > 60 ? ",\r\n\t" : ",";
            length = separator.Length > 1 ? text.Length : length;
        }
        return text.Append("\r\n").ToString();
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
