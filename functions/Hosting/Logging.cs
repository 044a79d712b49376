namespace Cloud.Functions.Hosting;

/// <summary>The host takes a line of standard output for information, one of standard error for an error.</summary>
static class Logging
{
    public static void AddHandlerConsole(this ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true; // An exception's lines too: each line becomes a record of its own.
            console.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        });
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Warning);
    }
}
