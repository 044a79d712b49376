using Cloud.Api.Rest.Domains;
using Cloud.Cli.Control;

namespace Cloud.Tests.Cli;

/// <summary>HTTP on the Unix socket, and the same calls in process.</summary>
public sealed class ControlTests : IDisposable
{
    readonly string data = Directory.CreateTempSubdirectory("cloud-control-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task The_api_answers_the_operator_on_the_socket_and_others_on_the_port_only_with_a_key()
    {
        await using var cloud = await CloudProcess.ServeAsync(data, "--domain", "example.test");
        var path = ControlServer.PathIn(data);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        using var caller = new SocketCaller(path);
        var domains = await caller.GetAsync("/domains", DomainJson.Default.PageDomainInfo, default);
        Assert.Equal(["example.test"], domains.Items.Select(domain => domain.Name));

        using var http = new HttpClient { BaseAddress = new($"http://{cloud.Ports["http"]}") };
        using var refused = await http.GetAsync("/api/v1/domains");
        Assert.Equal(401, (int)refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        using var document = await http.GetAsync("/api/v1/openapi.json");
        Assert.Contains("\"openapi\":\"3.1", await document.Content.ReadAsStringAsync());
    }
}
