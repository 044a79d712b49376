using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Cloud.Wire.Http;

namespace Cloud.Trust.MtaSts;

/// <summary>Reads <c>https://mta-sts.DOMAIN/.well-known/mta-sts.txt</c>. RFC 8461 §3.3.</summary>
/// <param name="handler">
/// Sends; it has to check certificates and must not follow redirections: <see cref="GuardedConnect.Handler"/> is made so.
/// </param>
/// <param name="time">For the limit.</param>
public sealed class HttpsPolicySource(HttpMessageHandler handler, TimeProvider time) : IPolicySource, IDisposable
{
    /// <summary>For all of it. RFC 8461 §3.3 suggests a minute.</summary>
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    readonly HttpClient http = new(handler) { Timeout = Timeout.InfiniteTimeSpan };

    public static Uri AddressOf(string domain) => new($"https://mta-sts.{domain}/.well-known/mta-sts.txt");

    public async ValueTask<PolicyFetch> FetchAsync(string domain, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            return await ReadAsync(AddressOf(domain), either.Token);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            return PolicyFetch.Failed(PolicyFault.WebPkiInvalid, e.GetBaseException().Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return PolicyFetch.Failed(PolicyFault.FetchError, e.GetBaseException().Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return PolicyFetch.Failed(PolicyFault.FetchError, "no answer in time");
        }
    }

    public void Dispose() => http.Dispose();

    async Task<PolicyFetch> ReadAsync(Uri address, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/plain"));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        // Redirections must not be followed: RFC 8461 §3.3.
        if (response.StatusCode != HttpStatusCode.OK)
            return PolicyFetch.Failed(PolicyFault.FetchError, $"status {(int)response.StatusCode}");
        if (!"text/plain".Equals(response.Content.Headers.ContentType?.MediaType, StringComparison.OrdinalIgnoreCase))
            return PolicyFetch.Failed(PolicyFault.FetchError, "it is not text/plain");

        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[MtaStsPolicy.MaxLength + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        return MtaStsPolicy.TryParse(buffer.AsSpan(0, length), out var policy, out var fault)
            ? PolicyFetch.Of(policy)
            : PolicyFetch.Failed(PolicyFault.Invalid, fault);
    }
}
