using System.Threading.Channels;

namespace Cloud.Cli.Archive;

/// <summary>What an import has done.</summary>
/// <param name="Brought">Messages.</param>
/// <param name="Known">Messages that an earlier run had brought.</param>
/// <param name="Octets">Of those that were brought.</param>
sealed record ImportResult(long Mailboxes, long Brought, long Known, long Octets);

/// <summary>Brings messages from a source into an account. Run again after whatever happened, it goes on.</summary>
/// <remarks>Each message goes in with the note that it did, in one transaction: so none comes twice.</remarks>
sealed class Importer(ArchiveClient archive, IProgressBar progress)
{
    /// <summary>Messages read ahead: the source is read while the store writes.</summary>
    const int Ahead = 16;

    public async Task<ImportResult> RunAsync(IImportSource source, CancellationToken cancel)
    {
        var total = new ImportResult(0, 0, 0, 0);
        await foreach (var mailbox in source.MailboxesAsync(cancel))
        {
            var done = await RunAsync(source, mailbox, cancel);
            total = new(
                total.Mailboxes + 1,
                total.Brought + done.Brought,
                total.Known + done.Known,
                total.Octets + done.Octets
            );
        }
        return total;
    }

    async Task<ImportResult> RunAsync(IImportSource source, ImportMailbox mailbox, CancellationToken cancel)
    {
        var target = await archive.MakeAsync(mailbox.Name, mailbox.Role, cancel);
        var known = await archive.ImportedAsync(mailbox.Source, cancel);
        progress.Begin(mailbox.Name, mailbox.Messages);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var channel = Channel.CreateBounded<ImportMessage>(Ahead);
        var reading = ReadAsync(source, mailbox, known, channel.Writer, stopping.Token);
        var (brought, skipped, octets) = (0L, 0L, 0L);
        try
        {
            await foreach (var message in channel.Reader.ReadAllAsync(cancel))
            {
                await using var content = message.Content;
                if (content is not null && await PutAsync(target, mailbox, message, content, cancel))
                {
                    brought++;
                    octets += content.Length;
                }
                else
                    skipped++;
                progress.Step();
            }
        }
        finally
        {
            await stopping.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (channel.Reader.TryRead(out var left))
                await (left.Content?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        return new(1, brought, skipped, octets);
    }

    async Task<bool> PutAsync(
        Cloud.Api.Rest.Archive.ArchiveMailbox target,
        ImportMailbox mailbox,
        ImportMessage message,
        Spool content,
        CancellationToken cancel
    )
    {
        await using var stream = content.Open();
        return await archive.PutAsync(target, mailbox.Source, message, stream, cancel);
    }

    static async Task ReadAsync(
        IImportSource source,
        ImportMailbox mailbox,
        IReadOnlySet<string> known,
        ChannelWriter<ImportMessage> target,
        CancellationToken cancel
    )
    {
        try
        {
            await foreach (var message in source.MessagesAsync(mailbox, known, cancel))
            {
                try
                {
                    await target.WriteAsync(message, cancel);
                }
                catch (OperationCanceledException)
                {
                    await (message.Content?.DisposeAsync() ?? ValueTask.CompletedTask);
                    throw;
                }
            }
            target.Complete();
        }
#pragma warning disable CA1031 // Whoever reads the other end learns of it there.
        catch (Exception e)
#pragma warning restore CA1031
        {
            target.Complete(e);
        }
    }
}
