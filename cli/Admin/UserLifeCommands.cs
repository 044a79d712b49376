using System.CommandLine;
using System.Globalization;
using Cloud.Api.Rest.UserLife;
using Cloud.Cli.Control;

namespace Cloud.Cli.Admin;

/// <summary>`cloud user app-password|suspend|resume|quota|remove|restore`.</summary>
static class UserLifeCommands
{
    static Argument<string> Address() => new("address");

    static string Root(string address) => $"/users/{ApiCalls.Segment(address)}";

    public static Command AppPassword() =>
        new("app-password", "Passwords of single programs, which can be revoked one by one.")
        {
            AddPassword(),
            ListPasswords(),
            RevokePassword(),
        };

    static Command AddPassword()
    {
        var address = Address();
        var name = new Argument<string>("name") { Description = "What will use it" };
        return SharedOptions.Showing(
            new Command("add", "Make a password for a program; it is shown this once.") { address, name },
            (api, parsed, cancel) =>
                api.SendAsync(
                    "POST",
                    $"{Root(parsed.GetRequiredValue(address))}/app-passwords",
                    new AskedAppPassword(parsed.GetRequiredValue(name)),
                    UserLifeJson.Default.AskedAppPassword,
                    UserLifeJson.Default.NewAppPassword,
                    cancel
                ),
            UserLifeJson.Default.NewAppPassword,
            made => Console.WriteLine(made.Password)
        );
    }

    static Command ListPasswords()
    {
        var address = Address();
        return SharedOptions.Showing(
            new Command("list", "A user's passwords of programs.") { address },
            (api, parsed, cancel) =>
                api.GetAsync(
                    $"{Root(parsed.GetRequiredValue(address))}/app-passwords",
                    UserLifeJson.Default.PageAppPasswordInfo,
                    cancel
                ),
            UserLifeJson.Default.PageAppPasswordInfo,
            page =>
                TextTable.Print([
                    ["ID", "NAME", "CREATED", "LAST USED"],
                    .. page.Items.Select(one =>
                        (string[])[one.Id, one.Name, TextTable.Time(one.Created), TextTable.Time(one.LastUsed)]
                    ),
                ])
        );
    }

    static Command RevokePassword()
    {
        var (address, id) = (Address(), new Argument<string>("id") { Description = "As in the list" });
        return SharedOptions.Asking(
            new Command("revoke", "Take a program's password back.") { address, id },
            (api, parsed, cancel) =>
            {
                var password = ApiCalls.Segment(parsed.GetRequiredValue(id));
                return api.DoAsync(
                    "DELETE",
                    $"{Root(parsed.GetRequiredValue(address))}/app-passwords/{password}",
                    cancel
                );
            }
        );
    }

    public static Command Suspend() =>
        Doing("suspend", "No login and no sending for a user; mail still comes in.", "PUT", "suspension");

    public static Command Resume() => Doing("resume", "Let a suspended user in again.", "DELETE", "suspension");

    public static Command Restore() => Doing("restore", "Undo a user's deletion, with all mail.", "DELETE", "deletion");

    static Command Doing(string verb, string description, string method, string what)
    {
        var address = Address();
        return SharedOptions.Asking(
            new Command(verb, description) { address },
            (api, parsed, cancel) => api.DoAsync(method, $"{Root(parsed.GetRequiredValue(address))}/{what}", cancel)
        );
    }

    public static Command Quota()
    {
        var address = Address();
        var size = new Argument<string>("size") { Description = "Octets, or such as 500M or 10G; none for no limit" };
        return SharedOptions.Asking(
            new Command("quota", "Set how much mail a user may have.") { address, size },
            (api, parsed, cancel) =>
            {
                var octets =
                    OctetsOf(parsed.GetRequiredValue(size))
                    ?? throw new Cloud.Api.Admin.AdminException(
                        "A size is a number, with K, M, G or T behind it, or none"
                    );
                return api.PutAsync(
                    $"{Root(parsed.GetRequiredValue(address))}/quota",
                    new AskedQuota(octets),
                    UserLifeJson.Default.AskedQuota,
                    cancel
                );
            }
        );
    }

    static long? OctetsOf(string text)
    {
        if (text == "none")
            return 0;
        var power = "KMGT".IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal) + 1;
        var digits = power > 0 ? text.AsSpan(0, text.Length - 1) : text;
        var isNumber = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return isNumber && number > 0 && number <= long.MaxValue >> (10 * power) ? number << (10 * power) : null;
    }

    public static Command Remove()
    {
        var address = Address();
        var sure = new Option<bool>("--yes") { Description = "Do not ask" };
        var now = new Option<bool>("--now") { Description = "At once, and for good" };
        var days = new Option<int>("--days")
        {
            Description = "For how long it can be undone, by `user restore` (30)",
            DefaultValueFactory = _ => 30,
        };
        var command = new Command(
            "remove",
            "Delete a user: no login and no mail; undone by `user restore` for a while."
        )
        {
            address,
            now,
            days,
            sure,
        };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        command.Options.Add(json);
        var store = new SharedOptions(command);
        command.SetAction(
            async (parsed, cancel) =>
            {
                var user = parsed.GetRequiredValue(address);
                var isForGood = parsed.GetValue(now);
                var question = isForGood ? $"Remove {user} and all mail for good?" : $"Delete {user}?";
                if (!parsed.GetValue(sure) && !Confirmed($"{question} (yes/no) "))
                    return ExitCode.Failed;
                return await store.AskAsync(
                    parsed,
                    async api =>
                    {
                        var answer = await api.SendAsync(
                            "PUT",
                            $"{Root(user)}/deletion",
                            new AskedDeletion(isForGood ? 0 : parsed.GetValue(days)),
                            UserLifeJson.Default.AskedDeletion,
                            UserLifeJson.Default.Deletion,
                            cancel
                        );
                        if (parsed.GetValue(json))
                            QueueJson.Print(answer, UserLifeJson.Default.Deletion);
                        else if (answer.Until is { } until)
                            Console.WriteLine($"{user} is deleted; all mail is kept until {TextTable.Time(until)}");
                    },
                    cancel
                );
            }
        );
        return command;
    }

    static bool Confirmed(string question)
    {
        Console.Error.Write(question);
        return Console.ReadLine() == "yes";
    }
}
