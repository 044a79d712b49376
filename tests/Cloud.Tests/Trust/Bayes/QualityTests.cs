using Cloud.Tests.Fakes;
using Cloud.Tests.Trust.Content;
using Cloud.Trust.Bayes;

namespace Cloud.Tests.Trust.Bayes;

/// <summary>How well it tells mail apart: by a made-up corpus, so the figures compare versions, not filters.</summary>
public sealed class QualityTests
{
    [Theory]
    [InlineData(1, 40, 0.90)]
    [InlineData(2, 200, 0.97)]
    [InlineData(3, 600, 0.97)]
    public void It_finds_junk_and_condemns_no_other_mail(int seed, int lessons, double found)
    {
        var corpus = new Corpus(seed);
        var filter = JunkFilter.New(new SeededEntropy((ulong)seed));
        for (var i = 0; i < lessons; i++)
            filter = filter.Learn(
                $"{i}",
                Tokens(corpus.Message(i % 2 == 0, i)),
                i % 2 == 0 ? JunkClass.Spam : JunkClass.Ham
            );

        var junk = Share(filter, i => corpus.Message(isJunk: true, 10_000 + i), p => p > 0.8);
        var padded = Share(filter, i => corpus.Message(isJunk: true, 20_000 + i, padding: 0.1), p => p > 0.5);
        var lost = Share(filter, i => corpus.Message(isJunk: false, i), p => p > 0.8);
        Assert.True(junk >= found, $"{junk:P1} of junk found");
        Assert.True(padded >= 0.5, $"{padded:P1} of padded junk found");
        Assert.True(lost <= 0.005, $"{lost:P1} of other mail condemned");
    }

    static double Share(JunkFilter filter, Func<int, string> message, Func<double, bool> test) =>
        Enumerable.Range(0, 200).Count(i => test(filter.Classify(Tokens(message(i))).Probability!.Value)) / 200.0;

    static IReadOnlyList<string> Tokens(string message) => JunkTokens.Of(Judged.Sample(message));
}
