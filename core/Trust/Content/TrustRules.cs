using Cloud.Trust.Dkim;
using Cloud.Trust.Dmarc;
using Cloud.Trust.Spf;

namespace Cloud.Trust.Content;

/// <summary>What the checks of the sender came to.</summary>
/// <remarks>A temporary error costs nothing: it is not the sender's.</remarks>
static class TrustRules
{
    static readonly ContentRule KnownSender = ContentRule.If(
        "KNOWN_SENDER",
        -2.5m,
        "The recipient knows the author, who is authenticated",
        message => message.Facts.SenderIsKnown && message.IsAuthenticated
    );

    static readonly ContentRule Answer = ContentRule.If(
        "ANSWERS_OURS",
        -2.0m,
        "It answers a message of the recipient's",
        message => message.Facts.AnswersOurs
    );

    public static IEnumerable<ContentRule> All { get; } =
    [
        ContentRule.If("SPF_FAIL", 2.0m, "The sender's domain forbids this client (SPF)", Spf(SpfResult.Fail)),
        ContentRule.If(
            "SPF_SOFTFAIL",
            0.7m,
            "The sender's domain does not expect this client (SPF)",
            Spf(SpfResult.SoftFail)
        ),
        ContentRule.If(
            "SPF_PERMERROR",
            0.3m,
            "What the sender's domain publishes cannot be read (SPF)",
            Spf(SpfResult.PermError)
        ),
        ContentRule.If("SPF_PASS", -0.1m, "The sender's domain allows this client (SPF)", Spf(SpfResult.Pass)),
        ContentRule.If(
            "DKIM_PASS",
            -0.1m,
            "A signature verifies",
            message => message.Facts.Dkim.Any(result => result is { IsPass: true, UncoveredOctets: 0 })
        ),
        ContentRule.If("DKIM_FAIL", 0.5m, "No signature verifies, and one is broken", Broken),
        ContentRule.If(
            "DKIM_PARTIAL",
            1.0m,
            "A signature leaves the end of the text to anybody (l=)",
            message => message.Facts.Dkim.Any(result => result is { IsPass: true, UncoveredOctets: > 0 })
        ),
        ContentRule.If(
            "DMARC_PASS",
            -0.5m,
            "The author's domain is authenticated (DMARC)",
            message => message.Facts.Dmarc is { Result: DmarcResult.Pass }
        ),
        ContentRule.If(
            "DMARC_REJECT",
            5.0m,
            "The author's domain wants mail like this refused (DMARC)",
            Dmarc(DmarcPolicy.Reject)
        ),
        ContentRule.If(
            "DMARC_QUARANTINE",
            3.0m,
            "The author's domain wants mail like this set aside (DMARC)",
            Dmarc(DmarcPolicy.Quarantine)
        ),
        ContentRule.If(
            "DMARC_NONE",
            0.5m,
            "Nothing proves the author's domain, which has no wish about it (DMARC)",
            Dmarc(DmarcPolicy.None)
        ),
        ContentRule.If(
            "UNAUTHENTICATED",
            0.7m,
            "Nobody answers for it: neither SPF nor a signature passes",
            message =>
                message.Facts.Spf is not (null or SpfResult.Pass or SpfResult.TempError)
                && !message.Facts.TrustedForwarder
                && !message.Facts.Dkim.Any(result => result.IsPass || result.Verdict == DkimVerdict.TempError)
        ),
        ContentRule.If(
            "ARC_TRUSTED",
            -1.0m,
            "A forwarder that is trusted saw it authenticated (ARC)",
            message => message.Facts.TrustedForwarder
        ),
        ContentRule.If("RDNS_NONE", 1.0m, "The client's address has no name", Reverse(ReverseName.None)),
        ContentRule.If(
            "RDNS_DIFFERS",
            0.5m,
            "The client's name does not lead back to its address",
            Reverse(ReverseName.Differs)
        ),
        ContentRule.If("HELO_INVALID", 1.0m, "The client's greeting is no host name", Helo(HeloName.Invalid)),
        ContentRule.If(
            "HELO_DIFFERS",
            0.3m,
            "The name in the client's greeting is not its own",
            Helo(HeloName.Differs)
        ),
        ContentRule.If("HELO_OURS", 3.0m, "The client greets with our own name", Helo(HeloName.Ours)),
        new ContentRule("DNS_LIST", 1.0m, "Listed in the DNS, times the list's weight") { Test = Listed },
        KnownSender,
        Answer,
    ];

    static Func<ContentCase, bool> Spf(SpfResult result) => message => message.Facts.Spf == result;

    static Func<ContentCase, bool> Reverse(ReverseName name) => message => message.Facts.ReverseName == name;

    static Func<ContentCase, bool> Helo(HeloName name) => message => message.Facts.Helo == name;

    /// <summary>A message's score for a recipient who knows its author. Only for an author who is authenticated.</summary>
    public static ContentScore WithKnownSender(this ContentScore score, ContentOptions? options = null) =>
        ContentRules.Hit(KnownSender, Finding.Once, options) is { } hit ? score.With(hit) : score;

    /// <summary>A message's score for a recipient who has sent what it answers.</summary>
    public static ContentScore WithAnswer(this ContentScore score, ContentOptions? options = null) =>
        ContentRules.Hit(Answer, Finding.Once, options) is { } hit ? score.With(hit) : score;

    /// <summary>What is to be done after configuration, sampling and test mode.</summary>
    static Func<ContentCase, bool> Dmarc(DmarcPolicy policy) =>
        message =>
            !message.Facts.TrustedForwarder
            && message.Facts.Dmarc is { Result: DmarcResult.Fail } verdict
            && verdict.Disposition == policy;

    /// <summary>RFC 6376 §6.1: a signature that fails is no worse than none, so it costs little.</summary>
    static bool Broken(ContentCase message) =>
        !message.Facts.Dkim.Any(result => result.IsPass)
        && message.Facts.Dkim.Any(result => result is { Verdict: DkimVerdict.Fail, IsTesting: false });

    static Finding? Listed(ContentCase message)
    {
        var lists = message.Facts.Lists;
        return lists.Count == 0
            ? null
            : new(
                lists.Sum(list => list.Weight),
                string.Join(", ", lists.Select(list => $"{list.Entry} in {list.List}"))
            );
    }
}
