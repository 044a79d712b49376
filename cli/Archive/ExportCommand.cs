using System.CommandLine;
using Cloud.Api.Admin;
using Cloud.Cli.Admin;
using Cloud.Cli.Control;

namespace Cloud.Cli.Archive;

/// <summary>`cloud export ADDRESS DIR`, `cloud export verify DIR`, `cloud export restore ADDRESS DIR`.</summary>
static class ExportCommand
{
    enum Format
    {
        Maildir,
        Mbox,
    }

    public static Command Create()
    {
        var address = new Argument<string>("address");
        var directory = new Argument<string>("directory") { Description = "New, or empty" };
        var format = new Option<Format>("--format") { Description = "maildir or mbox (maildir)" };
        var only = new Option<string[]>("--only") { Description = "A mailbox to write (all); may be repeated" };
        var command = SharedOptions.Showing(
            new Command("export", "Write a user's mail to files, with a manifest of their hashes.")
            {
                address,
                directory,
                format,
                only,
            },
            (api, parsed, cancel) =>
                RunAsync(
                    api,
                    parsed.GetRequiredValue(address),
                    parsed.GetRequiredValue(directory),
                    parsed.GetValue(format),
                    parsed.GetValue(only) ?? [],
                    cancel
                ),
            ArchiveResultJson.Default.ExportResult,
            result =>
                Console.WriteLine(
                    $"{result.Messages} messages of {result.Mailboxes} mailboxes, {result.Octets} octets, in {result.Directory}"
                )
        );
        command.Subcommands.Add(Verify());
        command.Subcommands.Add(Restore());
        return command;
    }

    static async ValueTask<ExportResult> RunAsync(
        IApiCaller api,
        string address,
        string directory,
        Format format,
        string[] only,
        CancellationToken cancel
    )
    {
        Directory.CreateDirectory(directory);
        if (Directory.EnumerateFileSystemEntries(directory).Any())
            throw new AdminException($"{directory} is not empty");
        ExportFiles files = format == Format.Mbox ? new MboxFiles(directory) : new MaildirFiles(directory);
        return await Progress.RunAsync(bar =>
            new Exporter(new(api, address), address, TimeProvider.System, bar).RunAsync(
                directory,
                files,
                name => only.Length == 0 || only.Contains(name),
                cancel
            )
        );
    }

    static Command Verify()
    {
        var directory = new Argument<string>("directory");
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("verify", "Compare an export with its manifest.") { directory, json };
        command.SetAction(
            async (parsed, cancel) =>
            {
                try
                {
                    var where = parsed.GetRequiredValue(directory);
                    var result = await Progress.RunAsync(bar => ExportCheck.RunAsync(where, bar, cancel));
                    if (parsed.GetValue(json))
                        QueueJson.Print(result, ArchiveResultJson.Default.ExportCheckResult);
                    else
                        Print(result);
                    return result.Faults.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    Console.Error.WriteLine(e.Message);
                    return ExitCode.Failed;
                }
            }
        );
        return command;
    }

    static void Print(ExportCheckResult result)
    {
        foreach (var fault in result.Faults)
            Console.WriteLine(TextTable.Plain(fault));
        Console.WriteLine($"{result.Messages} messages, {result.Octets} octets, {result.Faults.Count} faults");
    }

    static Command Restore()
    {
        var user = new Argument<string>("address") { Description = "The user who gets it" };
        var directory = new Argument<string>("directory");
        return ImportCommand.Importing(
            new Command("restore", "Put an export into a user's mailboxes; run again, it goes on.") { user, directory },
            user,
            parsed => new ManifestSource(parsed.GetRequiredValue(directory)),
            again: true
        );
    }
}
