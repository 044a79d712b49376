using Cloud.Api.Gateway.OAuth;
using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound.Relay;
using Cloud.Flow.Outbound.Relay.Smarthosts;
using Cloud.Flow.Outbound.Reports;
using Cloud.Wire.Limits;

namespace Cloud.Listener.Hosting.Settings;

public abstract partial class SettingSource
{
    /// <summary>A secret has no place on a command line: the environment gives it, or a file.</summary>
    protected const string SmarthostSecretVariable = "CLOUD_SMARTHOST_SECRET";

    /// <summary>The settings of sending, with their values' form and what they are.</summary>
    public static IReadOnlyList<(string Name, string Value, string Description)> SenderNames { get; } =
    [
        (
            "smarthost",
            "[DOMAIN=]HOST:PORT[,WORD…]|off|sink",
            "Sends for us; WORD is starttls, implicit, none, user=NAME and others (docs/sending.md); may be repeated, "
                + "once for each sender's DOMAIN; sink takes mail and sends it nowhere (off)"
        ),
        ("smarthost-secret-file", "FILE", "Holds the smarthost's password or token (CLOUD_SMARTHOST_SECRET)"),
        ("relay-networks", "NETWORK", "Networks that mail is sent to although they are not public; may be repeated"),
        ("relay-port", "NUMBER", "Port of other domains' mail hosts (25)"),
    ];

    /// <param name="hostname">What the server calls itself.</param>
    protected RelayOptions Sender(string hostname)
    {
        var faults = new List<string>();
        var smarthosts = SmarthostTableText.Parse(All("smarthost"), SmarthostPassword(), faults);
        Faults.AddRange(faults.Select(fault => $"smarthost: {fault}"));
        return new()
        {
            Hostname = hostname,
            Smarthosts = smarthosts,
            Allowed = Networks("relay-networks", NetworkList.Empty),
            Port = Number("relay-port", 25, 1, ushort.MaxValue),
        };
    }

    /// <param name="hostname">What the server calls itself.</param>
    protected ReportOptions Reports(string hostname) => ReportSettings.Read(One, hostname, Faults);

    /// <param name="asks">False where the gateway is another process's, which then asks.</param>
    protected TokenOptions? Tokens(bool asks) =>
        TokenSettings.Read(One, Secret(TokenSettings.SecretVariable), asks, Faults);

    protected HookOptions Hooks() => HookSettings.Read(One, Faults);

    SmarthostSecret SmarthostPassword()
    {
        if (ExistingFile("smarthost-secret-file") is { } file)
            return SmarthostSecret.InFile(file);
        return Secret(SmarthostSecretVariable) is { } text ? SmarthostSecret.Of(text) : SmarthostSecret.None;
    }
}
