using Microsoft.Extensions.Logging;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>What is logged of reports and of what the schedule finds, wherever they are done. Ids 5300 to 5399.</summary>
public static partial class ReportLog
{
    public static void Tell(ILogger logger, ReportsResult result)
    {
        if (result.Dmarc + result.Tls > 0)
            Sent(logger, result.Dmarc, result.Tls);
        if (result.UnsignedFrom is { } sender)
            Unsigned(logger, sender);
        if (result.Later > 0)
            Later(logger, result.Later);
        if (result.Fault is { } fault)
            Broken(logger, fault.Exception, fault.Domain);
        if (result.GivenUpFor is { } domain)
            GivenUp(logger, result.GivenUp, domain);
    }

    public static void Tell(ILogger logger, ScheduleResult result)
    {
        if (result.Requeued > 0)
            Requeued(logger, result.Requeued);
        if (result.Reports > 0)
            Received(logger, result.Reports);
    }

    [LoggerMessage(5300, LogLevel.Information, "Sent {Dmarc} DMARC reports and {Tls} TLS reports of yesterday")]
    static partial void Sent(ILogger logger, int dmarc, int tls);

    [LoggerMessage(
        5301,
        LogLevel.Information,
        "{Reports} reports wait: whom they are for cannot be looked up, or does not answer"
    )]
    static partial void Later(ILogger logger, int reports);

    [LoggerMessage(5302, LogLevel.Warning, "{Reports} reports could not be made or sent, one for {Domain}: given up")]
    static partial void GivenUp(ILogger logger, int reports, string domain);

    [LoggerMessage(5303, LogLevel.Information, "Read {Reports} reports that others sent (`cloud reports`)")]
    static partial void Received(ILogger logger, int reports);

    [LoggerMessage(
        5304,
        LogLevel.Warning,
        "{Tasks} tasks of the outbound queue were overdue and are on it again: it had failed, or lags behind"
    )]
    static partial void Requeued(ILogger logger, int tasks);

    public static void Resumed(ILogger logger, int tasks)
    {
        if (tasks > 0)
            Untried(logger, tasks);
    }

    [LoggerMessage(
        5306,
        LogLevel.Information,
        "{Tasks} tasks for what was to be sent when this process started are on the outbound queue, perhaps once more"
    )]
    static partial void Untried(ILogger logger, int tasks);

    [LoggerMessage(
        5308,
        LogLevel.Warning,
        "Reports come from {Domain}, which is none of our domains: they are not signed, and many refuse them (report-from)"
    )]
    static partial void Unsigned(ILogger logger, string domain);

    [LoggerMessage(5307, LogLevel.Error, "A report for {Domain} cannot be made; the others are")]
    static partial void Broken(ILogger logger, Exception exception, string domain);

    [LoggerMessage(5305, LogLevel.Error, "{Timer} was stopped by a fault; the next run goes on")]
    public static partial void Failed(ILogger logger, Exception exception, string timer);
}
