using Cloud.Trust.Dkim;
using Cloud.Trust.Dmarc;
using Cloud.Trust.Spf;

namespace Cloud.Flow.Door;

/// <summary>Who sent a message, as far as can be told.</summary>
/// <param name="Spf">Of the reverse path; null where the client's address is not known.</param>
/// <param name="HeloSpf">Of the HELO name; null where it is the same question, or none.</param>
/// <param name="Dkim">Of each signature, from the top.</param>
sealed record Verdicts(SpfVerdict? Spf, SpfVerdict? HeloSpf, IReadOnlyList<DkimResult> Dkim, DmarcVerdict Dmarc);
