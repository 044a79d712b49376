using System.Text.Json;

namespace Cloud.Tests.Repository;

/// <summary>What is tested is what `cloud serve --store azurite` runs.</summary>
public sealed class AzuriteVersionTests
{
    [Fact]
    public void Tests_and_server_have_the_same_azurite()
    {
        Assert.Equal(Version("tests/package-lock.json"), Version("cli/Azurite/package-lock.json"));

        static string? Version(string file) =>
            JsonDocument
                .Parse(Source.Read(file))
                .RootElement.GetProperty("packages")
                .GetProperty("node_modules/azurite")
                .GetProperty("version")
                .GetString();
    }
}
