namespace Cloud.Clients;

/// <summary>A letter where it lies: in a mailbox, with the flags of a file name of a Maildir, such as FS.</summary>
public sealed record Kept(string Mailbox, string Flags, Letter Letter)
{
    const string FlagMark = ":2,";

    static readonly string[] Parts = ["cur", "new", "tmp"];

    /// <summary>Flags in turn, so that each is there and each is lacking.</summary>
    static readonly string[] Turns = ["", "S", "FS", "R", "D", "FRS"];

    /// <summary>Letters of a mailbox, each with other flags than its neighbours.</summary>
    public static IEnumerable<Kept> Of(string mailbox, IEnumerable<Letter> letters) =>
        letters.Select((letter, i) => new Kept(mailbox, Turns[i % Turns.Length], letter));

    public Kept WithUnixLines() => this with { Letter = Letter.WithUnixLines() };

    /// <summary>What lies in a folder of Maildirs, or in what imap_dump.py has written.</summary>
    /// <param name="own">Takes out of a message what the program that wrote it has added.</param>
    public static IEnumerable<Kept> In(string folder, Func<byte[], byte[]>? own = null) =>
        Directory
            .EnumerateFiles(folder, $"*{FlagMark}*", SearchOption.AllDirectories)
            .Where(file => !Path.GetFileName(file).StartsWith('.'))
            .Select(file =>
            {
                var bytes = File.ReadAllBytes(file);
                var flags = file[(file.LastIndexOf(FlagMark, StringComparison.Ordinal) + FlagMark.Length)..];
                return new Kept(MailboxOf(folder, file), flags, Letter.In(own is null ? bytes : own(bytes)));
            });

    /// <summary>Writes each mailbox as a folder, and each letter as a file :2,FLAGS in it.</summary>
    /// <param name="maildir">As Maildirs: the files are in cur.</param>
    public static void Write(string folder, IEnumerable<Kept> letters, bool maildir = false)
    {
        foreach (var kept in letters)
        {
            var mailbox = Path.Combine(folder, kept.Mailbox);
            foreach (var part in maildir ? Parts : [""])
                Directory.CreateDirectory(Path.Combine(mailbox, part));
            var name = $"1.{kept.Letter.Name}.here{FlagMark}{kept.Flags}";
            File.WriteAllBytes(Path.Combine(mailbox, maildir ? "cur" : "", name), kept.Letter.Bytes);
        }
    }

    /// <summary>Compares mailbox, flags and octets, in whatever order.</summary>
    public static void AssertSame(IEnumerable<Kept> expected, IEnumerable<Kept> actual) =>
        Assert.Equal(expected.Select(kept => kept.ToString()).Order(), actual.Select(kept => kept.ToString()).Order());

    public override string ToString() => $"{Mailbox} {Letter.Name} {Flags} {Letter.Bytes.Length} {Letter.Sha256}";

    static string MailboxOf(string folder, string file)
    {
        var mailbox = Path.GetRelativePath(folder, Path.GetDirectoryName(file)!);
        return Parts.Contains(Path.GetFileName(mailbox)) ? Path.GetDirectoryName(mailbox)! : mailbox;
    }
}
