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

        header ??= await ReadAsync(0, Math.Min(index.HeaderLength, HeaderBytes), cancel);
        return HeaderHas(header, name, wanted);
    }

    static bool HeaderHas(ReadOnlySpan<byte> header, string? name, SearchedText wanted)
    {
        foreach (var field in new HeaderReader(header))
        {
            if (name is not null && !System.Text.Ascii.EqualsIgnoreCase(field.Name, name))
                continue;
            var value = HeaderText.Decode(field.Value);
            if (wanted.IsIn(name is null ? $"{Charset.Guess(field.Name)}: {value}" : value))
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
