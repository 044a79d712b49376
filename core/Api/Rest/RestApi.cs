using System.Globalization;
using System.Net;
using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Api.Rest.Keys;
using Cloud.Store.Accounts;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest;

/// <summary>The HTTP API without HTTP: requests in, answers out, for whatever carries them.</summary>
/// <remarks>
/// <see cref="AnswerAsync(ApiRequest, CancellationToken)"/> does not throw: what callers do wrong, and faults of ours, are
/// answers (RFC 9457). Nothing is kept between requests that another instance would need.
/// </remarks>
public sealed class RestApi
{
    public const string Prefix = "/api/v1";

    /// <summary>
    /// Requests of a key, or of an address without one, in a minute: ten each second, which is more than a person's program
    /// needs.
    /// </summary>
    const int RequestsPerMinute = 600;

    readonly ApiRooms rooms;
    readonly ApiRates rates;
    readonly ApiRates strangers;

    /// <param name="web">Opened when it is first needed; null where nobody in the world is to be asked.</param>
    public RestApi(Backend backend, LocalGateway? gateway = null, ApiOptions? options = null, Func<ApiWeb>? web = null)
    {
        rooms = new(backend, gateway ?? new LocalGateway(backend), options ?? new(), web);
        rates = new(rooms.Time, "key", RequestsPerMinute);
        strangers = new(rooms.Time, "address", RequestsPerMinute);
    }

    /// <summary>Who asks, where proxies of ours stand between.</summary>
    /// <inheritdoc cref="ForwardedClient.Of" path="/param"/>
    public IPAddress ClientOf(IPAddress peer, string? header) =>
        ForwardedClient.Of(peer, header, rooms.Options.Proxies);

    /// <summary>Answers somebody who has to say who it is.</summary>
    public ValueTask<ApiAnswer> AnswerAsync(ApiRequest request, CancellationToken cancel) =>
        GuardedAsync(
            async () =>
            {
                var caller = await rooms.Keys.CallerAsync(request.Header("Authorization"), request.Client, cancel);
                // Who has no key counts by the address: one asks for links and descriptions, and perhaps for too many.
                var network = caller.Key.Length > 0 ? null : ApiKeys.NetworkOf(request.Client);
                if (caller.Key.Length == 0 && network is null)
                    return await RouteAsync(request, caller, cancel);
                var standing = network is null ? rates.Take(caller.Key) : strangers.Take(network);
                return standing.On(standing.IsWithin ? await AnswerAsync(request, caller, cancel) : TooMany(standing));
            },
            cancel
        );

    /// <summary>Answers one whom the carrier knows: <see cref="Caller.Operator"/> on the machine itself.</summary>
    public ValueTask<ApiAnswer> AnswerAsync(ApiRequest request, Caller caller, CancellationToken cancel) =>
        GuardedAsync(() => RouteAsync(request, caller, cancel), cancel);

    async ValueTask<ApiAnswer> RouteAsync(ApiRequest request, Caller caller, CancellationToken cancel)
    {
        var target = Target.Parse(request.Target);
        var fitting = ApiRoutes.All.Where(route => route.Takes(target.Segments)).ToList();
        // A head is a page without its body, which the carrier leaves out (RFC 9110 §9.3.2).
        var method = request.Method == "HEAD" ? "GET" : request.Method;
        var found = fitting.Find(route => route.Method == method);
        Authorize(caller, found);
        if (fitting.Count == 0)
            throw new ApiException(ApiProblem.NotFound("path"));
        if (found is null)
            return NotAllowed(fitting);
        using var body = rooms.LargeBodies.Of(caller.Key);
        var call = new ApiCall(rooms, caller, request, found, found.ValuesOf(target.Segments), target.Query, body);
        Check(target.Query, found);
        return await found.AnswerAsync(call, cancel);
    }

    /// <summary>Without a key, nobody learns which paths there are.</summary>
    static void Authorize(Caller caller, Route? route)
    {
        var needed = route?.Scope ?? ApiScope.Send;
        if (needed != ApiScope.None && caller.Scopes == ApiScope.None)
            throw new ApiException(ApiProblem.Of(401, "no-key", "Say who you are: Authorization: Bearer ck_…"));
        if (route is not null && (!caller.Scopes.Cover(needed) || (route.ForOperator && !caller.IsOperator)))
            throw new ApiException(ApiProblem.Of(403, "not-for-this-key", "This key is not for this."));
    }

    static ApiAnswer NotAllowed(List<Route> fitting) =>
        ApiAnswer
            .Of(ApiProblem.Of(405, "method", "Not with this method: see Allow."))
            .With("Allow", string.Join(", ", fitting.Select(route => route.Method)));

    static void Check(IReadOnlyDictionary<string, string> query, Route route)
    {
        var unknown = query.Keys.Where(name => route.Query.All(one => one.Name != name)).ToList();
        if (unknown.Count > 0)
            throw new ApiException(ApiProblem.BadParameter(unknown[0], $"There is no parameter {unknown[0]} here."));
    }

    static async ValueTask<ApiAnswer> GuardedAsync(Func<ValueTask<ApiAnswer>> answerAsync, CancellationToken cancel)
    {
        try
        {
            return await answerAsync();
        }
        catch (ApiException e)
        {
            return Refused(e);
        }
        catch (AdminException e)
        {
            return ApiAnswer.Of(AdminProblems.Of(e));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ApiAnswer.Of(ApiProblem.Unavailable);
        }
        catch (AccountMissingException)
        {
            return ApiAnswer.Of(ApiProblem.NotFound("user"));
        }
        catch (StoreException e)
        {
            return ApiAnswer.Of(ApiProblem.Unavailable, e).With("Retry-After", "5");
        }
#pragma warning disable CA1031 // The last resort: the caller is told as little as possible, the host logs it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ApiAnswer.Of(ApiProblem.Of(500, "fault", "The server failed."), e);
        }
    }

    static ApiAnswer TooMany(ApiRates.Standing standing) =>
        Refused(
            new ApiException(
                ApiProblem.Of(429, "too-many-requests", $"This {standing.Policy} makes too many requests.")
            )
            {
                RetryAfter = TimeSpan.FromSeconds(standing.Seconds),
            }
        );

    static ApiAnswer Refused(ApiException refusal)
    {
        var answer = ApiAnswer.Of(refusal.Problem);
        foreach (var (name, value) in refusal.Headers)
            answer.With(name, value);
        if (refusal.RetryAfter is { } wait)
            answer.With("Retry-After", Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        // RFC 6750 §3: the challenge names the scheme, and what is wrong with the key.
        return refusal.Problem.Status switch
        {
            401 => answer.With("WWW-Authenticate", "Bearer realm=\"cloud\""),
            403 => answer.With("WWW-Authenticate", "Bearer realm=\"cloud\", error=\"insufficient_scope\""),
            _ => answer,
        };
    }
}
