namespace Cloud.Functions.Hosting;

/// <summary>Writes each event as one line: an exception's lines too, since the host makes a record of each.</summary>
/// <remarks>
/// The host takes a line of standard output for information, one of standard error for an error. The framework's console
/// logger would cost a twelfth of the handler's start.
/// </remarks>
sealed class LineLogger(TextWriter information, TextWriter errors, LogLevel least) : ILoggerFactory
{
    /// <summary>To the process's own streams, whose terminal (there is none) need not be looked at.</summary>
    public static LineLogger OfProcess(LogLevel least) =>
        new(new StreamWriter(Console.OpenStandardOutput()), new StreamWriter(Console.OpenStandardError()), least);

    /// <remarks>What the framework says of each call is more than anybody would read.</remarks>
    public ILogger CreateLogger(string categoryName) =>
        new Category(
            this,
            categoryName,
            categoryName.StartsWith("Microsoft.", StringComparison.Ordinal) && least < LogLevel.Warning
                ? LogLevel.Warning
                : least
        );

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose() { }

    void Write(LogLevel level, string line)
    {
        var writer = level >= LogLevel.Warning ? errors : information;
        lock (this)
        {
            writer.WriteLine(line.ReplaceLineEndings(" "));
            writer.Flush();
        }
    }

    sealed class Category(LineLogger lines, string name, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            var fault = exception is null ? "" : $" {exception}";
            lines.Write(logLevel, $"{Word(logLevel)}: {name}[{eventId.Id}] {formatter(state, exception)}{fault}");
        }

        static string Word(LogLevel level) =>
            level switch
            {
                LogLevel.Trace => "trce",
                LogLevel.Debug => "dbug",
                LogLevel.Information => "info",
                LogLevel.Warning => "warn",
                LogLevel.Error => "fail",
                _ => "crit",
            };
    }
}
