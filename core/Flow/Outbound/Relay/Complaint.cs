using Cloud.Wire.Smtp;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>Whether a server says that we come too often or with too much.</summary>
static class Complaint
{
    /// <summary>What servers say of messages in a time, in lower case, as large providers put it.</summary>
    static readonly string[] OfRate =
    [
        "rate limit",
        "rate-limit",
        "ratelimit",
        "sending rate",
        "message rate",
        "unusual rate",
        "receiving mail at a rate",
        "throttl",
        "too many message",
        "too many mail",
        "too many email",
        "too much mail",
        "too fast",
        "too quickly",
        "too often",
        "too frequent",
        "slow down",
        "unexpected volume",
        "messages per",
    ];

    /// <summary>421 (RFC 5321 §3.8), or a temporary refusal for reasons of policy (RFC 3463 §3.8), to all that we send.</summary>
    public static bool IsOne(SmtpReply reply) =>
        reply.IsClosing || reply.IsTransient && reply.Status?.StartsWith("4.7.", StringComparison.Ordinal) == true;

    /// <summary>
    /// It is about messages in a time, whoever it was said of; greylisting, which has the same codes, is not.
    /// </summary>
    public static bool IsOfRate(SmtpReply reply) =>
        reply is { Code: 421 or 450 or 451 or 452, Status: null or ['4', '.', '7', '.', ..] }
        && Array.Exists(OfRate, words => reply.Text.Contains(words, StringComparison.OrdinalIgnoreCase))
        && !reply.Text.Contains("connections", StringComparison.OrdinalIgnoreCase);
}
