using System.Runtime.CompilerServices;
using Cloud.Mail.Archives;

namespace Cloud.Cli.Archive;

/// <summary>The messages of a Maildir and of the folders below it (Maildir++).</summary>
/// <param name="root">With <c>cur</c> and <c>new</c> in it.</param>
sealed class MaildirSource(string root) : IImportSource
{
    readonly Dictionary<string, string> folders = new(StringComparer.Ordinal);

    public async IAsyncEnumerable<ImportMailbox> MailboxesAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        if (!Directory.Exists(Path.Combine(root, "cur")))
            throw new IOException($"{root} is no Maildir: there is no {Path.Combine(root, "cur")}");
        yield return Of("INBOX", root);
        foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            if (MaildirFolder.Parse(Path.GetFileName(folder)) is not { } levels)
                continue;
            if (Directory.Exists(Path.Combine(folder, "cur")))
                yield return Of(string.Join('/', levels.Select(level => level.Replace('/', '_'))), folder);
        }
    }

    ImportMailbox Of(string name, string folder)
    {
        var source = ImportNames.Source("maildir", name);
        folders[source] = folder;
        return new(name, null, source, Files(folder).LongCount());
    }

    /// <summary>By name, which begins with the time: that is the order in which they came.</summary>
    static IEnumerable<string> Files(string folder) =>
        new[] { "cur", "new" }
            .Select(part => Path.Combine(folder, part))
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFiles)
            .Where(file => MaildirName.Parse(Path.GetFileName(file)) is not null)
            .OrderBy(Path.GetFileName, StringComparer.Ordinal);

    public async IAsyncEnumerable<ImportMessage> MessagesAsync(
        ImportMailbox mailbox,
        IReadOnlySet<string> done,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var folder = folders[mailbox.Source];
        var (names, keywords) = (new ContentNames(), KeywordsIn(folder));
        foreach (var file in Files(folder))
        {
            var (content, fault) = await ReadAsync(file, cancel);
            if (content is null)
            {
                yield return new("", "", [], null, null) { Place = file, Fault = fault };
                continue;
            }
            var name = MaildirName.Parse(Path.GetFileName(file))!;
            var item = names.Of(await content.HashAsync(cancel));
            var isDone = done.Contains(item);
            if (isDone)
                await content.DisposeAsync();
            yield return new(
                item,
                FlagLetters.Of(name.Flags),
                [
                    .. name.Keywords.Select(letter => keywords[letter]).OfType<string>(),
                    .. FlagLetters.KeywordsOf(name.Flags),
                ],
                new DateTimeOffset(File.GetLastWriteTimeUtc(file)),
                isDone ? null : content
            )
            {
                Place = file,
            };
        }
    }

    static async Task<(Spool? Content, string? Fault)> ReadAsync(string file, CancellationToken cancel)
    {
        var content = new Spool();
        try
        {
            await using var stream = File.OpenRead(file);
            await content.CopyFromAsync(stream, cancel);
            return (content, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await content.DisposeAsync();
            return (null, e.Message);
        }
    }

    static IReadOnlyList<string?> KeywordsIn(string folder)
    {
        var file = Path.Combine(folder, "dovecot-keywords");
        return MaildirKeywords.Parse(File.Exists(file) ? File.ReadAllBytes(file) : []);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
