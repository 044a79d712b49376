using System.CommandLine;
using Cloud.Api.Admin;

namespace Cloud.Cli.Admin;

/// <summary>`cloud queue dead [replay ID|remove ID]`.</summary>
static class DeadLetterCommand
{
    public static Command Create()
    {
        var json = QueueCommand.Json();
        var command = new Command("dead", "Tasks of the queue that came to no end, oldest first.")
        {
            Act("replay", "Put one back on the queue.", (queue, id, cancel) => queue.ReplayDeadAsync(id, cancel)),
            Act("remove", "Forget one; its message stays.", (queue, id, cancel) => queue.RemoveDeadAsync(id, cancel)),
        };
        command.Options.Add(json);
        var store = new SharedOptions(command);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(
                    parsed,
                    async admin =>
                    {
                        var letters = await admin.Queue.ListDeadAsync(cancel);
                        if (parsed.GetValue(json))
                            QueueJson.Print(letters, QueueJson.Default.IReadOnlyListDeadTask);
                        else
                            Print(letters);
                    },
                    cancel
                )
        );
        return command;
    }

    static void Print(IReadOnlyList<DeadTask> letters) =>
        TextTable.Print([
            ["ID", "SINCE", "MESSAGE", "REASON"],
            .. letters.Select(letter =>
                (string[])[letter.Id, TextTable.Time(letter.At), letter.Message ?? "-", letter.Reason]
            ),
        ]);

    static Command Act(
        string verb,
        string description,
        Func<IQueueAdministration, string, CancellationToken, ValueTask> act
    )
    {
        var id = new Argument<string>("id");
        var command = new Command(verb, description) { id };
        var store = new SharedOptions(command);
        command.SetAction(
            (parsed, cancel) =>
                store.RunAsync(parsed, admin => act(admin.Queue, parsed.GetRequiredValue(id), cancel), cancel)
        );
        return command;
    }
}
