using Cloud.Wire.Smtp;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>Whether a server says that we come too often or with too much.</summary>
static class Complaint
{
    /// <summary>421 (RFC 5321 §3.8), or a temporary refusal for reasons of policy (RFC 3463 §3.8), to all that we send.</summary>
    public static bool IsOne(SmtpReply reply) =>
        reply.IsClosing || reply.IsTransient && reply.Status?.StartsWith("4.7.", StringComparison.Ordinal) == true;
}
