using Microsoft.Extensions.Logging;

namespace Cloud.Tests.Fakes;

/// <summary>Gives everybody the same logger.</summary>
sealed class OneLoggerFactory(ILogger logger) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => logger;

    public void AddProvider(ILoggerProvider provider) { }

    public void Dispose() { }
}
