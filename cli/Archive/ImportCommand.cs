using System.CommandLine;
using Cloud.Cli.Admin;
using Cloud.Cli.Archive.Imap;
using Cloud.Cli.Control;
using Cloud.Mail.Archives;

namespace Cloud.Cli.Archive;

/// <summary>`cloud import mbox|maildir|imap`: brings mail from elsewhere; run again, it goes on where it stopped.</summary>
static class ImportCommand
{
    const int ImapsPort = 993;
    const int ImapPort = 143;

    public static Command Create() =>
        new("import", "Bring a user's mail from elsewhere; run again, it goes on where it stopped.")
        {
            Mbox(),
            Maildir(),
            Imap(),
        };

    static Argument<string> User() => new("address") { Description = "The user who gets it" };

    static Command Mbox()
    {
        var (user, file) = (User(), new Argument<string>("file"));
        var mailbox = new Option<string>("--mailbox")
        {
            Description = "Where it goes (INBOX)",
            DefaultValueFactory = _ => "INBOX",
        };
        var family = new Option<MboxFamily>("--family")
        {
            Description = "mboxrd, mboxo, mboxcl or mboxcl2; no file tells which it is",
            DefaultValueFactory = _ => MboxFamily.Mboxrd,
        };
        return Importing(
            new Command("mbox", "From an mbox file.") { user, file, mailbox, family },
            user,
            parsed =>
                File.Exists(parsed.GetRequiredValue(file))
                    ? new MboxSource(
                        parsed.GetRequiredValue(file),
                        parsed.GetRequiredValue(mailbox),
                        parsed.GetValue(family)
                    )
                    : throw new IOException($"There is no file {parsed.GetRequiredValue(file)}")
        );
    }

    static Command Maildir()
    {
        var (user, directory) = (User(), new Argument<string>("directory"));
        return Importing(
            new Command("maildir", "From a Maildir and the folders in it.") { user, directory },
            user,
            parsed => new MaildirSource(parsed.GetRequiredValue(directory))
        );
    }

    static Command Imap()
    {
        var (user, host) = (User(), new Argument<string>("host") { Description = "The server: HOST or HOST:PORT" });
        var login = new Option<string>("--user") { Description = "Who logs in there", Required = true };
        var security = new Option<ImapSecurity>("--security")
        {
            Description = "tls (port 993), starttls or none (port 143)",
            DefaultValueFactory = _ => ImapSecurity.Tls,
        };
        var insecure = new Option<bool>("--insecure") { Description = "Take any certificate" };
        var only = new Option<string[]>("--only") { Description = "A mailbox to bring (all); may be repeated" };
        var except = new Option<string[]>("--except") { Description = "A mailbox to leave out; may be repeated" };
        return Importing(
            new Command("imap", "From another server; the password is asked for, or read from standard input.")
            {
                user,
                host,
                login,
                security,
                insecure,
                only,
                except,
            },
            user,
            parsed =>
            {
                var password = Passwords.Read() ?? throw new IOException("Without a password there is nothing to do");
                var target = HostOf(
                    parsed.GetRequiredValue(host),
                    parsed.GetValue(security),
                    parsed.GetValue(insecure)
                );
                var (wanted, unwanted) = (parsed.GetValue(only) ?? [], parsed.GetValue(except) ?? []);
                return new ImapSource(
                    target,
                    parsed.GetRequiredValue(login),
                    password,
                    name => (wanted.Length == 0 || wanted.Contains(name)) && !unwanted.Contains(name),
                    TimeProvider.System
                );
            }
        );
    }

    static ImapHost HostOf(string text, ImapSecurity security, bool takesAny)
    {
        var colon = text.LastIndexOf(':');
        var isName = colon < 0 || text.IndexOf(':', StringComparison.Ordinal) != colon;
        var port = security == ImapSecurity.Tls ? ImapsPort : ImapPort;
        if (isName)
            return new(text, port, security, takesAny);
        return ushort.TryParse(text.AsSpan(colon + 1), out var given) && given > 0
            ? new(text[..colon], given, security, takesAny)
            : throw new IOException($"{text} is neither HOST nor HOST:PORT");
    }

    /// <summary>Lets a command bring messages, and say how many; it fails where one of them is refused.</summary>
    /// <param name="again">Whether it brings again what an earlier run had brought and is gone since; asked for where null.</param>
    public static Command Importing(
        Command command,
        Argument<string> user,
        Func<ParseResult, IImportSource> open,
        bool? again = null
    )
    {
        var anew = new Option<bool>("--again") { Description = "Bring also what was brought before and deleted since" };
        if (again is null)
            command.Options.Add(anew);
        return SharedOptions.Showing(
            command,
            (api, parsed, cancel) =>
                RunAsync(
                    new(api, parsed.GetRequiredValue(user), again ?? parsed.GetValue(anew)),
                    () => open(parsed),
                    cancel
                ),
            ArchiveResultJson.Default.ImportResult,
            Print,
            result =>
                result.Refused == 0 ? null : $"{result.Refused} messages were not taken; another run tries them again"
        );
    }

    static void Print(ImportResult result)
    {
        foreach (var refusal in result.Refusals)
            Console.Error.WriteLine(TextTable.Plain($"{refusal.Mailbox}: {refusal.Message}: {refusal.Reason}"));
        Console.WriteLine(
            $"{result.Brought} messages brought, {result.Octets} octets, into {result.Mailboxes} mailboxes"
                + (result.Known > 0 ? $"; {result.Known} had been brought before" : "")
        );
    }

    static async ValueTask<ImportResult> RunAsync(
        ArchiveClient archive,
        Func<IImportSource> open,
        CancellationToken cancel
    )
    {
        await using var source = open();
        return await Progress.RunAsync(bar => new Importer(archive, bar).RunAsync(source, cancel));
    }
}
