using Cloud.Functions.Hosting;

namespace Cloud.Tests.Functions;

/// <summary>What the app is told by its environment.</summary>
public sealed class HandlerSettingsTests
{
    static readonly Dictionary<string, string> Good = new()
    {
        ["FUNCTIONS_CUSTOMHANDLER_PORT"] = "5000",
        ["MailStorage__blobServiceUri"] = "https://name.blob.core.windows.net",
        ["MailStorage__queueServiceUri"] = "https://name.queue.core.windows.net",
        ["MailStorage__tableServiceUri"] = "https://name.table.core.windows.net",
        ["CLOUD_GATEWAY_KEY"] = "0123456789abcdef0123456789abcdef",
    };

    static (HandlerSettings? Settings, IReadOnlyList<string> Faults) Read(params (string Name, string? Value)[] changes)
    {
        var environment = new Dictionary<string, string?>(Good!);
        foreach (var (name, value) in changes)
            environment[name] = value;
        return new SettingsReader(environment.GetValueOrDefault).Read();
    }

    [Fact]
    public void Endpoints_and_a_users_identity_are_taken()
    {
        var (settings, _) = Read(("MailStorage__credential", "managedidentity"), ("MailStorage__clientId", "id"));
        Assert.Equal((5000, "id"), (settings!.Port, settings.Storage.ManagedIdentity));
        Assert.Empty(settings.Storage.Faults());
    }

    [Fact]
    public void A_connection_string_under_the_exact_name_outweighs_endpoints()
    {
        var (settings, _) = Read(("MailStorage", "UseDevelopmentStorage=true"));
        Assert.Equal("UseDevelopmentStorage=true", settings!.Storage.ConnectionString);
        Assert.Null(settings.Storage.BlobEndpoint);
    }

    [Fact]
    public void Every_fault_is_told_at_once()
    {
        var (settings, faults) = new SettingsReader(_ => null).Read();
        Assert.Null(settings);
        string[] names =
        [
            "FUNCTIONS_CUSTOMHANDLER_PORT",
            "MailStorage__blobServiceUri",
            "MailStorage__queueServiceUri",
            "MailStorage__tableServiceUri",
            "CLOUD_GATEWAY_KEY",
        ];
        Assert.Equal(names, faults.Select(fault => fault[..fault.IndexOf(':')]));
    }

    [Theory]
    [InlineData("FUNCTIONS_CUSTOMHANDLER_PORT", "0")]
    [InlineData("FUNCTIONS_CUSTOMHANDLER_PORT", "65536")]
    [InlineData("MailStorage__blobServiceUri", "http://name.blob.core.windows.net")]
    [InlineData("MailStorage__blobServiceUri", "https://name.blob.core.windows.net?sig=secret")]
    [InlineData("MailStorage", "AccountName=secret")]
    [InlineData("MailStorage__credential", "secret")]
    [InlineData("CLOUD_GATEWAY_KEY", "secret")]
    [InlineData("CLOUD_GATEWAY_KEY", null)]
    [InlineData("CLOUD_GATEWAY_AUTH", "secret")]
    [InlineData("CLOUD_LOG_LEVEL", "secret")]
    [InlineData("CLOUD_ENDS_WITH_INPUT", "secret")]
    public void A_value_that_cannot_be_is_named_and_not_shown(string name, string? value)
    {
        var (settings, faults) = Read((name, value));
        Assert.Null(settings);
        Assert.StartsWith(name, Assert.Single(faults));
        Assert.DoesNotContain("secret", faults[0]);
    }

    [Fact]
    public void Without_a_key_of_ours_the_platform_must_be_named_as_the_guard()
    {
        var (settings, _) = Read(("CLOUD_GATEWAY_KEY", null), ("CLOUD_GATEWAY_AUTH", "platform"));
        Assert.IsType<PlatformAuthorization>(settings!.GatewayCallers);
    }
}
