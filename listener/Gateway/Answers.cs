using System.Net;
using Cloud.Api.Gateway.Wire;
using Cloud.Store.Ports;

namespace Cloud.Listener.Gateway;

/// <summary>Reads what came back, and believes none of it unseen.</summary>
static class Answers
{
    /// <summary>Octets of a problem.</summary>
    const int Problem = 64 * 1024;

    /// <summary>Longest pause that another end may ask for.</summary>
    static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(10);

    /// <exception cref="WireException">It is not what was asked for.</exception>
    public static async ValueTask<T> ReadAsync<T>(
        HttpResponseMessage response,
        WireCodec<T> codec,
        CancellationToken cancel
    )
    {
        ExpectType(response, codec.ContentType);
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        return codec.Decode(await Operation.ReadBodyAsync(body, WireLimits.Answer, cancel));
    }

    /// <exception cref="WireException">Something else answered with 200: a proxy, a start page.</exception>
    public static void ExpectType(HttpResponseMessage response, string contentType)
    {
        if (response.Content.Headers.ContentType?.MediaType is var type && type != contentType)
            throw new WireException($"The answer is {type ?? "of no type"}, not {contentType}");
    }

    /// <summary>What a status other than 200 means.</summary>
    public static async ValueTask<StoreException> FaultAsync(
        HttpResponseMessage response,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        if (await ProblemAsync(response, cancel) is { } problem)
            return problem.Retryable || problem.OutcomeUnknown ? problem.ToException() : Refusal(problem);
        var status = (int)response.StatusCode;
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => GatewayFault.Refused("The gateway does not know this listener (401)"),
            HttpStatusCode.Forbidden => GatewayFault.Refused("The gateway does not let this listener in (403)"),
            HttpStatusCode.TooManyRequests => new GatewayFault("The gateway is asked too much (429)", Arrival.Never)
            {
                RetryAfter = RetryAfter(response, time),
            },
            >= HttpStatusCode.InternalServerError => new GatewayFault($"The gateway failed ({status})", Arrival.Perhaps)
            {
                RetryAfter = RetryAfter(response, time),
            },
            _ => GatewayFault.Refused($"No gateway answers there ({status})"),
        };
    }

    /// <summary>How far a request got that ended in an exception.</summary>
    public static Arrival ArrivalOf(Exception e) =>
        e
            is HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError
                    or HttpRequestError.NameResolutionError
                    or HttpRequestError.SecureConnectionError
                    or HttpRequestError.ProxyTunnelError
            }
            ? Arrival.Never
            : Arrival.Perhaps;

    static StoreException Refusal(Problem problem) =>
        problem.Error == Cloud.Api.Gateway.Wire.Problem.Errors.NoAccount
            ? problem.ToException()
            : GatewayFault.Answered($"The gateway refuses the call: {problem.Message}");

    /// <returns>Null when it is not the service that speaks.</returns>
    static async ValueTask<Problem?> ProblemAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.Content.Headers.ContentType?.MediaType != WireFormat.Json)
            return null;
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancel);
            var bytes = await Operation.ReadBodyAsync(body, Problem, cancel);
            var problem = Cloud.Api.Gateway.Wire.Problem.Parse(bytes);
            return problem.Status == (int)response.StatusCode ? problem : null;
        }
        catch (Exception e) when (e is IOException or WireException)
        {
            return null;
        }
    }

    static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        var header = response.Headers.RetryAfter;
        var asked = header?.Delta ?? header?.Date - time.GetUtcNow();
        return asked is { } pause && pause > TimeSpan.Zero
            ? TimeSpan.FromTicks(Math.Min(pause.Ticks, LongestRetryAfter.Ticks))
            : null;
    }
}
