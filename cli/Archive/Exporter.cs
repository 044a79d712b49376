namespace Cloud.Cli.Archive;

/// <param name="Mailboxes">How many there are.</param>
/// <param name="Octets">Of all messages.</param>
sealed record ExportResult(string Directory, long Mailboxes, long Messages, long Octets);

/// <summary>Writes all of a user's mail to files, and a manifest of what they must hash to.</summary>
sealed class Exporter(ArchiveClient archive, string address, TimeProvider time, IProgressBar progress)
{
    /// <param name="directory">New, or empty.</param>
    public async Task<ExportResult> RunAsync(
        string directory,
        ExportFiles files,
        Func<string, bool> takes,
        CancellationToken cancel
    )
    {
        await using var manifest = new ManifestWriter(directory);
        await manifest.WriteAsync(
            new()
            {
                Version = ManifestWriter.Version,
                Address = address,
                Made = time.GetUtcNow(),
            },
            cancel
        );
        var (mailboxes, messages, octets) = (0L, 0L, 0L);
        foreach (var mailbox in await archive.MailboxesAsync(cancel))
        {
            if (!takes(mailbox.Name))
                continue;
            mailboxes++;
            progress.Begin(mailbox.Name, mailbox.Messages);
            await manifest.WriteAsync(new() { Mailbox = mailbox.Name, Role = mailbox.Role }, cancel);
            files.Begin(mailbox);
            await foreach (var message in archive.MessagesAsync(mailbox, cancel))
            {
                await using var content = await archive.ReadAsync(message, cancel);
                progress.Step();
                if (content is null)
                    continue; // deleted since it was listed
                var hash = await content.HashAsync(cancel);
                var (file, offset) = await files.AddAsync(message, content, hash, cancel);
                await manifest.WriteAsync(
                    new()
                    {
                        Mailbox = mailbox.Name,
                        File = file.Replace(Path.DirectorySeparatorChar, '/'),
                        Offset = offset,
                        Size = content.Length,
                        Sha256 = hash,
                        Received = message.ReceivedAt,
                        Flags = message.Flags,
                        Keywords = message.Keywords,
                    },
                    cancel
                );
                messages++;
                octets += content.Length;
            }
            files.End();
        }
        await manifest.EndAsync(messages, cancel);
        return new(directory, mailboxes, messages, octets);
    }
}
