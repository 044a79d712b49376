namespace Cloud.Tests.Infra;

/// <summary>infra/ passes the offline linter, and the linter finds what it is there for.</summary>
public sealed class BicepTests : IDisposable
{
    readonly string copy = Directory.CreateTempSubdirectory("cloud-infra-").FullName;

    public void Dispose() => Directory.Delete(copy, recursive: true);

    [Fact]
    public async Task The_infrastructure_has_no_fault() => Assert.Empty(await Tool.LintAsync(Tool.Infra));

    [Theory]
    [InlineData("syntax", "app/storage.bicep", "properties: {\n    accessTier", "properties: \n    accessTier")]
    [InlineData("property", "app/storage.bicep", "minimumTlsVersion", "minimumTlsVersionn")]
    [InlineData("property", "app/functions.bicep", "instanceMemoryMB", "instanceMemoryMb")]
    [InlineData("property", "app/vault.bicep", "vault.properties.vaultUri", "vault.properties.uri")]
    [InlineData("required", "app/storage.bicep", "  sku: { name: redundancy }\n", "")]
    [InlineData("required", "app/vault.bicep", "    tenantId: tenant().tenantId\n", "")]
    [InlineData("enum", "app/storage.bicep", "'TLS1_2'", "'TLS12'")]
    [InlineData("enum", "app/listener-vm.bicep", "access: 'Allow'", "access: 'Permit'")]
    [InlineData("kind", "app/storage.bicep", "allowSharedKeyAccess: false", "allowSharedKeyAccess: 'false'")]
    [InlineData("kind", "app/functions.bicep", "{ reserved: true }", "[true]")]
    [InlineData("kind", "app/functions.bicep", "allow: false", "allow: 'false'")]
    [InlineData("property", "app/functions.bicep", "serverFarmId:", "serverFarm:")]
    [InlineData(
        "kind",
        "app/listener-vm.bicep",
        "addressPrefixes: ['10.44.0.0/24']",
        "addressPrefixes: '10.44.0.0/24'"
    )]
    [InlineData("readonly", "app/registry.bicep", "adminUserEnabled", "loginServer: 'x', adminUserEnabled")]
    [InlineData("version", "app/storage.bicep", "storageAccounts@2025-01-01", "storageAccounts@2023-05-01")]
    [InlineData("type", "app/registry.bicep", "/registries@", "/registry@")]
    [InlineData("name", "app/storage.bicep", "location: location", "location: region")]
    [InlineData("name", "main.bicep", "toLower(unique", "lower(unique")]
    [InlineData("module", "main.bicep", "app/vault.bicep", "app/vaults.bicep")]
    [InlineData("module", "main.bicep", "    gatewaySeed: gatewaySeed\n", "")]
    [InlineData("module", "main.bicep", "    dailyCap: dailyLogCap", "    dailyQuota: dailyLogCap")]
    [InlineData("output", "main.bicep", "vault.outputs.name", "vault.outputs.vaultName")]
    [InlineData("unused", "app/registry.bicep", "param name string", "param name string\nparam more string")]
    [InlineData("enum", "app/alarms.bicep", "'GreaterThan'", "'MoreThan'")]
    [InlineData("property", "app/alarms.bicep", "windowSize", "window")]
    [InlineData("file", "app/listener-vm.bicep", "listener/setup.sh", "listener/set-up.sh")]
    [InlineData("parameters", "main.parameters.json", "\"domains\"", "\"domain\"")]
    [InlineData("parameters", "main.parameters.json", "=2048", "=1024")]
    [InlineData("parameters", "main.bicep", "@description('User name at the smarthost.')\n", "")]
    public async Task A_mistake_is_found(string rule, string file, string right, string wrong)
    {
        Copy();
        var path = Path.Combine(copy, file);
        var text = await File.ReadAllTextAsync(path);
        Assert.Contains(right, text);
        await File.WriteAllTextAsync(path, text.Replace(right, wrong, StringComparison.Ordinal));

        Assert.Contains(await Tool.LintAsync(copy), fault => fault.Rule == rule);
    }

    void Copy()
    {
        foreach (var path in Directory.EnumerateFiles(Tool.Infra, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(Tool.Infra, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }
}
