using System.Globalization;
using Cloud.Mail;
using Cloud.Mail.Headers;
using Cloud.Trust.Content;

namespace Cloud.Trust.Bayes;

/// <summary>What the classifier looks at in a message: words of subject, author and text, hosts of links, kinds of files.</summary>
/// <remarks>
/// Words are lower case. Where scripts have no spaces, each pair of characters is a word. A token tells where it was seen
/// (<c>subject:</c>, <c>from:</c>, <c>link:</c>, <c>file:</c>), as a word in a subject says more than in a text.
/// </remarks>
public static class JunkTokens
{
    /// <summary>Distinct tokens of a message; the first ones count, fields before texts. Real mail has 50 to 400.</summary>
    public const int Max = 1_000;

    /// <summary>Characters of the shortest word that tells something.</summary>
    const int Shortest = 3;

    /// <summary>Characters of the longest word; longer ones are told by their beginning and length.</summary>
    const int Longest = 20;

    /// <summary>Characters of a subject or name that are looked at.</summary>
    const int MaxField = 1_000;

    /// <returns>Each token once, at most <see cref="Max"/>.</returns>
    public static IReadOnlyList<string> Of(MessageSample message)
    {
        var bag = new Bag();
        var envelope = message.Index.Envelope;
        bag.Words("subject:", Start(message.Index.Subject));
        foreach (var author in envelope.From.Where(address => address.IsMailbox).Take(4))
        {
            bag.Add($"from:{author.Spec.ToLowerInvariant()}");
            bag.Domain("from:@", EmailAddress.CanonicalDomain(author.Host.ToString()));
            bag.Words("from:", Start(EncodedWords.Decode(author.Name.Span)));
        }

        foreach (var address in envelope.ReplyTo.Where(address => address.IsMailbox).Take(4))
            bag.Domain("reply:@", EmailAddress.CanonicalDomain(address.Host.ToString()));
        if (!message.Index.ListId.IsNilOrEmpty)
            bag.Add($"list:{message.Index.ListId.ToString().ToLowerInvariant()}");
        foreach (var file in AttachedFile.In(message))
            bag.Add($"file:{file.Extension}");
        var subject = new ContentCase(message, new ContentFacts(), default);
        foreach (var link in subject.Links)
            bag.Domain("link:", link.Host.Name);
        foreach (var text in message.Texts)
        {
            if (text.IsHtml)
                bag.Add("html:");
            bag.Words("", text.Words);
        }

        return bag.Tokens;
    }

    static string Start(string text) => text[..Math.Min(text.Length, MaxField)];

    sealed class Bag
    {
        /// <summary>Characters of a token; addresses are the longest.</summary>
        const int MaxToken = 260;

        readonly List<string> tokens = [];
        readonly HashSet<string> seen = new(StringComparer.Ordinal);

        public IReadOnlyList<string> Tokens => tokens;

        bool IsFull => tokens.Count == Max;

        public void Add(string token)
        {
            if (!IsFull && token.Length <= MaxToken && seen.Add(token))
                tokens.Add(token);
        }

        /// <summary>The whole name, and what was registered of it.</summary>
        public void Domain(string prefix, string domain)
        {
            if (domain.Length == 0)
                return;
            Add(prefix + domain);
            if (WebHost.Registered(domain) is { } registered)
                Add($"{prefix}{registered}".TrimEnd('.').ToLowerInvariant());
        }

        public void Words(string prefix, string text)
        {
            var start = -1;
            for (var i = 0; i <= text.Length && !IsFull; i++)
            {
                var c = i < text.Length ? text[i] : ' ';
                if (IsUnspaced(c))
                {
                    End(prefix, text, ref start, i);
                    if (i + 1 < text.Length && IsUnspaced(text[i + 1]))
                        Add(prefix + text[i..(i + 2)]);
                }
                else if (!IsInWord(text, i, start >= 0))
                    End(prefix, text, ref start, i);
                else if (start < 0)
                    start = i;
            }
        }

        void End(string prefix, string text, ref int start, int end)
        {
            if (start >= 0)
                Word(prefix, text.AsSpan(start, end - start).TrimEnd("'’-."));
            start = -1;
        }

        void Word(string prefix, ReadOnlySpan<char> word)
        {
            if (word.Length < Shortest || !word.ContainsAnyExceptInRange('0', '9'))
                return; // numbers are a different one in every message
            if (word.Length <= Longest)
                Add(string.Concat(prefix, word.ToString().ToLowerInvariant()));
            else
                Add(
                    string.Create(CultureInfo.InvariantCulture, $"{prefix}long:{Lower(word[0])}{word.Length / 10 * 10}")
                );
        }

        static string Lower(char c) => char.IsSurrogate(c) ? "?" : c.ToString().ToLowerInvariant();

        /// <summary>Letters, digits, marks and money; apostrophe, hyphen and dot within a word.</summary>
        static bool IsInWord(string text, int at, bool within)
        {
            if (at == text.Length)
                return false;
            var c = text[at];
            if (char.IsLetterOrDigit(c) || c is '$' or '€' or '£' or '%')
                return true;
            if (c is '\'' or '’' or '-' or '.')
                return within && at + 1 < text.Length && char.IsLetterOrDigit(text[at + 1]);
            return within && (char.IsSurrogate(c) || IsMark(c));
        }

        static bool IsMark(char c) =>
            char.GetUnicodeCategory(c)
                is UnicodeCategory.NonSpacingMark
                    or UnicodeCategory.SpacingCombiningMark
                    or UnicodeCategory.Format;

        /// <summary>Thai, Lao, Khmer, Burmese, kana and Han: scripts in which words are not set apart. Hangul sets them apart.</summary>
        static bool IsUnspaced(char c) =>
            c
                is >= '\u0E00'
                    and <= '\u0EFF'
                    or >= '\u1000'
                    and <= '\u109F'
                    or >= '\u1780'
                    and <= '\u17FF'
                    or >= '\u3041'
                    and <= '\u30FF'
                    or >= '\u3400'
                    and <= '\u9FFF'
                    or >= '\uF900'
                    and <= '\uFAFF';
    }
}
