using System.Net;
using System.Text;
using System.Text.Json;
using Cloud.Api.Rest;

namespace Cloud.Tests.Api.Rest;

/// <summary>An answer as its asker sees it.</summary>
public sealed record RestAnswer(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string? Header(string name) =>
        Headers.FirstOrDefault(one => one.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}

/// <summary>Asks a <see cref="RestApi"/> without a port.</summary>
/// <param name="key">As in Authorization; null for none.</param>
/// <param name="caller">Whom the carrier knows; null asks for the key.</param>
public sealed class RestClient(RestApi api, string? key = null, Caller? caller = null)
{
    /// <summary>Where it asks from.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    public Task<RestAnswer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync("GET", path, null, headers);

    public Task<RestAnswer> PostAsync(string path, string? json, params (string Name, string Value)[] headers) =>
        SendAsync("POST", path, json, headers);

    public Task<RestAnswer> DeleteAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync("DELETE", path, null, headers);

    public Task<RestAnswer> SendAsync(
        string method,
        string path,
        string? json,
        params (string Name, string Value)[] headers
    ) => SendBytesAsync(method, path, json is null ? [] : Encoding.UTF8.GetBytes(json), headers);

    public async Task<RestAnswer> SendBytesAsync(
        string method,
        string path,
        byte[] body,
        params (string Name, string Value)[] headers
    )
    {
        var all = headers.ToDictionary(one => one.Name, one => one.Value, StringComparer.OrdinalIgnoreCase);
        if (key is not null)
            all.TryAdd("Authorization", $"Bearer {key}");
        var request = new ApiRequest(
            method,
            RestApi.Prefix + path,
            name => all.GetValueOrDefault(name),
            new MemoryStream(body),
            Address
        );
        await using var answer = caller is null
            ? await api.AnswerAsync(request, default)
            : await api.AnswerAsync(request, caller, default);
        using var written = new MemoryStream();
        await answer.WriteAsync(written, default);
        return new(answer.Status, answer.Headers, written.ToArray());
    }
}
