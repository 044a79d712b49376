namespace Cloud.Tests.Infra;

public sealed class AzureYamlTests : IDisposable
{
    readonly string directory = Directory.CreateTempSubdirectory("cloud-azd-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task It_has_no_fault() =>
        Assert.Empty(await Tool.AzureYamlAsync(Path.Combine(Tool.Root, "azure.yaml")));

    [Theory]
    [InlineData("host: function", "host: functions", "/services/functions/host")]
    [InlineData("name: cloud\n", "name: Cloud\n", "/name")]
    [InlineData("postdeploy:", "postDeploy:", "postDeploy")]
    [InlineData("interactive: true", "interactive: maybe", "/interactive")]
    [InlineData("postprovision.sh", "after.sh", "after.sh cannot be run")]
    [InlineData("    language: dotnet\n", "", "language")]
    [InlineData("services:", "services: [", "not YAML")]
    public async Task A_mistake_is_found(string right, string wrong, string said)
    {
        var path = Path.Combine(directory, "azure.yaml");
        var text = await File.ReadAllTextAsync(Path.Combine(Tool.Root, "azure.yaml"));
        Assert.Contains(right, text);
        await File.WriteAllTextAsync(path, text.Replace(right, wrong, StringComparison.Ordinal));
        Directory.CreateSymbolicLink(Path.Combine(directory, "infra"), Tool.Infra);

        Assert.Contains(await Tool.AzureYamlAsync(path), fault => fault.Contains(said, StringComparison.Ordinal));
    }
}
