using System.Threading.Channels;

namespace Cloud.Cli.Archive;

/// <summary>What an import has done.</summary>
/// <param name="Brought">Messages.</param>
/// <param name="Known">Messages that an earlier run had brought.</param>
/// <param name="Octets">Of those that were brought.</param>
/// <param name="Refused">Messages that could not be read, or were not taken; the next run tries them again.</param>
/// <param name="Refusals">Which and why: the first of them.</param>
sealed record ImportResult(
    long Mailboxes,
    long Brought,
    long Known,
    long Octets,
    long Refused,
    IReadOnlyList<ImportRefusal> Refusals
)
{
    /// <summary>Refusals that are told.</summary>
    public const int MaxRefusals = 1000;

    public static readonly ImportResult None = new(0, 0, 0, 0, 0, []);

    public ImportResult Plus(ImportResult more) =>
        new(
            Mailboxes + more.Mailboxes,
            Brought + more.Brought,
            Known + more.Known,
            Octets + more.Octets,
            Refused + more.Refused,
            [.. Refusals.Concat(more.Refusals).Take(MaxRefusals)]
        );
}

/// <param name="Mailbox">Where it was to go.</param>
/// <param name="Message">The file, or the UID; <see cref="All"/>.</param>
sealed record ImportRefusal(string Mailbox, string Message, string Reason)
{
    /// <summary>In a message's place, where none of a mailbox can be had.</summary>
    public const string All = "the mailbox";

    public static ImportRefusal OfAll(string mailbox, string reason) => new(mailbox, All, reason);
}

/// <summary>Brings messages from a source into an account. Run again after whatever happened, it goes on.</summary>
/// <remarks>
/// Each message goes in with the note that it did, in one transaction: so none comes twice. One that is refused is told of
/// at the end, and keeps no other from coming.
/// </remarks>
sealed class Importer(ArchiveClient archive, IProgressBar progress)
{
    /// <summary>Messages read ahead: the source is read while the store writes.</summary>
    const int Ahead = 16;

    public async Task<ImportResult> RunAsync(IImportSource source, CancellationToken cancel)
    {
        var total = ImportResult.None;
        await foreach (var mailbox in source.MailboxesAsync(cancel))
            total = total.Plus(await RunAsync(source, mailbox, cancel));
        return total;
    }

    async Task<ImportResult> RunAsync(IImportSource source, ImportMailbox mailbox, CancellationToken cancel)
    {
        if (mailbox.Fault is { } closed)
            return ImportResult.None with { Refused = 1, Refusals = [ImportRefusal.OfAll(mailbox.Name, closed)] };
        var target = await archive.MakeAsync(mailbox.Name, mailbox.Role, cancel);
        var known = await archive.ImportedAsync(mailbox.Source, cancel);
        progress.Begin(mailbox.Name, mailbox.Messages);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var channel = Channel.CreateBounded<ImportMessage>(Ahead);
        var reading = ReadAsync(source, mailbox, known, channel.Writer, stopping.Token);
        var (brought, skipped, octets, refused) = (0L, 0L, 0L, 0L);
        var refusals = new List<ImportRefusal>();
        try
        {
            await foreach (var message in channel.Reader.ReadAllAsync(cancel))
            {
                await using var content = message.Content;
                var put = await PutAsync(target, mailbox, message, cancel);
                if (put.Refused is { } why)
                {
                    refused++;
                    if (refusals.Count < ImportResult.MaxRefusals)
                        refusals.Add(new(mailbox.Name, message.Place, why));
                }
                else if (put.IsNew)
                {
                    brought++;
                    octets += content!.Length;
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
        return new(1, brought, skipped, octets, refused, refusals);
    }

    async Task<PutResult> PutAsync(
        Cloud.Api.Rest.Archive.ArchiveMailbox target,
        ImportMailbox mailbox,
        ImportMessage message,
        CancellationToken cancel
    )
    {
        if (message.Fault is { } fault)
            return PutResult.Of(fault);
        if (message.Content is not { } content)
            return PutResult.Known;
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
