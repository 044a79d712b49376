using Cloud.Store;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Gateway;

/// <summary>What the gateway's asking end logs. Ids 7000 to 7099. What a call comes to in the end, its front logs.</summary>
static partial class Log
{
    [LoggerMessage(7000, LogLevel.Warning, "gateway: {Operation} is tried again after try {Tries} ({Trace}): {Reason}")]
    public static partial void Retrying(ILogger logger, string operation, int tries, string trace, string reason);

    [LoggerMessage(7001, LogLevel.Error, "gateway: does not answer, calls fail at once for {Seconds} s: {Reason}")]
    public static partial void BreakerOpens(ILogger logger, double seconds, string reason);

    [LoggerMessage(7002, LogLevel.Information, "gateway: answers again")]
    public static partial void BreakerCloses(ILogger logger);

    [LoggerMessage(7003, LogLevel.Warning, "gateway: {Transaction} is kept on the inbound queue: {Reason}")]
    public static partial void Deferred(ILogger logger, TransactionId transaction, string reason);

    [LoggerMessage(7004, LogLevel.Warning, "gateway: {Transaction} could not be kept on the inbound queue: {Reason}")]
    public static partial void NotDeferred(ILogger logger, TransactionId transaction, string reason);

    [LoggerMessage(7005, LogLevel.Warning, "gateway: reading a message breaks off at octet {At} and goes on: {Reason}")]
    public static partial void Resuming(ILogger logger, long at, string reason);

    [LoggerMessage(7006, LogLevel.Warning, "gateway: the watch queue cannot be read, changes are told late: {Reason}")]
    public static partial void WatchFails(ILogger logger, string reason);

    [LoggerMessage(7007, LogLevel.Information, "gateway: the watch queue is read again")]
    public static partial void WatchGoesOn(ILogger logger);
}
