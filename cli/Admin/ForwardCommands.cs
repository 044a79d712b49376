using System.CommandLine;

namespace Cloud.Cli.Admin;

/// <summary>`cloud user forward|unforward|forwards`.</summary>
static class ForwardCommands
{
    public static Command Forward()
    {
        var address = new Argument<string>("address");
        var targets = new Argument<string[]>("target") { Arity = ArgumentArity.OneOrMore };
        var keep = new Option<bool>("--keep") { Description = "The user's own mailbox gets it as well (default)" };
        var noKeep = new Option<bool>("--no-keep") { Description = "The user's own mailbox gets nothing but spam" };
        var command = new Command("forward", "Send a user's mail on to other addresses, here or elsewhere.")
        {
            address,
            targets,
            keep,
            noKeep,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(keep) && result.GetValue(noKeep))
                result.AddError("--keep and --no-keep exclude each other.");
        });
        return SharedOptions.Acting(
            command,
            (admin, parsed, cancel) =>
                admin.ForwardAsync(
                    parsed.GetRequiredValue(address),
                    parsed.GetRequiredValue(targets),
                    !parsed.GetValue(noKeep),
                    cancel
                )
        );
    }

    public static Command Unforward()
    {
        var address = new Argument<string>("address");
        return SharedOptions.Acting(
            new Command("unforward", "Send a user's mail on to nobody any more.") { address },
            (admin, parsed, cancel) => admin.StopForwardAsync(parsed.GetRequiredValue(address), cancel)
        );
    }

    public static Command List() =>
        SharedOptions.Printing(
            new Command("forwards", "Users whose mail is sent on, whether they keep it, and to whom, a line each."),
            (admin, _, cancel) => admin.ListForwardsAsync(cancel),
            QueueJson.Default.IReadOnlyListForwardInfo,
            forwards =>
            {
                foreach (var forward in forwards)
                    Console.WriteLine(
                        $"{forward.Address}\t{(forward.Keeps ? "keep" : "no-keep")}\t{string.Join(' ', forward.Targets)}"
                    );
            }
        );
}
