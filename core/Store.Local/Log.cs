using Microsoft.Extensions.Logging;

namespace Cloud.Store.Local;

static partial class Log
{
    [LoggerMessage(6001, LogLevel.Error, "A group of {Count} transactions was not committed")]
    public static partial void GroupFailed(ILogger log, int count, Exception cause);

    [LoggerMessage(6002, LogLevel.Warning, "The write-ahead log could not be moved into its file")]
    public static partial void CheckpointFailed(ILogger log, Exception cause);

    [LoggerMessage(6011, LogLevel.Error, "A group of {Count} blob records was not written")]
    public static partial void AppendFailed(ILogger log, int count, Exception cause);

    [LoggerMessage(6012, LogLevel.Error, "Segment {Segment} is damaged from {From} to {To}: what lay there is lost")]
    public static partial void SegmentDamaged(ILogger log, int segment, long from, long to);

    [LoggerMessage(
        6013,
        LogLevel.Warning,
        "Segment {Segment} ended in the middle of a record at {At}; the rest is cut off"
    )]
    public static partial void TailTorn(ILogger log, int segment, long at);

    [LoggerMessage(6014, LogLevel.Warning, "The blob index is rebuilt from the segments: {Reason}")]
    public static partial void IndexRebuilt(ILogger log, string reason);

    [LoggerMessage(6015, LogLevel.Error, "The blob index could not be written; it is tried again")]
    public static partial void IndexNotWritten(ILogger log, Exception cause);

    [LoggerMessage(6016, LogLevel.Error, "Segment {Segment} could not be compacted and stays as it is")]
    public static partial void CompactionFailed(ILogger log, int segment, Exception cause);

    [LoggerMessage(6017, LogLevel.Information, "Segment {Segment} is compacted: {Live} of {Length} bytes were in use")]
    public static partial void Compacted(ILogger log, int segment, long live, long length);
}
