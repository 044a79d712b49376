using System.CommandLine;
using Cloud.Api.Admin;

namespace Cloud.Cli.Admin;

/// <summary>`cloud user add|list|passwd|grant|revoke|grants|forward|unforward|forwards|sent|verp|app-password|suspend|resume|quota|remove|restore`. Passwords come by prompt or standard input, never as an argument.</summary>
static class UserCommand
{
    public static Command Create() =>
        new("user", "The people who read mail here.")
        {
            WithPassword(
                "add",
                "Make a user and the mailboxes.",
                (admin, a, p, c) => admin.AddUserAsync(a, p, c),
                new("--shared") { Description = "A shared mailbox: nobody logs in, and there is no password" }
            ),
            List(),
            WithPassword("passwd", "Set a user's password.", (admin, a, p, c) => admin.SetPasswordAsync(a, p, c)),
            SendsAs(
                "grant",
                "Let a user send as an address of others, or *@domain.",
                (a, u, s, c) => a.GrantAsync(u, s, c)
            ),
            SendsAs("revoke", "Take such a right back.", (admin, u, s, c) => admin.RevokeAsync(u, s, c)),
            Grants(),
            ForwardCommands.Forward(),
            ForwardCommands.Unforward(),
            ForwardCommands.List(),
            Switch(
                "sent",
                "Whether the server puts what a user sends into Sent.",
                (admin, user, isOn, cancel) => admin.SetSavesSentAsync(user, isOn, cancel)
            ),
            Switch(
                "verp",
                "Whether each recipient elsewhere gets a return path of its own.",
                (admin, user, isOn, cancel) => admin.SetVerpAsync(user, isOn, cancel)
            ),
            UserLifeCommands.AppPassword(),
            UserLifeCommands.Suspend(),
            UserLifeCommands.Resume(),
            UserLifeCommands.Quota(),
            UserLifeCommands.Remove(),
            UserLifeCommands.Restore(),
        };

    static Command SendsAs(
        string verb,
        string description,
        Func<IAdministration, string, string, CancellationToken, ValueTask> act
    )
    {
        var address = new Argument<string>("address");
        var sendsAs = new Argument<string>("sends-as");
        return SharedOptions.Acting(
            new Command(verb, description) { address, sendsAs },
            (admin, parsed, cancel) =>
                act(admin, parsed.GetRequiredValue(address), parsed.GetRequiredValue(sendsAs), cancel)
        );
    }

    static Command Grants() =>
        SharedOptions.Printing(
            new Command("grants", "Users and what they may send as beside their own addresses, a line each."),
            (admin, _, cancel) => admin.ListGrantsAsync(cancel),
            QueueJson.Default.IReadOnlyListGrantInfo,
            grants =>
            {
                foreach (var grant in grants)
                    Console.WriteLine($"{grant.Address}\t{string.Join(' ', grant.SendsAs)}");
            }
        );

    static Command Switch(
        string verb,
        string description,
        Func<IAdministration, string, bool, CancellationToken, ValueTask> act
    )
    {
        var address = new Argument<string>("address");
        var choice = new Argument<string>("on|off");
        choice.AcceptOnlyFromAmong("on", "off");
        return SharedOptions.Acting(
            new Command(verb, description) { address, choice },
            (admin, parsed, cancel) =>
                act(admin, parsed.GetRequiredValue(address), parsed.GetRequiredValue(choice) == "on", cancel)
        );
    }

    static Command WithPassword(
        string verb,
        string description,
        Func<IAdministration, string, string, CancellationToken, ValueTask> act,
        Option<bool>? shared = null
    )
    {
        var address = new Argument<string>("address");
        var generate = new Option<bool>("--generate") { Description = "Make a password up and print it" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command(verb, description) { address, generate, json };
        if (shared is not null)
            command.Options.Add(shared);
        var store = new SharedOptions(command);
        command.SetAction(
            async (parsed, cancel) =>
            {
                if (shared is not null && parsed.GetValue(shared))
                    return await store.RunAsync(
                        parsed,
                        admin => admin.AddSharedUserAsync(parsed.GetRequiredValue(address), cancel),
                        cancel
                    );
                var generated = parsed.GetValue(generate);
                var password = generated ? Passwords.Generate() : Passwords.Read();
                if (password is null)
                    return ExitCode.Usage;
                var code = await store.RunAsync(
                    parsed,
                    admin => act(admin, parsed.GetRequiredValue(address), password, cancel),
                    cancel
                );
                if (code != ExitCode.Ok)
                    return code;
                if (parsed.GetValue(json))
                    QueueJson.Print(
                        new UserPassword(parsed.GetRequiredValue(address), generated ? password : null),
                        QueueJson.Default.UserPassword
                    );
                else if (generated)
                    Console.WriteLine(password);
                return code;
            }
        );
        return command;
    }

    static Command List() =>
        SharedOptions.Printing(
            new Command("list", "Address, messages, octets and state of each user, a line each."),
            (admin, _, cancel) => admin.ListUsersAsync(cancel),
            QueueJson.Default.IReadOnlyListUserInfo,
            users =>
            {
                foreach (var user in users)
                    Console.WriteLine($"{user.Address}\t{user.Messages}\t{user.Octets}{StateOf(user)}");
            }
        );

    static string StateOf(UserInfo user) =>
        user switch
        {
            { IsDeleted: true, KeptUntil: { } until } => $"\tdeleted, kept until {TextTable.Time(until)}",
            { IsDeleted: true } => "\tbeing removed",
            { IsSuspended: true } => "\tsuspended",
            { IsShared: true } => "\tshared",
            _ => "",
        };
}

/// <param name="Password">Where it was made up; else whoever gave it knows it.</param>
sealed record UserPassword(string Address, string? Password);
