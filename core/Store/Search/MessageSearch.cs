using Cloud.Mail;
using Cloud.Mail.Bodies;
using Cloud.Mail.Charsets;
using Cloud.Mail.Headers;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Store.Search;

/// <summary>Answers what only the message tells: from its index where that is enough, else from its bytes.</summary>
sealed class MessageSearch(IBlobs blobs, MessageEntry entry, IReadOnlyList<string> keywords, Email email)
{
    /// <summary>Octets of a header looked at; real ones have some 10 KiB.</summary>
    const int HeaderBytes = 512 * 1024;

    readonly MessageIndex index = email.UnpackIndex();
    byte[]? header;
    string? known;
    string? body;
    readonly List<int> scores = [];

    /// <summary>How well it matches, 1 to 100: the mean of what was sought fuzzily; the best where nothing was.</summary>
    public int Score => scores.Count == 0 ? FuzzyText.Best : Math.Max(1, (int)Math.Round(scores.Average()));

    public async ValueTask<bool> MatchesAsync(SearchKey key, CancellationToken cancel)
    {
        if (EntrySearch.Matches(key, entry, keywords) is { } known)
            return known;
        return key switch
        {
            SearchKey.And and => await AllAsync(and.Keys, cancel),
            SearchKey.Or or => await MatchesAsync(or.Left, cancel) || await MatchesAsync(or.Right, cancel),
            SearchKey.Not not => !await MatchesAsync(not.Key, cancel),
            SearchKey.Sent sent => index.SentDate is { } date && EntrySearch.IsWithin(date, sent.From, sent.Until),
            SearchKey.Header field => await HasFieldAsync(field.Name, new(field.Text), cancel),
            SearchKey.InThread thread => email.Thread.Value == thread.Thread,
            SearchKey.Body text => await HasTextAsync(text.Text, cancel),
            SearchKey.Anywhere text => await HasFieldAsync(null, new(text.Text), cancel)
                || await HasTextAsync(text.Text, cancel),
            SearchKey.Fuzzy fuzzy => await IsLikeAsync(fuzzy.Key, cancel),
            _ => throw new ArgumentException($"Unknown key {key.GetType().Name}", nameof(key)),
        };
    }

    async ValueTask<bool> AllAsync(IReadOnlyList<SearchKey> keys, CancellationToken cancel)
    {
        foreach (var key in keys)
        {
            if (!await MatchesAsync(key, cancel))
                return false;
        }
        return true;
    }

    /// <param name="name">Null for any field.</param>
    async ValueTask<bool> HasFieldAsync(string? name, SearchedText wanted, CancellationToken cancel)
    {
        if (!index.Truncated && name is not null && Known(name) is { } values)
            return values.Any(value => wanted.IsIn(value));

        return Any(await HeaderAsync(cancel), name, value => wanted.IsIn(value));
    }

    async ValueTask<bool> IsLikeAsync(SearchKey key, CancellationToken cancel)
    {
        var score = key switch
        {
            SearchKey.Header field => await ScoreFieldAsync(field.Name, new(field.Text), cancel),
            SearchKey.Body text => new FuzzyText(text.Text).ScoreIn(
                $"{SearchText.Known(index)} {await BodyAsync(cancel)}"
            ),
            SearchKey.Anywhere text => await ScoreAnywhereAsync(new(text.Text), cancel),
            _ => throw new ArgumentException($"Nothing fuzzy: {key.GetType().Name}", nameof(key)),
        };
        if (score > 0)
            scores.Add(score);
        return score > 0;
    }

    async ValueTask<int> ScoreFieldAsync(string? name, FuzzyText wanted, CancellationToken cancel)
    {
        var values = await ValuesAsync(name, cancel);
        return values.Count == 0 ? 0 : wanted.ScoreIn(string.Join(' ', values));
    }

