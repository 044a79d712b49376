using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting;

public enum LogFormat
{
    /// <summary>A line a person reads.</summary>
    Plain,

    /// <summary>A JSON object a line, for a collector.</summary>
    Json,
}

/// <summary>Logs to standard error; standard output is for the ready line.</summary>
public static class LogOutput
{
    const string Time = "yyyy-MM-ddTHH:mm:ss.fffZ";

    public static ILoggerFactory Create(LogLevel level, LogFormat format) =>
        LoggerFactory.Create(logging =>
        {
            logging.SetMinimumLevel(level);
            logging.AddFilter("Microsoft", LogLevel.Warning);
            // A start that failed is told by the program, in one line.
            logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
            if (format == LogFormat.Json)
            {
                logging.AddJsonConsole(console =>
                {
                    console.UseUtcTimestamp = true;
                    console.TimestampFormat = Time;
                });
            }
            else
            {
                logging.AddSimpleConsole(console =>
                {
                    console.SingleLine = true;
                    console.UseUtcTimestamp = true;
                    console.TimestampFormat = $"{Time} ";
                });
            }
            logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        });
}
