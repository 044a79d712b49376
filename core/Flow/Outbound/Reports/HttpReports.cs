using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Cloud.Wire.Http;

namespace Cloud.Flow.Outbound.Reports;

enum PostResult
{
    Taken,

    /// <summary>For good: to ask again, with the same report, brings the same answer.</summary>
    Refused,

    Later,
}

/// <summary>Hands TLS reports to web servers. RFC 8460 §5.4.</summary>
/// <param name="handler">
/// Sends; anybody may name any server, so it must connect to public addresses only and follow nothing:
/// <see cref="GuardedConnect.Handler"/> is made so.
/// </param>
/// <param name="time">For the limit.</param>
sealed class HttpReports(HttpMessageHandler handler, TimeProvider time) : IDisposable
{
    /// <summary>For all of it; of our own, for who is slow is asked again.</summary>
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly HttpClient http = new(handler) { Timeout = Timeout.InfiniteTimeSpan };

    /// <param name="report">JSON, compressed.</param>
    public async Task<PostResult> PostAsync(Uri address, byte[] report, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        using var content = new ByteArrayContent(report);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/tlsrpt+gzip");
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return response.StatusCode switch
            {
                HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => PostResult.Later,
                _ when response.IsSuccessStatusCode => PostResult.Taken,
                >= HttpStatusCode.MultipleChoices and < HttpStatusCode.InternalServerError => PostResult.Refused,
                _ => PostResult.Later,
            };
        }
        catch (Exception) when (!cancel.IsCancellationRequested)
        {
            return PostResult.Later; // the address is a stranger's: whatever is wrong with it stops no other report
        }
    }

    public void Dispose() => http.Dispose();
}