    /// <summary>What is in the subject counts whole, elsewhere in the header nine tenths, in the message seven.</summary>
    async ValueTask<int> ScoreAnywhereAsync(FuzzyText wanted, CancellationToken cancel)
    {
        var header = string.Join(' ', await ValuesAsync(null, cancel));
        var whole = wanted.ScoreIn($"{header} {SearchText.Known(index)} {await BodyAsync(cancel)}");
        if (whole == 0)
            return 0;
        return Math.Max(
            wanted.ScoreIn(index.Subject),
            Math.Max(wanted.ScoreIn(header) * 9 / 10, Math.Max(1, whole * 7 / 10))
        );
    }

    /// <param name="name">Null for all fields.</param>
    async ValueTask<IReadOnlyList<string>> ValuesAsync(string? name, CancellationToken cancel)
    {
        if (!index.Truncated && name is not null && Known(name) is { } values)
            return [.. values];
        var found = new List<string>();
        Any(
            await HeaderAsync(cancel),
            name,
            value =>
            {
                found.Add(value);
                return false;
            }
        );
        return found;
    }

    async ValueTask<byte[]> HeaderAsync(CancellationToken cancel) =>
        header ??= await ReadAsync(0, Math.Min(index.HeaderLength, HeaderBytes), cancel);

    /// <param name="name">Null for any field; then its name is looked at, too.</param>
    static bool Any(ReadOnlySpan<byte> header, string? name, Predicate<string> test)
    {
        foreach (var field in new HeaderReader(header))
        {
            if (name is not null && !System.Text.Ascii.EqualsIgnoreCase(field.Name, name))
                continue;
            var value = HeaderText.Decode(field.Value);
            if (test(name is null ? $"{Charset.Guess(field.Name)}: {value}" : value))
                return true;
        }
        return false;
    }

    /// <summary>The fields that the index keeps whole; none when the message lacks them.</summary>
    /// <returns>Null for other fields.</returns>
    IEnumerable<string>? Known(string name) =>
        name.ToUpperInvariant() switch
        {
            "SUBJECT" => index.Envelope.Subject.IsNil ? [] : [index.Subject],
            "FROM" => Texts(index.Envelope.From),
            "TO" => Texts(index.Envelope.To),
            "CC" => Texts(index.Envelope.Cc),
            "BCC" => Texts(index.Envelope.Bcc),
            "SENDER" => Texts(index.Envelope.Sender),
            "REPLY-TO" => Texts(index.Envelope.ReplyTo),
            "DATE" => Texts(index.Envelope.Date),
            "MESSAGE-ID" => Texts(index.Envelope.MessageId),
            "IN-REPLY-TO" => Texts(index.Envelope.InReplyTo),
            _ => null,
        };

    static IEnumerable<string> Texts(Octets value) => value.IsNil ? [] : [EncodedWords.Decode(value.Span)];

    static IEnumerable<string> Texts(IReadOnlyList<Address> addresses) =>
        addresses
            .Where(address => !address.IsGroupEnd)
            .Select(address => $"{EncodedWords.Decode(address.Name.Span)} <{address.Spec}>");

    /// <summary>Across line ends, which in a paragraph are the sender's program's, not the sender's.</summary>
    async ValueTask<bool> HasTextAsync(string text, CancellationToken cancel)
    {
        var wanted = new SearchedText(SearchText.Collapse(text));
        known ??= SearchText.Known(index);
        return wanted.IsIn(known) || wanted.IsIn(await BodyAsync(cancel));
    }

    async ValueTask<string> BodyAsync(CancellationToken cancel) =>
        body ??= await BodyText.ReadAsync(index.Body, ReadAsync, cancel);

    async ValueTask<byte[]> ReadAsync(long offset, long length, CancellationToken cancel)
    {
        await using var stream = await blobs.OpenAsync(email, offset, length, cancel);
        if (stream is null)
            return [];
        var bytes = new byte[length];
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        return bytes[..read];
    }
}
