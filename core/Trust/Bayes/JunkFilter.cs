using System.Globalization;
using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Trust.Bayes;

/// <summary>One account's classifier: what its owner moved into and out of Junk, as counts of hashed tokens.</summary>
/// <remarks>
/// Immutable: one may be kept in memory and asked by many. Learning gives a new one, to be stored in its place under the
/// row's ETag. A class remembers some 128 to 255 messages: when it has learned 255, its counts are halved, so that what
/// spammers wrote last year fades.
/// </remarks>
public sealed class JunkFilter
{
    /// <summary>Lessons of a class at which its counts are halved: no count is higher, so that each fits an octet.</summary>
    public const int MaxLessons = byte.MaxValue;

    readonly byte[] salt;
    readonly TokenTable table;
    readonly LessonLog log;

    internal JunkFilter(byte[] salt, int spam, int ham, TokenTable table, LessonLog log)
    {
        (this.salt, this.table, this.log) = (salt, table, log);
        (Spam, Ham) = (spam, ham);
    }

    /// <summary>Messages learned as junk, as far as remembered.</summary>
    public int Spam { get; }

    /// <summary>Messages learned as wanted, as far as remembered.</summary>
    public int Ham { get; }

    /// <summary>One that has learned nothing.</summary>
    public static JunkFilter New(Entropy entropy) =>
        new(entropy.Bytes(SipHash.KeyLength), 0, 0, new TokenTable(), LessonLog.Empty);

    internal (byte[] Salt, byte[] Table, byte[] Log) Packed => (salt, table.Pack(), log.Pack());

    /// <summary>Whether it has learned enough to say something.</summary>
    public bool IsReady(BayesOptions? options = null) => Math.Min(Spam, Ham) >= (options ?? new()).MinLessons;

    /// <summary>Learns a message, or that it was learned wrongly. Repeating it changes nothing.</summary>
    /// <param name="message">Its id: the same for the same message.</param>
    /// <param name="tokens">Of the message.</param>
    /// <param name="mail">What it is; null takes back what was learned from it.</param>
    /// <returns>The classifier that knows it; this one where nothing changes.</returns>
    /// <remarks>A message learned so long ago that it is forgotten (500 lessons) is learned without taking back.</remarks>
    public JunkFilter Learn(string message, IReadOnlyList<string> tokens, JunkClass? mail)
    {
        var id = Hash("\0" + message); // no token begins so
        var before = log.Find(id);
        if (before == mail)
            return this;
        var hashes = tokens.Take(JunkTokens.Max).Select(Hash).Distinct().ToArray();
        var learned = table.Copy();
        int[] lessons = [Spam, Ham];
        if (before is { } wrong)
        {
            lessons[(int)wrong] = Math.Max(0, lessons[(int)wrong] - 1);
            foreach (var hash in hashes)
                learned.Remove(hash, wrong);
        }

        if (mail is { } right)
        {
            if (lessons[(int)right] == MaxLessons)
            {
                lessons[(int)right] = (MaxLessons + 1) / 2;
                learned.Halve(right);
            }

            lessons[(int)right]++;
            foreach (var hash in hashes)
                learned.Add(hash, right);
        }

        return new(salt, lessons[0], lessons[1], learned, log.With(id, mail));
    }

    /// <summary>Whether a message is like what was learned as junk.</summary>
    public BayesVerdict Classify(IReadOnlyList<string> tokens, BayesOptions? options = null)
    {
        options ??= new();
        if (!IsReady(options))
            return new(
                null,
                [],
                Text($"knows {Spam} junk and {Ham} other messages, {options.MinLessons} of each are needed")
            );
        var clues = tokens
            .Take(JunkTokens.Max)
            .Select(token => Weigh(token, options))
            .OfType<Clue>()
            .OrderByDescending(Distance)
            .ThenBy(clue => clue.Token, StringComparer.Ordinal)
            .Take(options.MaxClues)
            .ToArray();
        var probability = ChiSquare.Combine([.. clues.Select(clue => clue.Probability)]);
        var reason = Text($"{probability:0.000} by {clues.Length} words, from {Spam} junk and {Ham} other messages");
        return new(probability, clues[..Math.Min(clues.Length, options.Named)], reason);
    }

    /// <returns>Null for a token that tells nothing.</returns>
    Clue? Weigh(string token, BayesOptions options)
    {
        var (spam, ham) = table.Find(Hash(token));
        if (spam + ham == 0)
            return null;
        var inSpam = Math.Min(1, (double)spam / Spam);
        var inHam = Math.Min(1, (double)ham / Ham);
        var seen = spam + ham;
        var raw = inSpam / (inSpam + inHam);
        var probability = (options.UnknownWeight * options.Unknown + seen * raw) / (options.UnknownWeight + seen);
        var clue = new Clue(token, probability, spam, ham);
        return Distance(clue) < options.MinDistance ? null : clue;
    }

    static double Distance(Clue clue) => Math.Abs(clue.Probability - 0.5);

    ulong Hash(string token)
    {
        Span<byte> octets = stackalloc byte[MaxTokenOctets];
        // Longer ones do not come from JunkTokens; their beginning will do.
        Encoding.UTF8.GetEncoder().Convert(token, octets, flush: true, out _, out var length, out _);
        return SipHash.Of(salt, octets[..length]);
    }

    /// <summary>Octets of a token that are hashed.</summary>
    const int MaxTokenOctets = 1024;

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
