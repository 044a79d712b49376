using Cloud.Functions;
using Cloud.Functions.Hosting;

// The custom handler: the Functions host starts it, asks it over HTTP on 127.0.0.1, and kills it when it likes.
var (settings, faults) = new SettingsReader(Environment.GetEnvironmentVariable).Read();
if (settings is null)
{
    Console.Error.WriteLine("The handler cannot start with these settings:");
    foreach (var fault in faults)
        Console.Error.WriteLine($"  {fault}");
    return ExitCode.Settings;
}

await Handler.RunAsync(settings, TimeProvider.System);
return ExitCode.Ended;
