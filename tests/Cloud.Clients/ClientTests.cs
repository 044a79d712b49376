namespace Cloud.Clients;

/// <summary>A server on a folder of its own, and a home for the clients.</summary>
public abstract class ClientTests : IAsyncLifetime
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("cloud-clients-");
    MailServer? cloud;

    protected MailServer Cloud => cloud ?? throw new InvalidOperationException("The server does not run");

    protected string Data => Path.Combine(folder.FullName, "data");

    protected string Home { get; private set; } = "";

    public virtual async Task InitializeAsync()
    {
        Home = folder.CreateSubdirectory("home").FullName;
        await StartAsync();
    }

    /// <summary>Starts the server, again after it was stopped or killed.</summary>
    protected async Task StartAsync() => cloud = await MailServer.StartAsync(Data, Arguments, Variables);

    /// <summary>More arguments for `cloud serve`.</summary>
    protected virtual string[] Arguments => [];

    /// <summary>Of its environment.</summary>
    protected virtual IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>();

    public virtual async Task DisposeAsync()
    {
        if (cloud is not null)
            await cloud.DisposeAsync();
        folder.Delete(recursive: true);
    }

    protected string At(string name) => Path.Combine(Home, name);

    /// <summary>Writes a client's configuration, readable for its owner alone as some insist.</summary>
    protected string Configure(string name, string text)
    {
        var path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    /// <summary>Hands letters to the SMTP port, each to alice.</summary>
    protected async Task SendAsync(params IReadOnlyList<Letter> letters)
    {
        var target = Directory.CreateDirectory(At("out")).FullName;
        for (var i = 0; i < letters.Count; i++)
            await File.WriteAllBytesAsync(Path.Combine(target, $"{i:D4}"), letters[i].Bytes);
        await Tool.PythonAsync(Home, "send.py", $"{Cloud["smtp"]}", MailServer.Alice, target);
        Directory.Delete(target, recursive: true);
    }

    /// <summary>Alice's messages by python's imaplib: file names are UIDs.</summary>
    protected async Task<SortedDictionary<uint, byte[]>> ImapAsync(string mailbox = "INBOX")
    {
        var target = At("imap-" + Path.GetRandomFileName());
        await Tool.PythonAsync(
            Home,
            "imap_fetch.py",
            $"{Cloud["imap"]}",
            MailServer.Alice,
            MailServer.AlicePassword,
            mailbox,
            target
        );
        return Read(target);
    }

    /// <summary>Puts letters into alice's mailboxes, which are made, by python's imaplib.</summary>
    /// <param name="security"><c>tls</c> at port imaps, <c>starttls</c> or <c>none</c> at port imap.</param>
    protected async Task FillAsync(IEnumerable<Kept> letters, string security = "none")
    {
        var source = At("fill-" + Path.GetRandomFileName());
        Kept.Write(source, letters);
        await ImapAsync("imap_fill.py", source, security);
        Directory.Delete(source, recursive: true);
    }

    /// <summary>All that is in alice's mailboxes, by python's imaplib.</summary>
    /// <param name="own">Takes out of a message what the program that brought it has added.</param>
    /// <inheritdoc cref="FillAsync"/>
    protected async Task<IReadOnlyList<Kept>> DumpAsync(string security = "none", Func<byte[], byte[]>? own = null)
    {
        var target = At("dump-" + Path.GetRandomFileName());
        await ImapAsync("imap_dump.py", target, security);
        List<Kept> kept = [.. Kept.In(target, own)];
        Directory.Delete(target, recursive: true);
        return kept;
    }

    Task<string> ImapAsync(string script, string folder, string security) =>
        Tool.PythonAsync(
            Home,
            script,
            $"{Cloud[security == "tls" ? "imaps" : "imap"]}",
            MailServer.Alice,
            MailServer.AlicePassword,
            folder,
            security
        );

    /// <summary>One thing done in alice's INBOX; imap_run.py lists them.</summary>
    protected Task<string> ImapRunAsync(string action, string argument) =>
        Tool.PythonAsync(
            Home,
            "imap_run.py",
            $"{Cloud["imap"]}",
            MailServer.Alice,
            MailServer.AlicePassword,
            action,
            argument
        );

    /// <summary>The server's certificate, which it has signed itself.</summary>
    protected string Certificate => Path.Combine(Data, "tls", "certificate.pem");

    /// <summary>A user's messages by python's poplib: file names are numbers.</summary>
    protected async Task<SortedDictionary<uint, byte[]>> Pop3Async(
        string user = MailServer.Alice,
        string password = MailServer.AlicePassword
    )
    {
        var target = At("pop3-" + Path.GetRandomFileName());
        await Tool.PythonAsync(Home, "pop3_fetch.py", $"{Cloud["pop3"]}", user, password, target);
        return Read(target);
    }

    static SortedDictionary<uint, byte[]> Read(string folder) =>
        new(
            Directory
                .EnumerateFiles(folder)
                .ToDictionary(
                    file => uint.Parse(Path.GetFileName(file), System.Globalization.CultureInfo.InvariantCulture),
                    File.ReadAllBytes
                )
        );
}
