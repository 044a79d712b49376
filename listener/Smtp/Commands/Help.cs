namespace Cloud.Listener.Smtp.Commands;

/// <summary>HELP: the commands there are (RFC 5321 §4.1.1.8).</summary>
sealed record Help : ISmtpCommand
{
    public static ISmtpCommand Parse(ref SmtpReader args) => new Help();

    public ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel) =>
        new(new Reply(214, "0.0", $"Commands: {string.Join(' ', CommandTable.Rows.Select(row => row.Verb))}"));
}
