using System.Globalization;
using System.IO.Pipelines;
using Cloud.Api.Rest.Archive;
using Cloud.Mail.Archives;
using Cloud.Mail.Compose;

namespace Cloud.Cli.Archive;

/// <summary>Where an export's messages are put: files that other programs read, too.</summary>
abstract class ExportFiles(string directory)
{
    readonly HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);

    protected string Root => directory;

    public abstract void Begin(ArchiveMailbox mailbox);

    /// <returns>Where the message is: <see cref="ManifestLine.File"/>, and <see cref="ManifestLine.Offset"/>.</returns>
    public abstract Task<(string File, long? Offset)> AddAsync(
        ArchiveMessage message,
        Spool content,
        string hash,
        CancellationToken cancel
    );

    public virtual void End() { }

    /// <summary>A name that nothing else here has, also where upper and lower case are the same.</summary>
    protected string Unique(string name)
    {
        var free = name;
        for (var number = 2; !taken.Add(free); number++)
            free = string.Create(CultureInfo.InvariantCulture, $"{name}_{number}");
        return free;
    }

    protected static async Task WriteAsync(string path, Spool content, CancellationToken cancel)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        await using var source = content.Open();
        await source.CopyToAsync(file, cancel);
    }
}

/// <summary>A Maildir with folders below it (Maildir++), as Dovecot and others read it.</summary>
sealed class MaildirFiles(string directory) : ExportFiles(directory)
{
    const string Top = "Maildir";

    readonly List<string?> keywords = [];
    string folder = "";

    public override void Begin(ArchiveMailbox mailbox)
    {
        folder =
            mailbox.Name == "INBOX" ? Top : Path.Combine(Top, Unique(MaildirFolder.Format(mailbox.Name.Split('/'))));
        foreach (var part in new[] { "cur", "new", "tmp" })
            Directory.CreateDirectory(Path.Combine(Root, folder, part));
        keywords.Clear();
    }

    public override async Task<(string File, long? Offset)> AddAsync(
        ArchiveMessage message,
        Spool content,
        string hash,
        CancellationToken cancel
    )
    {
        var letters = message.Keywords.Select(LetterOf).Where(letter => letter >= 0).ToList();
        var unique = string.Create(
            CultureInfo.InvariantCulture,
            $"{message.ReceivedAt.ToUnixTimeSeconds()}.U{message.Uid:D10}M{message.Id}.cloud"
        );
        var flags = FlagLetters.Parse(message.Flags, message.Keywords);
        var name = new MaildirName(unique, flags, letters, content.Length);
        var separator = OperatingSystem.IsWindows() ? MaildirName.Semicolon : MaildirName.Colon;
        var file = Path.Combine(folder, "cur", name.ToFile(separator));
        var path = Path.Combine(Root, file);
        await WriteAsync(path, content, cancel);
        File.SetLastWriteTimeUtc(path, message.ReceivedAt.UtcDateTime);
        return (file, null);
    }

    int LetterOf(string keyword)
    {
        var at = keywords.IndexOf(keyword);
        if (at < 0 && keywords.Count < MaildirKeywords.Max)
        {
            at = keywords.Count;
            keywords.Add(keyword);
        }
        return at;
    }

    public override void End()
    {
        if (keywords.Count > 0)
            File.WriteAllBytes(Path.Combine(Root, folder, "dovecot-keywords"), MaildirKeywords.Format(keywords));
    }
}

/// <summary>An mbox file (mboxrd) a mailbox; what that format cannot say is kept beside it as it is.</summary>
sealed class MboxFiles(string directory) : ExportFiles(directory)
{
    const string Top = "mbox";
    const string Exact = "exact";

    /// <summary>Characters of a file's name; file systems allow 255 octets.</summary>
    const int MaxName = 60;

    string file = "";

    public override void Begin(ArchiveMailbox mailbox)
    {
        Directory.CreateDirectory(Path.Combine(Root, Top));
        var plain = string.Concat(mailbox.Name.Select(c => char.IsLetterOrDigit(c) || c is ' ' or '-' ? c : '_'));
        file = Path.Combine(Top, Unique(plain.Length <= MaxName ? plain : plain[..MaxName]) + ".mbox");
        using var _ = new FileStream(Path.Combine(Root, file), FileMode.CreateNew);
    }

    public override async Task<(string File, long? Offset)> AddAsync(
        ArchiveMessage message,
        Spool content,
        string hash,
        CancellationToken cancel
    )
    {
        await using var target = new FileStream(Path.Combine(Root, file), FileMode.Open, FileAccess.ReadWrite);
        var offset = target.Seek(0, SeekOrigin.End);
        var envelope = new MboxEnvelope("", message.ReceivedAt, FlagLetters.Parse(message.Flags, message.Keywords));
        var pipe = PipeWriter.Create(target, new(leaveOpen: true));
        var source = OctetSource.Of(_ => new ValueTask<Stream>(content.Open()));
        await new MboxWriter(MboxFamily.Mboxrd, NewlineForm.Kept).WriteAsync(envelope, source, pipe, cancel);
        await pipe.CompleteAsync();

        // Some messages cannot come out as they went in: without a line end at their end, with a Status of their own.
        target.Position = offset;
        if (await HashAsync(target, cancel) == hash)
            return (file, offset);
        Directory.CreateDirectory(Path.Combine(Root, Exact));
        var exact = Path.Combine(Exact, $"{hash}.eml");
        if (!File.Exists(Path.Combine(Root, exact)))
            await WriteAsync(Path.Combine(Root, exact), content, cancel);
        return (exact, null);
    }

    static async Task<string?> HashAsync(Stream source, CancellationToken cancel)
    {
        await foreach (var (_, read) in MboxMessages.ReadAsync(source, MboxFamily.Mboxrd, cancel))
        {
            await using (read)
                return await read.HashAsync(cancel);
        }
        return null;
    }
}
