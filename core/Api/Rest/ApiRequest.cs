using System.Net;

namespace Cloud.Api.Rest;

/// <summary>What somebody asks of the API, whatever carried it here.</summary>
/// <param name="Method">Upper case.</param>
/// <param name="Target">Path and query as they were sent, percent-encoded: <c>/api/v1/domains?limit=10</c>.</param>
/// <param name="Header">A header's value, those of one name joined by commas; null when it is missing.</param>
/// <param name="Body">Unread.</param>
/// <param name="Client"><see cref="Gateway.ClientAddress.Unknown"/> where it cannot be told.</param>
public sealed record ApiRequest(
    string Method,
    string Target,
    Func<string, string?> Header,
    Stream Body,
    IPAddress Client
);
