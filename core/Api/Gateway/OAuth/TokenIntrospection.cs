using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Cloud.Dns;
using Cloud.Store.Ports;
using Cloud.Wire;
using Cloud.Wire.Http;
using Microsoft.Extensions.Logging;

namespace Cloud.Api.Gateway.OAuth;

/// <summary>Asks who issued a token what it is worth (RFC 7662).</summary>
/// <remarks>
/// What is good is remembered for a minute at most, by the token's hash: a client that opens ten connections asks once, and
/// a token that is taken back opens nothing soon after. What is not good is asked about each time, as often as
/// <see cref="Authenticator"/> lets guessers ask. While nobody answers, logins are not kept waiting for it: after some of
/// them have, all fail at once, but for one from time to time that sees whether somebody does again.
/// </remarks>
/// <param name="handler">Sends; it must follow nothing.</param>
public sealed class TokenIntrospection(
    TokenOptions options,
    HttpMessageHandler handler,
    TimeProvider time,
    ILogger<TokenIntrospection> logger
) : ITokenCheck
{
    /// <summary>For all of a question: the front's client waits, and is to be told that it must try again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long a good token is good without a question.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(1);

    /// <summary>Questions in a row that nobody answers, before no more are asked for a while: fewer than can wait at a time.</summary>
    public const int Failures = 3;

    /// <summary>How long none are asked then: a mail program tries again after about as long by itself.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>Octets of an answer; some issuers put a user's groups in.</summary>
    const int MaxAnswer = 64 * 1024;

    /// <summary>Tokens remembered.</summary>
    const int MaxKnown = 10_000;

    /// <summary>The operator names the endpoint, which may well be in the operator's own network.</summary>
    static readonly IPNetwork[] Everywhere = [IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")];

    readonly ConcurrentDictionary<string, (string Owner, DateTimeOffset Until)> known = new(StringComparer.Ordinal);

    readonly CircuitBreaker breaker = new(Failures, Pause, time);

    HttpClient Http { get; } = new(handler) { Timeout = Timeout.InfiniteTimeSpan };

    /// <returns>Null where no tokens are taken.</returns>
    /// <param name="dns">Who knows where the endpoint is.</param>
    [return: NotNullIfNotNull(nameof(options))]
    public static TokenIntrospection? Open(
        TokenOptions? options,
        DnsSettings dns,
        TimeProvider time,
        Entropy entropy,
        ILoggerFactory loggers
    )
    {
        if (options is null)
            return null;
        var resolver = new Resolver(dns, time, entropy, loggers.CreateLogger<Resolver>());
        var handler = new GuardedConnect(resolver, Everywhere).Handler();
        return new(options, handler, time, loggers.CreateLogger<TokenIntrospection>());
    }

    public string? KnownOwner(PresentedToken token) =>
        known.TryGetValue(token.Name, out var one) && time.GetUtcNow() < one.Until ? one.Owner : null;

    public async ValueTask<string?> FindOwnerAsync(PresentedToken token, CancellationToken cancel)
    {
        if (KnownOwner(token) is { } owner)
            return owner;
        known.TryRemove(token.Name, out _);
        var answer = await AskAsync(token, cancel);
        if (answer is null)
            return null;
        if (known.Count >= MaxKnown)
            known.Clear();
        var until = time.GetUtcNow() + Age;
        known[token.Name] = (answer.Owner, answer.Expires < until ? answer.Expires.Value : until);
        return answer.Owner;
    }

    /// <summary>Asks if the breaker lets it, and tells the breaker how that ended.</summary>
    async ValueTask<IntrospectionAnswer?> AskAsync(PresentedToken token, CancellationToken cancel)
    {
        if (!breaker.TryEnter(out var isProbe))
            throw new IssuerOutageException("The introspection endpoint does not answer; it is asked again soon");
        try
        {
            var answer = await ExchangeAsync(token, cancel);
            TellAnswered();
            return answer;
        }
        catch (IssuerOutageException e)
        {
            if (breaker.Failed(isProbe))
                Log.IssuerFails(logger, Pause.TotalSeconds, e.Message);
            throw;
        }
        catch (StoreException)
        {
            // It answers: what is wrong may be this token, and a stranger's is not to keep everybody else waiting.
            TellAnswered();
            throw;
        }
        catch (Exception)
        {
            breaker.ToldNothing(isProbe); // The asker has left.
            throw;
        }
    }

    void TellAnswered()
    {
        if (breaker.Succeeded())
            Log.IssuerAnswers(logger);
    }

    async ValueTask<IntrospectionAnswer?> ExchangeAsync(PresentedToken token, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            using var request = RequestOf(token);
            using var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            // Some say so of what they cannot even read; then it counts as a guess.
            if (answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity)
                return null;
            // A token that is not good is no error (RFC 7662 §2.2): this is about us, or about them.
            if (answer.StatusCode != HttpStatusCode.OK)
                throw Refusal(answer.StatusCode);
            return IntrospectionAnswer.Read(await ReadAsync(answer, either.Token), options, time.GetUtcNow());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new StoreException($"The introspection endpoint's answer is none: {e.GetBaseException().Message}", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            var reason = $"The introspection endpoint cannot be asked: {e.GetBaseException().Message}";
            // A connection that ends once it has the question may end because of the question.
            throw e is HttpRequestException { HttpRequestError: var error } && IsUnreachable(error)
                ? new IssuerOutageException(reason, e)
                : new StoreException(reason, e);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IssuerOutageException(
                $"The introspection endpoint does not answer within {Patience.TotalSeconds} s"
            );
        }
    }

    static bool IsUnreachable(HttpRequestError error) =>
        error
            is HttpRequestError.NameResolutionError
                or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError;

    /// <summary>
    /// Whether nobody can log in now, or with this token: a stranger's may bring about a 500, a 403 of what guards the
    /// endpoint, or with many others a 429, none of which costs a wait.
    /// </summary>
    static StoreException Refusal(HttpStatusCode status)
    {
        var reason = $"The introspection endpoint answers {(int)status}";
        return
            status
                is HttpStatusCode.Unauthorized
                    or HttpStatusCode.BadGateway
                    or HttpStatusCode.ServiceUnavailable
                    or HttpStatusCode.GatewayTimeout
            ? new IssuerOutageException(reason)
            : new StoreException(reason);
    }

    HttpRequestMessage RequestOf(PresentedToken token)
    {
        var form = new Dictionary<string, string> { ["token"] = token.Text, ["token_type_hint"] = "access_token" };
        var request = new HttpRequestMessage(HttpMethod.Post, options.Introspection)
        {
            Content = new FormUrlEncodedContent(form),
        };
        // Both are encoded as in a form before they are joined (RFC 6749 §2.3.1).
        var credentials = $"{WebUtility.UrlEncode(options.Client)}:{WebUtility.UrlEncode(options.Secret)}";
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", basic);
        request.Headers.Accept.ParseAdd("application/json");
        return request;
    }

    static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancel);
        var octets = new byte[MaxAnswer + 1];
        var length = await body.ReadAtLeastAsync(octets, octets.Length, throwOnEndOfStream: false, cancel);
        return length <= MaxAnswer ? octets.AsMemory(0, length) : throw new JsonException("The answer is too long");
    }
}
