using Cloud.Mail;
using Cloud.Tests.Repository;
using Cloud.Trust.Bayes;
using Cloud.Trust.Content;
using Cloud.Trust.Dkim;
using Cloud.Trust.Dmarc;
using Cloud.Trust.Scanners;
using Cloud.Trust.Spf;

namespace Cloud.Tests.Trust.Content;

public sealed class ScoreTests
{
    static readonly DkimResult Signed = new(DkimVerdict.Pass, "", []) { Domain = "example.com" };

    [Fact]
    public void Points_add_up_and_the_heaviest_come_first()
    {
        var score = Judged.Score(
            "Subject: HELLO TO EVERYBODY\nFrom: ada@example.com\n\nText for everybody.",
            new() { Spf = SpfResult.Fail }
        );
        Assert.Equal(
            "5.6 (SPF_FAIL 2.0, MISSING_DATE 1.0, MISSING_MID 0.7, SUBJECT_ALL_CAPS 0.7, UNAUTHENTICATED 0.7, "
                + "UNDISCLOSED_RECIPIENTS 0.5)",
            score.ToString()
        );
        Assert.All(score.Hits, hit => Assert.NotEmpty(hit.Explanation));
    }

    [Fact]
    public void Settings_change_a_rules_points_or_turn_it_off()
    {
        var options = new ContentOptions
        {
            Scores = new Dictionary<string, decimal> { ["MISSING_DATE"] = 2.5m, ["MISSING_MID"] = 0 },
        };
        Assert.Empty(options.Faults());
        var score = Judged.Score("From: a@example.com\nTo: b@example.org\nSubject: x\n\nText of it.", null, options);
        Assert.Equal("2.5 (MISSING_DATE 2.5)", score.ToString());
    }

    [Fact]
    public void Settings_that_make_no_sense_are_all_told()
    {
        var scores = new Dictionary<string, decimal> { ["MISING_DATE"] = 1, ["SPF_FAIL"] = 1001 };
        var options = new ContentOptions
        {
            Scores = scores,
            JunkAt = 5,
            RejectAt = 4,
        };
        Assert.Equal(3, options.Faults().Count);
    }

    [Fact]
    public void A_known_sender_counts_only_where_somebody_answers_for_the_address()
    {
        Judged.Misses("KNOWN_SENDER", Judged.Score(Judged.Plain, new() { SenderIsKnown = true }));
        Judged.Hits("KNOWN_SENDER", Judged.Score(Judged.Plain, new() { SenderIsKnown = true, Dkim = [Signed] }));
        var stranger = Signed with { Domain = "example.net" };
        Judged.Misses("KNOWN_SENDER", Judged.Score(Judged.Plain, new() { SenderIsKnown = true, Dkim = [stranger] }));
        var partial = Signed with { UncoveredOctets = 7 };
        Judged.Misses("KNOWN_SENDER", Judged.Score(Judged.Plain, new() { SenderIsKnown = true, Dkim = [partial] }));
    }

    [Fact]
    public void A_list_that_can_be_left_is_better_than_one_that_cannot()
    {
        const string list = "List-Id: <news.example.com>\nList-Unsubscribe: <https://example.com/u>\n" + Judged.Plain;
        Judged.Hits("LIST_UNSUBSCRIBE", Judged.Score(list, new() { Dkim = [Signed] }));
        Judged.Misses("LIST_UNSUBSCRIBE", Judged.Score(list));
        Judged.Misses("BULK_NO_UNSUBSCRIBE", Judged.Score(list));
    }

    [Fact]
    public void Our_own_domain_without_proof_is_a_forgery()
    {
        Judged.Hits("FROM_LOCAL_FORGED", Judged.Score(Judged.Plain, new() { AuthorIsLocal = true }));
        Judged.Misses("FROM_LOCAL_FORGED", Judged.Score(Judged.Plain, new() { AuthorIsLocal = true, Dkim = [Signed] }));
    }

    [Fact]
    public void What_is_done_about_a_failed_dmarc_is_what_counts()
    {
        var verdict = new DmarcVerdict
        {
            Result = DmarcResult.Fail,
            Policy = DmarcPolicy.Reject,
            Disposition = DmarcPolicy.Quarantine,
            Reason = "",
            Steps = [],
        };
        Judged.Hits("DMARC_QUARANTINE", Judged.Score(Judged.Plain, new() { Dmarc = verdict }));
        var forwarded = new ContentFacts
        {
            Dmarc = verdict,
            TrustedForwarder = true,
            Spf = SpfResult.Fail,
        };
        Judged.Misses("DMARC_QUARANTINE", Judged.Score(Judged.Plain, forwarded));
    }

