using System.Net;
using Cloud.Api.Gateway.OAuth;
using Cloud.Api.WellKnown;
using Cloud.Flow.Door.Greylisting;
using Cloud.Flow.Hooks;
using Cloud.Flow.Outbound.Relay;
using Cloud.Flow.Outbound.Reports;
using Cloud.Flow.Submission;
using Cloud.Listener.Hosting;
using Cloud.Listener.Hosting.Settings;
using Cloud.Listener.Tls.Acme;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Container;

/// <summary>Everything the container can be told, checked.</summary>
/// <remarks>Not a record: the text a record gives of itself would show keys.</remarks>
sealed class ContainerSettings
{
    public required string Hostname { get; init; }

    /// <summary>The first one's postmaster gets mail to a bare <c>Postmaster</c>.</summary>
    public required IReadOnlyList<string> Domains { get; init; }

    /// <summary>Mail ports by name; null for off.</summary>
    public required IReadOnlyDictionary<string, IPEndPoint?> Ports { get; init; }

    /// <summary>Where health is told; null for nowhere.</summary>
    public required IPEndPoint? Http { get; init; }

    /// <summary>Where the pages of the domains are, over TLS; null for nowhere.</summary>
    public required IPEndPoint? Https { get; init; }

    /// <summary>Of the domains' policy.</summary>
    public required StsMode MtaSts { get; init; }

    public required GatewaySettings Gateway { get; init; }

    /// <summary>Of Azure Storage; null where the endpoints and an identity are used.</summary>
    public required string? ConnectionString { get; init; }

    public required ServiceEndpoints? Endpoints { get; init; }

    /// <summary>Client id of a user-assigned managed identity; null for the machine's own.</summary>
    public required string? Identity { get; init; }

    public required TlsSettings Tls { get; init; }

    public required ListenerLimits Limits { get; init; }

    /// <summary>How mail from outside is judged.</summary>
    public required DoorSettings Door { get; init; }

    /// <summary>How much accounts and domains may send, where the listener reads the store itself.</summary>
    public required SubmissionOptions Submission { get; init; }

    /// <summary>How long strangers wait, where the listener reads the store itself.</summary>
    public required GreylistOptions Greylist { get; init; }

    /// <summary>How mail goes to other servers, where the listener reads the store itself.</summary>
    public required RelayOptions Relay { get; init; }

    /// <summary>Which reports are sent, where the listener reads the store itself.</summary>
    public required ReportOptions Reports { get; init; }

    /// <summary>How webhooks are sent, where the store is read from here.</summary>
    public HookOptions Hooks { get; init; } = new();

    /// <summary>Who checks tokens that users log in with; null: their mechanisms are not offered.</summary>
    public required TokenOptions? Tokens { get; init; }

    /// <summary>Opens the domains' signing keys; null: nothing is signed.</summary>
    public required KeyEncryptionKey? KeyEncryption { get; init; }

    /// <summary>Submitted mail tells its recipients where it came from.</summary>
    public required bool TellsClient { get; init; }

    public required LogLevel LogLevel { get; init; }

    public required LogFormat LogFormat { get; init; }
}

/// <summary>Where transactions go.</summary>
sealed class GatewaySettings
{
    /// <summary>The Functions app; null for <c>direct</c>: the listener reads the store itself.</summary>
    public Uri? Address { get; init; }

    /// <summary>A function key; null where the identity signs.</summary>
    public string? Key { get; init; }

    /// <summary>For whom the identity's tokens are made out (<c>api://…</c>).</summary>
    public string? Audience { get; init; }

    /// <summary>Names this listener's watch queue (<c>watch-…</c>): 16 hexadecimal digits; null for new ones each start.</summary>
    public string? Listener { get; init; }
}

/// <summary>Where the certificate comes from: one of the three, or self-signed.</summary>
sealed class TlsSettings
{
    public (string Certificate, string Key)? Files { get; init; }

    /// <summary>A Key Vault secret's address, without a version.</summary>
    public Uri? VaultSecret { get; init; }

    /// <summary>How often the vault is asked.</summary>
    public TimeSpan VaultInterval { get; init; }

    public AcmeSettings? Acme { get; init; }
}

sealed class AcmeSettings
{
    public required AcmeOptions Options { get; init; }

    /// <summary>Directory of account key and certificate; null where they are in a container.</summary>
    public string? Directory { get; init; }

    /// <summary>Blob container in which they are instead; reached by the identity.</summary>
    public Uri? Container { get; init; }

    /// <summary>Where HTTP-01 is answered; null for DNS-01.</summary>
    public IPEndPoint? Http { get; init; }

    /// <summary>The Azure DNS zone's resource id, for DNS-01.</summary>
    public string? Zone { get; init; }
}
