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
            var (content, fault) = done.Contains(item) ? (null, null) : await OpenAsync(line, hash, cancel);
            yield return new(item, FlagLetters.Of(line.Flags ?? []), line.Keywords ?? [], line.Received, content)
            {
                Place = line.Place,
                Fault = fault,
            };
        }
    }

    async Task<(Spool? Content, string? Fault)> OpenAsync(ManifestLine line, string hash, CancellationToken cancel)
    {
        try
        {
            if (await ManifestReader.OpenAsync(directory, line, cancel) is not { } content)
                return (null, "It is missing");
            if (await content.HashAsync(cancel) == hash)
                return (content, null);
            await content.DisposeAsync();
            return (null, "It is not what it was: its SHA-256 is another");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, e.Message);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
