using Cloud.Listener.Hosting;
using Cloud.Listener.Tls;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Container;

/// <summary>From the environment to the ready line, and to the end.</summary>
static class ContainerProgram
{
    /// <returns>0 after SIGTERM or Ctrl-C, 1 when it could not be done, 2 for settings that cannot be.</returns>
    public static async Task<int> RunAsync(Func<string, string?> environment, TextWriter output, TextWriter errors)
    {
        var (settings, faults) = new ContainerSettingsReader(environment).Read();
        if (settings is null)
        {
            await errors.WriteLineAsync("The listener cannot start with these settings:");
            foreach (var fault in faults)
                await errors.WriteLineAsync($"  {fault}");
            return 2;
        }
        return await RunAsync(settings, output, errors);
    }

    static async Task<int> RunAsync(ContainerSettings settings, TextWriter output, TextWriter errors)
    {
        using var stop = new StopSignal(CancellationToken.None);
        using var loggers = LogOutput.Create(settings.LogLevel, settings.LogFormat);
        try
        {
            await using var listener = new ContainerListener(settings, TimeProvider.System, Entropy.System, loggers);
            await listener.StartAsync(stop.Token);
            await output.WriteLineAsync(
                $"ready {string.Join(' ', listener.Endpoints.Select(p => $"{p.Name}={p.Address}"))}"
            );
            await output.FlushAsync();
            await listener.RunAsync(stop.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return 0; // Told to stop before it was ready.
        }
        catch (Exception e)
            when (e is StoreException or CertificateException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"listener: {e.Message}");
            return 1;
        }
    }
}