    [Fact]
    public void A_temporary_error_costs_nothing()
    {
        var unknown = new DkimResult(DkimVerdict.TempError, "", []);
        Assert.Empty(Judged.Score(Judged.Plain, new() { Spf = SpfResult.TempError, Dkim = [unknown] }).Hits);
        Assert.Empty(Judged.Score(Judged.Plain, new() { Spf = SpfResult.TempError }).Hits);
    }

    [Fact]
    public void Lists_count_with_their_weights()
    {
        var facts = new ContentFacts
        {
            Lists = [new("bl.example", "192.0.2.1", 3), new("wl.example", "example.com", -0.5m)],
        };
        var hit = Assert.Single(Judged.Score(Judged.Plain, facts).Hits);
        Assert.Equal(2.5m, hit.Score);
        Assert.EndsWith("192.0.2.1 in bl.example, example.com in wl.example", hit.Explanation);
    }

    [Fact]
    public void The_classifier_and_scanners_add_to_it()
    {
        var score = Judged
            .Score(Judged.Plain)
            .For(new BayesVerdict(0.97, [new("casino", 0.99, 9, 0)], ""))
            .With(new ScanVerdict("rspamd", ScanOutcome.Junk, "", []) { Score = 7.5m, Required = 15 })
            .With(new ScanVerdict("clamd", ScanOutcome.Infected, "", []) { Malware = "Worm" });
        Assert.Equal("25.0 (MALWARE 20.0, BAYES_95 2.5, SCANNER_SCORE 2.5)", score.ToString());
        Assert.EndsWith("casino", score.Hits[1].Explanation);
        Assert.Equal(score, score.For(new BayesVerdict(null, [], "")));
        Assert.Equal(score, score.With(new ScanVerdict("spamd", ScanOutcome.Failed, "", [])));
    }

    [Fact]
    public void An_explanation_can_go_into_a_header()
    {
        var score = Judged.With(
            "From",
            "\"a@b.example\u00e9\" <x@example.com>, \"\t\u0001y@z.example\" <x@example.com>"
        );
        Assert.All(score.Hits, hit => Assert.DoesNotContain(hit.Explanation, c => c is < ' ' or > '~'));
    }

    [Fact]
    public void Every_rule_is_in_the_documentation_with_its_points()
    {
        var rules = ContentRules.All.Select(rule => $"| `{rule.Name}` | {Points(rule)} | {rule.Explanation} |");
        var told = Source
            .Read("docs/junk.md")
            .Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        Assert.Equal(rules, told);
        Assert.All(ContentRules.All, rule => Assert.Matches("^[A-Z0-9_]+$", rule.Name));
    }

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    public void A_message_of_a_hundred_hops_loops(int hops, bool loops)
    {
        var header = string.Concat(Enumerable.Repeat("Received: from a by b\r\n", hops));
        var verdict = MailLoops.Check(System.Text.Encoding.ASCII.GetBytes(header + "\r\n"), []);
        Assert.Equal(hops, verdict.Hops);
        Assert.Equal(loops, verdict.IsLoop);
        Assert.Equal(loops, verdict.Reason is not null);
    }

    [Fact]
    public void A_recipient_that_has_it_already_makes_a_loop()
    {
        var header = "Delivered-To: ADA@Here.example\r\nReceived: x\r\n\r\n"u8;
        var (ada, bob) = (new EmailAddress("ada", "here.example"), new EmailAddress("bob", "here.example"));
        Assert.Equal([ada], MailLoops.Check(header, [bob, ada]).AlreadyDelivered);
        Assert.False(MailLoops.Check(header, [bob]).IsLoop);
        Assert.False(MailLoops.Check(header, [bob, ada]).IsLoop); // Bob has not got it.
        Assert.True(MailLoops.Check(header, [ada]).IsLoop);
    }

    static string Points(ContentRule rule) =>
        rule.Score.ToString("0.0##", System.Globalization.CultureInfo.InvariantCulture);
}
