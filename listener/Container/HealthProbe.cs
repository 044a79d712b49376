using System.Net;
using Cloud.Listener.Hosting;

namespace Cloud.Listener.Container;

/// <summary>`listener --health`: asks the listener of this container how it is, so that the image needs no other tool.</summary>
static class HealthProbe
{
    /// <summary>Shorter than the patience of those who ask: Docker's default is 30 seconds.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <returns>0 when all is well, 1 otherwise.</returns>
    public static async Task<int> RunAsync(bool ready, Func<string, string?> environment, TextWriter output)
    {
        if (new ContainerSettingsReader(environment).HealthPort() is not { Port: > 0 } port)
        {
            await output.WriteLineAsync("CLOUD_HTTP is off, or any port: nobody can be asked");
            return 1;
        }
        var host =
            port.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : port.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : port.Address;
        using var http = new HttpClient { Timeout = Patience, MaxResponseContentBufferSize = 64 * 1024 };
        try
        {
            var address = new Uri(
                $"http://{new IPEndPoint(host, port.Port)}{(ready ? Health.ReadyPath : Health.LivePath)}"
            );
            using var answer = await http.GetAsync(address);
            await output.WriteAsync(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await output.WriteLineAsync($"no answer: {e.Message}");
            return 1;
        }
    }
}
