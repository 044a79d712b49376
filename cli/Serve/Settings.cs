using System.Net;
using Cloud.Api.Gateway.OAuth;
using Cloud.Api.Rest;
using Cloud.Api.WellKnown;
using Cloud.Flow.Door.Greylisting;
using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound.Relay;
using Cloud.Flow.Outbound.Reports;
using Cloud.Flow.Submission;
using Cloud.Listener.Hosting;
using Cloud.Listener.Hosting.Settings;

namespace Cloud.Cli.Serve;

public enum StoreKind
{
    /// <summary>SQLite and segment files under the data directory.</summary>
    Local,

    /// <summary>Azure Storage, or Azurite.</summary>
    Azure,

    /// <summary>An Azurite of our own, its data under the data directory.</summary>
    Azurite,
}

public enum GatewayKind
{
    /// <summary>In this process.</summary>
    Local,

    /// <summary>The Functions app as a process of its own, asked over HTTP.</summary>
    Functions,
}

/// <summary>Everything `cloud serve` can be told, checked.</summary>
/// <param name="Data">Directory of the embedded store, the self-signed certificate and the control socket.</param>
/// <param name="Domains">Made at start where they are missing; empty leaves what is there.</param>
/// <param name="Users">File of <c>address:password</c> lines; null for none.</param>
/// <param name="Ports">By name: where to listen, or null for off.</param>
/// <param name="ConnectionString">Of Azure Storage; null where the endpoints and an identity are used.</param>
/// <param name="Endpoints">Blob, queue and table service addresses, reached by identity.</param>
/// <param name="Certificate">PEM files; null for a self-signed one.</param>
/// <param name="Limits">Connections, and whether their addresses are the peers'.</param>
/// <param name="Door">How mail from outside is judged.</param>
/// <param name="Gateway">Where transactions are done.</param>
/// <param name="Functions">The published Functions app: host.json, the handler, a folder for each function.</param>
/// <param name="Azurite">Where npm has installed Azurite, or is to.</param>
/// <param name="MtaSts">Of the domains' policy, which the https port gives out.</param>
/// <param name="KeyEncryptionSecret">What private keys in the store are encrypted with; null for a file's under <c>Data</c>.</param>
/// <param name="Relay">How mail goes to other servers.</param>
/// <param name="HandlerTexts">Settings of sending as they were given, by the variables that tell the Functions app.</param>
/// <param name="Submission">How much accounts and domains may send; for --gateway functions the app is told.</param>
/// <param name="Greylist">How long strangers wait; for --gateway functions the app is told.</param>
/// <param name="TellsClient">Submitted mail tells its recipients where it came from.</param>
/// <param name="Reports">Which reports are sent; for --gateway functions the app is told.</param>
/// <param name="Hooks">How webhooks are sent; for --gateway functions the app is told.</param>
/// <param name="Api">What the HTTP API lets its callers do; for --gateway functions the app is told as well.</param>
/// <param name="Tokens">Who checks tokens that users log in with; null: none are taken. For --gateway functions the app is told.</param>
/// <param name="Try">Makes example.test with alice and bob and says what to paste.</param>
public sealed record Settings(
    string Data,
    IReadOnlyList<string> Domains,
    string? Users,
    IReadOnlyDictionary<string, IPEndPoint?> Ports,
    StoreKind Store,
    string? ConnectionString,
    ServiceEndpoints? Endpoints,
    (string Certificate, string Key)? Certificate,
    string Hostname,
    Microsoft.Extensions.Logging.LogLevel LogLevel,
    LogFormat LogFormat,
    ListenerLimits Limits,
    DoorSettings Door,
    bool Try,
    GatewayKind Gateway,
    string Functions,
    string Azurite,
    StsMode MtaSts,
    string? KeyEncryptionSecret,
    RelayOptions Relay,
    IReadOnlyDictionary<string, string> HandlerTexts,
    SubmissionOptions Submission,
    GreylistOptions Greylist,
    bool TellsClient,
    ReportOptions Reports,
    HookOptions Hooks,
    ApiOptions Api,
    TokenOptions? Tokens
)
{
    /// <summary>The ports in the order of the `ready` line, with their defaults on 127.0.0.1.</summary>
    public static readonly IReadOnlyList<(string Name, int Port)> DefaultPorts =
    [
        ("smtp", 2525),
        ("submission", 2587),
        ("submissions", 2465),
        ("imap", 2143),
        ("imaps", 2993),
        ("pop3", 2110),
        ("pop3s", 2995),
        ("http", 8080),
        ("https", 8443),
    ];
}
