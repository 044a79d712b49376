using System.Text;

namespace Cloud.Tests.Trust.Bayes;

/// <summary>Mail of an imagined account, by a seed: topics with words of their own over words that all mail shares.</summary>
/// <remarks>Words are made up of syllables, so that no person and no language is in it; their frequencies fall as words' do.</remarks>
sealed class Corpus
{
    static readonly string[] Syllables = "ba ce di fo gu ha ke li mo nu pa re si to vu wa xe yi zo kra ste".Split(' ');

    readonly Random random;
    readonly string[] shared;
    readonly string[] junk;
    readonly string[][] topics;

    public Corpus(int seed)
    {
        random = new Random(seed);
        shared = Words(2_000);
        junk = Words(1_500);
        topics = [.. Enumerable.Range(0, 4).Select(_ => Words(1_000))];
    }

    /// <param name="isJunk">Which kind.</param>
    /// <param name="number">Tells senders apart: junk comes from ever new ones, other mail from the same eight.</param>
    /// <param name="padding">Words of wanted mail among it, as spammers add them.</param>
    public string Message(bool isJunk, int number, double padding = 0)
    {
        var own = isJunk ? junk : topics[random.Next(topics.Length)];
        var sender = isJunk ? $"offer{number}@s{number}.example" : $"mate{number % 8}@work{number % 8}.example";
        var text = new StringBuilder();
        for (var i = random.Next(40, 160); i > 0; i--)
        {
            var from =
                random.NextDouble() < padding ? topics[random.Next(topics.Length)]
                : random.NextDouble() < 0.75 ? shared
                : own;
            text.Append(Pick(from)).Append(i % 12 == 0 ? '\n' : ' ');
        }

        return $"From: {sender}\r\nTo: me@here.example\r\nSubject: {Pick(own)} {Pick(shared)}\r\n\r\n{text}\r\n";
    }

    /// <summary>The n-th word comes up 1/n as often as the first.</summary>
    string Pick(string[] words) => words[(int)Math.Exp(random.NextDouble() * Math.Log(words.Length)) - 1];

    string[] Words(int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                    string.Concat(
                        Enumerable.Range(0, random.Next(2, 5)).Select(_ => Syllables[random.Next(Syllables.Length)])
                    )
                ),
        ];
}
