using System.CommandLine;

namespace Cloud.Cli.Admin;

/// <summary>`cloud trace ADDRESS ID`: why a user's message is where it is.</summary>
static class TraceCommand
{
    public static Command Create()
    {
        var address = new Argument<string>("address") { Description = "The user who got it" };
        var id = new Argument<string>("id") { Description = "As in the sender's 250, \"kept as ID\", and in the log" };
        return SharedOptions.Acting(
            new Command("trace", "What was found out about a message when it came in, and what decided.")
            {
                address,
                id,
            },
            async (admin, parsed, cancel) =>
            {
                var (user, transaction) = (parsed.GetRequiredValue(address), parsed.GetRequiredValue(id));
                foreach (var line in await admin.TraceAsync(user, transaction, cancel))
                    Console.WriteLine(line);
            }
        );
    }
}
