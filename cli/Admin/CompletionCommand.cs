using System.CommandLine;

namespace Cloud.Cli.Admin;

/// <summary>`cloud completion bash|zsh|fish`: a script that has a shell complete verbs and options.</summary>
/// <remarks>The scripts ask the command itself what may follow: its directive <c>[suggest:PLACE]</c> answers a line each.</remarks>
static class CompletionCommand
{
    const string Bash = """
        _cloud() {
            local IFS=$'\n'
            COMPREPLY=($(cloud "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null))
        }
        complete -o default -F _cloud cloud
        """;

    const string Zsh = """
        #compdef cloud
        _cloud() {
            local -a found
            found=("${(@f)$(cloud "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -- $found
        }
        compdef _cloud cloud
        """;

    const string Fish = """
        complete -f -c cloud -a '(cloud "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Print a script that completes verbs: source <(cloud completion bash).")
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            Console.WriteLine(
                parsed.GetRequiredValue(shell) switch
                {
                    "bash" => Bash,
                    "zsh" => Zsh,
                    _ => Fish,
                }
            );
            return ExitCode.Ok;
        });
        return command;
    }
}
