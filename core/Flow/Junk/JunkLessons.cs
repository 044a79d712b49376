using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Correspondents;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Trust.Bayes;

namespace Cloud.Flow.Junk;

/// <summary>What an account's filter learns when its user moves mail into Junk and out of it, and what it says of new mail.</summary>
/// <remarks>Nothing is thrown: a lesson that is lost or an opinion that cannot be had never stands in mail's way.</remarks>
sealed class JunkLessons(AccountStore accounts, KnownSenders known, Entropy entropy)
{
    /// <summary>Messages of one command that are learned from; who moves more at once tidies up.</summary>
    public const int MaxMessages = 50;

    /// <summary>Octets of a message that are read.</summary>
    const int SampleOctets = 64 * 1024;

    /// <summary>Messages read at a time: who moves mail waits for it.</summary>
    const int ReadAtOnce = 10;

    /// <summary>How long a filter in memory is believed where others may teach it.</summary>
    static readonly TimeSpan Age = TimeSpan.FromMinutes(10);

    readonly JunkFilters filters = new(
        accounts.Rows,
        Tables.Mail,
        entropy,
        accounts.Time,
        accounts.Options.SoleOwner ? TimeSpan.FromDays(1) : Age
    );

    /// <summary>Learns from messages that a user has moved or copied.</summary>
    /// <param name="from">The mailbox they were in.</param>
    /// <param name="to">The mailbox they are in now.</param>
    public ValueTask LearnAsync(
        AccountId account,
        MailboxRole from,
        MailboxRole to,
        IReadOnlyList<EmailId> emails,
        CancellationToken cancel
    )
    {
        var lesson = JunkLesson.OfMove(PlaceOf(from), PlaceOf(to));
        return lesson is null ? ValueTask.CompletedTask : LearnAsync(account, lesson.Value, from, emails, cancel);
    }

    /// <summary>What an account's filter makes of a message; null where it has not learned enough.</summary>
    /// <param name="blob">The message.</param>
    /// <param name="index">Of the message, taken apart when it is needed and once; null for none.</param>
    public async ValueTask<BayesVerdict?> ClassifyAsync(
        AccountId account,
        string blob,
        Lazy<MessageIndex?> index,
        CancellationToken cancel
    )
    {
        try
        {
            if (await filters.FindAsync(account.Value, cancel) is not { } filter || !filter.IsReady())
                return null;
            var tokens = index.Value is { } known ? await TokensAsync(blob, known, cancel) : null;
            return tokens is null ? null : filter.Classify(tokens);
        }
        catch (Exception e) when (e is StoreException or IOException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Whether the user has written to a message's author; false as well where nobody can tell.</summary>
    public async ValueTask<bool> KnowsAuthorAsync(AccountId account, MessageIndex? index, CancellationToken cancel) =>
        index is not null && AuthorOf(index) is { } author && await known.TryKnowAsync(account, author, cancel);

    async ValueTask LearnAsync(
        AccountId account,
        JunkClass lesson,
        MailboxRole from,
        IReadOnlyList<EmailId> emails,
        CancellationToken cancel
    )
    {
        try
        {
            var some = emails.Take(MaxMessages).ToList();
            var rows = await EmailReader.ReadAsync(accounts.Rows, account, some, cancel);
            var samples = new List<Sample>();
            foreach (var chunk in rows.Chunk(ReadAtOnce))
                samples.AddRange(
                    (await Task.WhenAll(chunk.Select(row => SampleAsync(row.Email, cancel)))).OfType<Sample>()
                );
            var messages = samples.Select(sample => (sample.Id, sample.Tokens)).ToList();
            await filters.LearnAsync(account.Value, messages, lesson, cancel);
            await TellAuthorsAsync(account, lesson, from, samples.Select(sample => sample.Index), cancel);
        }
        catch (Exception e)
            when (e is StoreException or IOException or InvalidDataException or OperationCanceledException)
        {
            // The messages are where the user wants them; the next ones teach the same.
        }
    }

    sealed record Sample(string Id, MessageIndex Index, IReadOnlyList<string> Tokens);

    /// <returns>Null where it cannot be read: the others are learned from all the same.</returns>
    async Task<Sample?> SampleAsync(Email email, CancellationToken cancel)
    {
        if (email.Index.IsEmpty)
            return null;
        try
        {
            var index = MessageIndex.Unpack(email.Index.Span);
            return await TokensAsync(email.Blob, index, cancel) is { } tokens
                ? new($"{email.Id}", index, tokens)
                : null;
        }
        catch (Exception e) when (e is StoreException or IOException or InvalidDataException)
        {
            return null;
        }
    }

    async ValueTask TellAuthorsAsync(
        AccountId account,
        JunkClass lesson,
        MailboxRole from,
        IEnumerable<MessageIndex> messages,
        CancellationToken cancel
    )
    {
        var authors = messages.Select(AuthorOf).OfType<EmailAddress>().DistinctBy(author => author.Key).ToList();
        if (lesson == JunkClass.Spam)
        {
            foreach (var author in authors)
                await known.RemoveAsync(account, author, cancel);
        }
        else if (from == MailboxRole.Junk)
        {
            await known.TryAddAsync(account, authors, cancel);
        }
    }

    /// <returns>Null when the blob is gone.</returns>
    async ValueTask<IReadOnlyList<string>?> TokensAsync(string blob, MessageIndex index, CancellationToken cancel)
    {
        await using var stream = await accounts.Blobs.OpenAsync(blob, 0, SampleOctets, cancel);
        if (stream is null)
            return null;
        var start = new byte[SampleOctets];
        var length = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancel);
        return JunkTokens.Of(new(index, start.AsMemory(0, length)));
    }

    static EmailAddress? AuthorOf(MessageIndex index) =>
        index.Envelope.From is [var author, ..] ? EmailAddress.TryParse(author.Spec) : null;

    static JunkPlace PlaceOf(MailboxRole role) =>
        role switch
        {
            MailboxRole.Inbox => JunkPlace.Inbox,
            MailboxRole.Junk => JunkPlace.Junk,
            MailboxRole.Trash => JunkPlace.Trash,
            MailboxRole.Drafts or MailboxRole.Sent => JunkPlace.Own,
            _ => JunkPlace.Kept,
        };
}
