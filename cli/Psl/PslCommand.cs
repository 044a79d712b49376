using System.CommandLine;
using Cloud.Listener.Hosting.Settings;
using Cloud.Trust.Dmarc.Suffixes;

namespace Cloud.Cli.Psl;

/// <summary>
/// `cloud psl FILE`: the Public Suffix List in the form that is kept, for who maintains this repository or keeps it
/// elsewhere; `cloud psl update FILE`: gives it to the server on this machine.
/// </summary>
static class PslCommand
{
    public static Command Create()
    {
        var published = Published();
        var command = new Command("psl", "Writes the Public Suffix List as a server reads it.") { published };
        command.Subcommands.Add(Update());
        command.SetAction(
            (parsed, cancel) =>
                RunAsync(
                    parsed.GetRequiredValue(published),
                    async list =>
                    {
                        await using var output = Console.OpenStandardOutput();
                        await output.WriteAsync(list, cancel);
                    },
                    cancel
                )
        );
        return command;
    }

    static Command Update()
    {
        var published = Published();
        var data = new Option<string>("--data")
        {
            Description = "As for `cloud serve`",
            HelpName = "DIR",
            DefaultValueFactory = _ => "data",
        };
        var command = new Command("update", "Puts it into DIR; a server that runs uses it within a minute.")
        {
            published,
            data,
        };
        command.SetAction(
            (parsed, cancel) =>
            {
                var target = Path.Combine(parsed.GetRequiredValue(data), SuffixSource.FileName);
                return RunAsync(
                    parsed.GetRequiredValue(published),
                    async list =>
                    {
                        // A server never sees half of it.
                        await File.WriteAllBytesAsync($"{target}.new", list, cancel);
                        File.Move($"{target}.new", target, overwrite: true);
                        Console.WriteLine($"{PublicSuffixes.Of(list).Count} rules in {target}");
                    },
                    cancel
                );
            }
        );
        return command;
    }

    static Argument<FileInfo> Published() =>
        new("file") { Description = "public_suffix_list.dat, as publicsuffix.org and Linux distributions have it" };

    static async Task<int> RunAsync(FileInfo published, Func<byte[], Task> keep, CancellationToken cancel)
    {
        try
        {
            if (published.Length > SuffixList.MaxLength)
                throw new FormatException($"The list has more than {SuffixList.MaxLength} octets.");
            await keep(SuffixList.Convert(await File.ReadAllTextAsync(published.FullName, cancel)));
            return ExitCode.Ok;
        }
        catch (Exception fault) when (fault is FormatException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"cloud psl: {fault.Message}");
            return ExitCode.Failed;
        }
    }
}
