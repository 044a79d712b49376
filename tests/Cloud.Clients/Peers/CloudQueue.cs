using System.Text.Json;

namespace Cloud.Clients.Peers;

/// <summary>`cloud queue`, of the server that runs on some data.</summary>
static class CloudQueue
{
    public static async Task<JsonElement> AskAsync(string home, string data, params string[] arguments)
    {
        var cloud = Path.Combine(AppContext.BaseDirectory, "cloud.dll");
        var output = await Tool.RunAsync(home, "dotnet", [cloud, "queue", .. arguments, "--json", "--data", data]);
        return JsonDocument.Parse(output).RootElement;
    }
}
