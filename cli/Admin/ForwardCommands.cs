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
        var store = new SharedOptions(command);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(
                    parsed,
                    admin =>
                        admin.ForwardAsync(
                            parsed.GetRequiredValue(address),
                            parsed.GetRequiredValue(targets),
                            !parsed.GetValue(noKeep),
                            cancel
                        ),
                    cancel
                )
        );
        return command;
    }

    public static Command Unforward()
    {
        var address = new Argument<string>("address");
        var command = new Command("unforward", "Send a user's mail on to nobody any more.") { address };
        var store = new SharedOptions(command);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(
                    parsed,
                    admin => admin.StopForwardAsync(parsed.GetRequiredValue(address), cancel),
                    cancel
                )
        );
        return command;
    }

    public static Command List() =>
        SharedOptions.List(
            "Users whose mail is sent on, whether they keep it, and to whom, a line each.",
            async (admin, cancel) =>
                (await admin.ListForwardsAsync(cancel)).Select(forward =>
                    $"{forward.Address}\t{(forward.Keeps ? "keep" : "no-keep")}\t{string.Join(' ', forward.Targets)}"
                ),
            "forwards"
        );
}
