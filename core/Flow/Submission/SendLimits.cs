using System.Globalization;
using Cloud.Flow.Door.Rates;
using Cloud.Mail;
using Cloud.Store;

namespace Cloud.Flow.Submission;

/// <summary>Holds accounts and domains to what they may send.</summary>
sealed class SendLimits(SharedRates rates, SubmissionOptions options, TimeProvider time)
{
    /// <summary>Counts a message, if it is within all limits.</summary>
    /// <returns>Null: it is, or nobody can tell.</returns>
    public async ValueTask<SubmitResult?> TakeAsync(
        AccountId account,
        EmailAddress author,
        int recipients,
        CancellationToken cancel
    )
    {
        var mine = await rates.TakeAsync(account.Value, options.PerAccount, recipients, cancel);
        if (mine.Outcome == RateOutcome.OverLimit)
            return Refusal(mine, "Your limit of");
        var domain = EmailAddress.CanonicalDomain(author.Domain);
        var all = await rates.TakeAsync(Subject(domain), options.PerDomain, recipients, cancel);
        if (all.Outcome != RateOutcome.OverLimit)
            return null;
        await rates.GiveBackAsync(account.Value, options.PerAccount, recipients);
        return Refusal(all, $"The limit of {domain},");
    }

    /// <summary>Whether nothing more of the account would be taken now, as far as is known here.</summary>
    public bool IsKnownOver(AccountId account) => rates.IsKnownOver(account.Value, options.PerAccount, recipients: 1);

    /// <summary>The message was not sent after all.</summary>
    public async ValueTask GiveBackAsync(AccountId account, EmailAddress author, int recipients)
    {
        var domain = EmailAddress.CanonicalDomain(author.Domain);
        await rates.GiveBackAsync(account.Value, options.PerAccount, recipients);
        await rates.GiveBackAsync(Subject(domain), options.PerDomain, recipients);
    }

    /// <summary>No account's id holds an @.</summary>
    static string Subject(string domain) => $"@{domain}";

    SubmitResult Refusal(RateVerdict verdict, string whose)
    {
        var limit = verdict.Limit!;
        var code = limit.Unit == RateUnit.Recipients ? "5.3" : "7.1";
        if (verdict.Wait is not { } wait)
            return new(SubmitStatus.Rejected, code, $"{whose} {limit} is less than this message has");
        var opens = (time.GetUtcNow() + wait).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return new(SubmitStatus.OverLimit, code, $"{whose} {limit} is reached; again from {opens} UTC");
    }
}
