namespace Cloud.Functions.Hosting;

/// <summary>The host takes a line of standard output for information, one of standard error for an error.</summary>
static class Logging
{
    public static void AddHandlerConsole(this ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddProvider(new LineLogger(Console.Out, Console.Error));
    }
}
