namespace Cloud.Cli.Control;

static partial class Log
{
    [LoggerMessage(
        7200,
        LogLevel.Error,
        "A fault of ours in an answer of the API to {Method}, connection and request {Trace}"
    )]
    public static partial void ApiFailed(ILogger logger, Exception fault, string method, string trace);
}
