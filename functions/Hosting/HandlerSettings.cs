using System.Net;
using Cloud.Api.Gateway.OAuth;
using Cloud.Api.Rest;
using Cloud.Dns;
using Cloud.Flow.Door.Greylisting;
using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound.Relay;
using Cloud.Flow.Outbound.Reports;
using Cloud.Flow.Submission;
using Cloud.Store.Azure;
using Cloud.Store.Ports;

namespace Cloud.Functions.Hosting;

/// <summary>What the app is told by its environment, checked.</summary>
/// <param name="EndsWithInput">When standard input closes: <see cref="Lifeline"/>.</param>
/// <param name="KeyEncryption">Opens the domains' signing keys; null: none are made and nothing is signed.</param>
/// <param name="Port">Where the host calls, on 127.0.0.1.</param>
sealed record HandlerSettings(
    int Port,
    AzureStoreOptions Storage,
    IAuthorization GatewayCallers,
    LogLevel LogLevel = LogLevel.Information,
    bool EndsWithInput = false,
    KeyEncryptionKey? KeyEncryption = null
)
{
    /// <summary>How much accounts and domains may send.</summary>
    public SubmissionOptions Submission { get; init; } = new();

    /// <summary>How long strangers wait.</summary>
    public GreylistOptions Greylist { get; init; } = new();

    /// <summary>How mail goes to other servers.</summary>
    public RelayOptions Relay { get; init; } = new() { Hostname = "localhost" };

    /// <summary>Which reports are sent.</summary>
    public ReportOptions Reports { get; init; } = new();

    /// <summary>Whom names are looked up with.</summary>
    public DnsSettings Dns { get; init; } = new();

    /// <summary>How webhooks are sent.</summary>
    public HookOptions Hooks { get; init; } = new();

    /// <summary>Who checks tokens that users log in with; null: none are taken.</summary>
    public TokenOptions? Tokens { get; init; }

    /// <summary>What the HTTP API lets its callers do.</summary>
    public ApiOptions Api { get; init; } = new();
}
