namespace Cloud.Cli.Check;

/// <summary>Goes through a server's ports one after the other. Creates nothing there.</summary>
sealed class ServerCheck(CheckOptions options, TimeProvider time)
{
    /// <summary>Every service, and the port it has by its standard.</summary>
    public static readonly IReadOnlyList<(string Name, int Port)> Services =
    [
        ("smtp", 25),
        ("submission", 587),
        ("submissions", 465),
        ("imap", 143),
        ("imaps", 993),
        ("pop3", 110),
        ("pop3s", 995),
    ];

    /// <param name="report">Called with each finding as it comes.</param>
    public async Task RunAsync(string service, int port, Action<Finding> report, CancellationToken cancel)
    {
        var where = $"{service} {port}";
        void Report(Verdict verdict, string text) => report(new(where, verdict, text));
        try
        {
            var run = service switch
            {
                "imap" or "imaps" => new ImapCheck(options, where, Report, time).RunAsync(
                    port,
                    service == "imaps",
                    cancel
                ),
                "pop3" or "pop3s" => new Pop3Check(options, where, Report, time).RunAsync(
                    port,
                    service == "pop3s",
                    cancel
                ),
                _ => new SmtpCheck(options, where, Report, time).RunAsync(
                    port,
                    implicitTls: service == "submissions",
                    submission: service != "smtp",
                    cancel
                ),
            };
            await run;
        }
        catch (CheckFailedException e)
        {
            Report(Verdict.Failed, e.Message);
        }
    }
}
