using System.Text;
using Cloud.Trust.Bayes;
using Cloud.Trust.Content;

namespace Cloud.Tests.Trust.Content;

public sealed class ContentFuzzTests
{
    static readonly string[] Seeds =
    [
        Judged.Plain,
        Judged.WithFile("a.pdf.exe"),
        Judged.Html(
            "<a href='http://x@192.0.2.1/'>https://www.bank.example</a><img src=x><form><!-- --><script>a</script>"
        ),
        "Received: from us (x.example [192.0.2.1])\r\nDelivered-To: <a@b>\r\nList-Unsubscribe: <mailto:x>\r\n\r\nhttp://a",
    ];

    [Fact]
    public void Any_message_is_judged_and_taken_into_words() =>
        TrustFuzz.Run(
            Seeds,
            text =>
            {
                var octets = Encoding.Latin1.GetBytes(text);
                var sample = Judged.Sample(octets);
                var score = ContentRules.Score(sample, new() { OwnHosts = ["us"] }, Judged.Now);
                Assert.InRange(score.Hits.Count, 0, ContentRules.All.Count);
                Assert.All(score.Hits, hit => Assert.InRange(hit.Explanation.Length, 1, 300));
                Assert.InRange(JunkTokens.Of(sample).Count, 0, JunkTokens.Max);
                Assert.InRange(MailLoops.Check(octets, []).Hops, 0, octets.Length);
            }
        );
}
