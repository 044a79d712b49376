using Cloud.Functions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cloud.Tests.Functions;

/// <summary>The host makes a record of each line: of standard error an error, of standard output information.</summary>
public sealed class LineLoggerTests
{
    readonly StringWriter information = new();
    readonly StringWriter errors = new();
    readonly ILogger logger;

    public LineLoggerTests() => logger = new LineLogger(information, errors, LogLevel.Trace).CreateLogger("handler");

    [Theory]
    [InlineData(LogLevel.Trace, "trce", false)]
    [InlineData(LogLevel.Debug, "dbug", false)]
    [InlineData(LogLevel.Information, "info", false)]
    [InlineData(LogLevel.Warning, "warn", true)]
    [InlineData(LogLevel.Error, "fail", true)]
    [InlineData(LogLevel.Critical, "crit", true)]
    public void From_warnings_on_it_is_an_error_for_the_host(LogLevel level, string word, bool isError)
    {
        Write(level, "It rains");
        var line = $"{word}: handler[8006] It rains{Environment.NewLine}";
        Assert.Equal(isError ? ("", line) : (line, ""), (information.ToString(), errors.ToString()));
    }

    [Theory]
    [InlineData("one\ntwo")]
    [InlineData("one\r\ntwo")]
    public void What_is_said_stays_on_one_line(string text)
    {
        Write(LogLevel.Information, text);
        Assert.Equal($"info: handler[8006] one two{Environment.NewLine}", information.ToString());
    }

    [Fact]
    public void An_exception_with_its_trace_stays_on_the_line_of_its_event()
    {
        Write(LogLevel.Error, "It failed", Thrown());
        var line = Assert.Single(errors.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("fail: handler[8006] It failed System.InvalidOperationException: outside", line);
        Assert.Contains("System.IO.IOException: inside", line);
        Assert.Contains($"at {typeof(LineLoggerTests).FullName}.{nameof(Thrown)}", line);
    }

    [Fact]
    public void Lines_of_many_at_once_stay_whole()
    {
        Parallel.For(0, 1000, i => Write(i % 2 == 0 ? LogLevel.Information : LogLevel.Error, $"number {i}"));
        var lines = $"{information}{errors}".Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1000, lines.Distinct().Count());
        Assert.All(lines, line => Assert.Matches(@"^(info|fail): handler\[8006\] number \d+$", line));
    }

    [Theory]
    [InlineData("handler", LogLevel.Information, LogLevel.Debug, false)]
    [InlineData("handler", LogLevel.Information, LogLevel.Information, true)]
    [InlineData("handler", LogLevel.None, LogLevel.Critical, false)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Debug, LogLevel.Information, false)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Debug, LogLevel.Warning, true)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error, LogLevel.Warning, false)]
    public void It_tells_what_was_asked_for_and_of_the_framework_no_more_than_warnings(
        string category,
        LogLevel asked,
        LogLevel level,
        bool isTold
    ) => Assert.Equal(isTold, new LineLogger(information, errors, asked).CreateLogger(category).IsEnabled(level));

    void Write(LogLevel level, string text, Exception? fault = null) =>
        logger.Log(level, new EventId(8006), text, fault, (state, _) => state);

    static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("outside", new IOException("inside"));
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }
}
