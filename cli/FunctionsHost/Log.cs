namespace Cloud.Cli.FunctionsHost;

/// <summary>What the Functions host logs. Ids 8100 to 8199.</summary>
static partial class Log
{
    [LoggerMessage(8100, LogLevel.Information, "{Line}")]
    public static partial void Said(ILogger logger, string line);

    [LoggerMessage(8101, LogLevel.Warning, "{Line}")]
    public static partial void SaidWarning(ILogger logger, string line);

    [LoggerMessage(8102, LogLevel.Error, "{Line}")]
    public static partial void SaidError(ILogger logger, string line);

    [LoggerMessage(8103, LogLevel.Information, "The handler answers at {Address} (process {Id})")]
    public static partial void Ready(ILogger logger, Uri address, int id);

    [LoggerMessage(8104, LogLevel.Error, "The handler has ended with {Code}; it is started again")]
    public static partial void Ended(ILogger logger, int code);

    [LoggerMessage(
        8105,
        LogLevel.Critical,
        "The handler has ended with 0: it is not started again, and all calls fail"
    )]
    public static partial void EndedWithZero(ILogger logger);

    [LoggerMessage(8106, LogLevel.Error, "The handler did not answer within {Patience}; it is started again")]
    public static partial void NotReady(ILogger logger, TimeSpan patience);

    [LoggerMessage(8107, LogLevel.Error, "{Function}: invocation {Invocation} failed: {Reason}")]
    public static partial void InvocationFailed(ILogger logger, string function, Guid invocation, string reason);

    [LoggerMessage(8108, LogLevel.Error, "{Function}: invocation {Invocation} ran out of time; the handler is killed")]
    public static partial void InvocationTimedOut(ILogger logger, string function, Guid invocation);

    [LoggerMessage(8109, LogLevel.Error, "{Function}: a message failed {Tries} times and goes to {Poison}")]
    public static partial void Poisoned(ILogger logger, string function, int tries, string poison);

    [LoggerMessage(8110, LogLevel.Warning, "{Function}: queue {Queue} cannot be read: {Reason}")]
    public static partial void QueueFailed(ILogger logger, string function, string queue, string reason);

    [LoggerMessage(8111, LogLevel.Error, "The host has stopped: {Reason}; another one is started")]
    public static partial void HostStopped(ILogger logger, string reason);

    [LoggerMessage(8112, LogLevel.Warning, "{Function}: the times of its runs cannot be remembered: {Reason}")]
    public static partial void StatusFailed(ILogger logger, string function, string reason);

    [LoggerMessage(8113, LogLevel.Debug, "{Function}: {Line}")]
    public static partial void FunctionSaid(ILogger logger, string function, string line);
}
