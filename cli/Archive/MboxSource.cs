using System.Globalization;
using System.Runtime.CompilerServices;
using Cloud.Mail.Archives;

namespace Cloud.Cli.Archive;

/// <summary>The messages of an mbox file.</summary>
/// <param name="mailbox">Where they go.</param>
sealed class MboxSource(string path, string mailbox, MboxFamily family) : IImportSource
{
    public async IAsyncEnumerable<ImportMailbox> MailboxesAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        yield return new(mailbox, null, ImportNames.Source("mbox", mailbox), null);
    }

    public async IAsyncEnumerable<ImportMessage> MessagesAsync(
        ImportMailbox target,
        IReadOnlySet<string> done,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var names = new ContentNames();
        await using var file = File.OpenRead(path);
        var number = 0L;
        await foreach (var (envelope, content) in MboxMessages.ReadAsync(file, family, cancel))
        {
            number++;
            var item = names.Of(await content.HashAsync(cancel));
            var isDone = done.Contains(item);
            if (isDone)
                await content.DisposeAsync();
            yield return new(
                item,
                FlagLetters.Of(envelope.Flags),
                FlagLetters.KeywordsOf(envelope.Flags),
                envelope.Received,
                isDone ? null : content
            )
            {
                Place = string.Create(CultureInfo.InvariantCulture, $"{path}, message {number}"),
            };
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Reads an mbox file message by message.</summary>
static class MboxMessages
{
    const int Chunk = 64 * 1024;

    /// <param name="file">Where a message begins, or before it; it can be sought in.</param>
    public static async IAsyncEnumerable<(MboxEnvelope Envelope, Spool Content)> ReadAsync(
        Stream file,
        MboxFamily family,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var (reader, buffer, start) = (new MboxReader(family), new byte[Chunk], file.Position);
        var (rest, isLast) = (ReadOnlyMemory<byte>.Empty, false);
        var content = new Spool();
        try
        {
            while (true)
            {
                var met = Next(reader, ref rest, isLast, content);
                switch (met)
                {
                    case MboxEvent.More when isLast:
                        yield break;
                    case MboxEvent.More:
                        var count = await file.ReadAsync(buffer, cancel);
                        (rest, isLast) = (buffer.AsMemory(0, count), count == 0);
                        break;
                    case MboxEvent.Rewind:
                        await content.DisposeAsync();
                        content = new();
                        file.Position = start + reader.Position;
                        (rest, isLast) = (default, false);
                        break;
                    case MboxEvent.End:
                        var whole = content;
                        content = new();
                        yield return (reader.Envelope, whole);
                        break;
                }
            }
        }
        finally
        {
            await content.DisposeAsync();
        }
    }

    static MboxEvent Next(MboxReader reader, ref ReadOnlyMemory<byte> rest, bool isLast, Spool content)
    {
        var input = rest.Span;
        var met = reader.Read(ref input, isLast, content);
        rest = rest[^input.Length..];
        return met;
    }
}
