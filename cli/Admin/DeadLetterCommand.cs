using System.CommandLine;
using Cloud.Api.Admin;

namespace Cloud.Cli.Admin;

/// <summary>`cloud queue dead [replay ID|remove ID]`.</summary>
static class DeadLetterCommand
{
    public static Command Create() =>
        SharedOptions.Printing(
            new Command("dead", "Tasks of the queue that came to no end, oldest first.")
            {
                Act("replay", "Put one back on the queue.", (queue, id, cancel) => queue.ReplayDeadAsync(id, cancel)),
                Act(
                    "remove",
                    "Forget one; its message stays.",
                    (queue, id, cancel) => queue.RemoveDeadAsync(id, cancel)
                ),
            },
            (admin, _, cancel) => admin.Queue.ListDeadAsync(cancel),
            QueueJson.Default.IReadOnlyListDeadTask,
            Print
        );

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
        return SharedOptions.Acting(
            new Command(verb, description) { id },
            (admin, parsed, cancel) => act(admin.Queue, parsed.GetRequiredValue(id), cancel)
        );
    }
}
