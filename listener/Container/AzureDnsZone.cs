using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Core;
using Azure.Core.Pipeline;
using Cloud.Listener.Tls;
using Cloud.Listener.Tls.Acme;

namespace Cloud.Listener.Container;

/// <summary>TXT records in an Azure DNS zone (Microsoft.Network/dnsZones/TXT), by Resource Manager.</summary>
/// <remarks>Values are added and taken away one by one under the record set's ETag: others may stand at the same name.</remarks>
/// <param name="zoneId">/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/dnsZones/NAME.</param>
/// <param name="host">Null for the public cloud's.</param>
sealed class AzureDnsZone(string zoneId, HttpPipeline pipeline, Uri? host = null) : ITextRecords
{
    public const string Scope = "https://management.azure.com/.default";

    const string ApiVersion = "2018-05-01";

    /// <summary>Seconds a resolver may keep the record: the authority comes only once.</summary>
    const int TimeToLive = 10;

    /// <summary>Writers that meet at one name.</summary>
    const int Tries = 5;

    /// <summary>Azure DNS says that changes are everywhere within a minute.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);

    readonly string zone = zoneId[(zoneId.LastIndexOf('/') + 1)..];
    readonly Uri management = host ?? new Uri("https://management.azure.com");

    public ValueTask AddAsync(string name, string value, CancellationToken cancel) =>
        ChangeAsync(name, values => values.Contains(value) ? values : [.. values, value], cancel);

    public ValueTask RemoveAsync(string name, string value, CancellationToken cancel) =>
        ChangeAsync(name, values => [.. values.Where(kept => kept != value)], cancel);

    async ValueTask ChangeAsync(
        string name,
        Func<IReadOnlyList<string>, IReadOnlyList<string>> change,
        CancellationToken cancel
    )
    {
        try
        {
            var address = Address(name);
            for (var attempt = 0; attempt < Tries; attempt++)
            {
                var (before, etag) = await ReadAsync(address, cancel);
                var after = change(before);
                if (after.SequenceEqual(before) || await WriteAsync(address, after, etag, cancel))
                    return;
            }
            throw new CertificateException($"{name}: others change it all the time");
        }
        catch (Exception e) when (AzureFaults.Is(e, cancel))
        {
            throw new CertificateException($"{name} cannot be written: {AzureFaults.Text(e)}", e);
        }
    }

    Uri Address(string name)
    {
        if (!name.EndsWith($".{zone}", StringComparison.OrdinalIgnoreCase))
            throw new CertificateException($"{name} is not in the zone {zone}");
        var relative = Uri.EscapeDataString(name[..^(zone.Length + 1)]);
        return new Uri(management, $"{zoneId}/TXT/{relative}?api-version={ApiVersion}");
    }

    async Task<(IReadOnlyList<string> Values, string? ETag)> ReadAsync(Uri address, CancellationToken cancel)
    {
        using var message = Message(RequestMethod.Get, address);
        await pipeline.SendAsync(message, cancel);
        if (message.Response.Status == 404)
            return ([], null);
        if (message.Response.Status != 200)
            throw Refused(message);
        var set = JsonSerializer.Deserialize(message.Response.Content.ToMemory().Span, DnsJson.Default.RecordSet);
        var values = set?.Properties?.TxtRecords?.Select(record => string.Concat(record.Value ?? []));
        return ([.. values ?? []], set?.Etag);
    }

    /// <returns>False when somebody else was faster.</returns>
    async Task<bool> WriteAsync(Uri address, IReadOnlyList<string> values, string? etag, CancellationToken cancel)
    {
        // An empty set stays: a right that is on this very record set would go with it.
        using var message = Message(RequestMethod.Put, address);
        if (etag is null)
            message.Request.Headers.Add("If-None-Match", "*");
        else
            message.Request.Headers.Add("If-Match", etag);
        var set = new RecordSet(null, new(TimeToLive, [.. values.Select(value => new TxtRecord([value]))]));
        message.Request.Headers.Add("Content-Type", "application/json");
        message.Request.Content = RequestContent.Create(
            JsonSerializer.SerializeToUtf8Bytes(set, DnsJson.Default.RecordSet)
        );
        await pipeline.SendAsync(message, cancel);
        return message.Response.Status switch
        {
            200 or 201 => true,
            412 => false,
            _ => throw Refused(message),
        };
    }

    HttpMessage Message(RequestMethod method, Uri address)
    {
        var message = pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(address);
        message.Request.Headers.Add("Accept", "application/json");
        return message;
    }

    CertificateException Refused(HttpMessage message) =>
        new($"zone {zone}: Azure answered {message.Response.Status} {message.Response.ReasonPhrase}");
}

sealed record RecordSet(string? Etag, RecordSetProperties? Properties);

sealed record RecordSetProperties(
    [property: JsonPropertyName("TTL")] int TimeToLive,
    [property: JsonPropertyName("TXTRecords")] IReadOnlyList<TxtRecord>? TxtRecords
);

sealed record TxtRecord(IReadOnlyList<string>? Value);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(RecordSet))]
sealed partial class DnsJson : JsonSerializerContext;
