using System.Runtime.CompilerServices;

namespace Cloud.Cli.Archive;

/// <summary>The messages of an export, by its manifest.</summary>
sealed class ManifestSource(string directory) : IImportSource
{
    public async IAsyncEnumerable<ImportMailbox> MailboxesAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var (found, counts) = (new List<ManifestLine>(), new Dictionary<string, long>(StringComparer.Ordinal));
        await foreach (var line in ManifestReader.ReadAsync(directory, cancel))
        {
            if (line.Mailbox is not { } name)
                continue;
            if (line.File is null)
                found.Add(line);
            else
                counts[name] = counts.GetValueOrDefault(name) + 1;
        }
        foreach (var mailbox in found)
        {
            var name = mailbox.Mailbox!;
            yield return new(name, mailbox.Role, ImportNames.Source("export", name), counts.GetValueOrDefault(name));
        }
    }

    public async IAsyncEnumerable<ImportMessage> MessagesAsync(
        ImportMailbox mailbox,
        IReadOnlySet<string> done,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var names = new ContentNames();
        await foreach (var line in ManifestReader.ReadAsync(directory, cancel))
        {
            if (line.File is null || line.Mailbox != mailbox.Name || line.Sha256 is not { } hash)
                continue;
            var item = names.Of(hash);
            Spool? content = null;
            if (!done.Contains(item))
            {
                content =
                    await ManifestReader.OpenAsync(directory, line, cancel)
                    ?? throw new IOException($"{line.File} is missing: `cloud export verify` tells what else is");
                if (await content.HashAsync(cancel) != hash)
                {
                    await content.DisposeAsync();
                    throw new IOException(
                        $"{line.File} is not what it was: `cloud export verify` tells what else is not"
                    );
                }
            }
            yield return new(item, FlagLetters.Of(line.Flags ?? []), line.Keywords ?? [], line.Received, content);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
