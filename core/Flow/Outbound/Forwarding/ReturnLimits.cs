using Cloud.Flow.Door.Rates;
using Cloud.Mail;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Forwarding;

/// <summary>How many reports go back to a sender of forwarded mail: who has read a reverse path could write to it.</summary>
/// <remarks>They hold over all processes. While the store fails nobody is refused.</remarks>
sealed class ReturnLimits(IRows rows, TimeProvider time)
{
    /// <summary>A sender whose mail all comes back, over a whole list of addresses that forward, has some tens.</summary>
    static readonly IReadOnlyList<RateLimit> PerSender =
    [
        new(RateUnit.Messages, 100, TimeSpan.FromHours(1)),
        new(RateUnit.Messages, 500, TimeSpan.FromDays(1)),
    ];

    /// <summary>See <see cref="SharedRates"/>.</summary>
    const int Parts = 20;

    readonly SharedRates rates = new(rows, time, Parts);

    public async ValueTask<bool> TakeAsync(EmailAddress sender, CancellationToken cancel)
    {
        // Who forwards has a path for each of his senders, and could make as many as he likes: he counts as one.
        var host = EmailAddress.CanonicalDomain(sender.Domain);
        var who = SrsCodec.IsOne(sender.Local) ? $"@{host}" : sender.Key;
        var verdict = await rates.TakeAsync($"returns {who}", PerSender, 1, cancel);
        return verdict.Outcome != RateOutcome.OverLimit;
    }
}
