using System.CommandLine;
using Cloud.Trust.Dmarc.Suffixes;

namespace Cloud.Cli.Psl;

/// <summary>`cloud psl FILE`: the Public Suffix List in the form that is shipped. For who maintains this repository.</summary>
static class PslCommand
{
    static readonly Argument<FileInfo> Published = new("file")
    {
        Description = "public_suffix_list.dat, as publicsuffix.org has it",
    };

    public static Command Create()
    {
        var command = new Command("psl", "Writes the Public Suffix List as this repository keeps it.") { Published };
        command.SetAction(
            async (parsed, cancel) =>
            {
                var file = parsed.GetRequiredValue(Published);
                try
                {
                    if (file.Length > SuffixList.MaxLength)
                        throw new FormatException($"The list has more than {SuffixList.MaxLength} octets.");
                    var list = SuffixList.Convert(await File.ReadAllTextAsync(file.FullName, cancel));
                    await using var output = Console.OpenStandardOutput();
                    await output.WriteAsync(list, cancel);
                    return ExitCode.Ok;
                }
                catch (Exception fault) when (fault is FormatException or IOException or UnauthorizedAccessException)
                {
                    await Console.Error.WriteLineAsync($"cloud psl: {fault.Message}");
                    return ExitCode.Failed;
                }
            }
        );
        return command;
    }
}
