using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cloud.Dns;
using Cloud.Store.Ports;
using Cloud.Wire.Http;
using Microsoft.Extensions.Logging;

namespace Cloud.Api.Gateway.OAuth;

/// <summary>Asks who issued a token what it is worth (RFC 7662).</summary>
/// <remarks>
/// What is good is remembered for a minute at most, by the token's hash: a client that opens ten connections asks once, and
/// a token that is taken back opens nothing soon after. What is not good is asked about each time, as often as
/// <see cref="Authenticator"/> lets guessers ask.
/// </remarks>
/// <param name="handler">Sends; it must follow nothing.</param>
public sealed class TokenIntrospection(TokenOptions options, HttpMessageHandler handler, TimeProvider time)
    : ITokenCheck
{
    /// <summary>For all of a question: the front's client waits, and is to be told that it must try again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long a good token is good without a question.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(1);

    /// <summary>Octets of an answer; some issuers put a user's groups in.</summary>
    const int MaxAnswer = 64 * 1024;

    /// <summary>Tokens remembered.</summary>
    const int MaxKnown = 10_000;

    /// <summary>The operator names the endpoint, which may well be in the operator's own network.</summary>
    static readonly IPNetwork[] Everywhere = [IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")];

    readonly ConcurrentDictionary<string, (string Owner, DateTimeOffset Until)> known = new(StringComparer.Ordinal);

    HttpClient Http { get; } = new(handler) { Timeout = Timeout.InfiniteTimeSpan };

    /// <param name="dns">Who knows where the endpoint is.</param>
    public static TokenIntrospection Open(
        TokenOptions options,
        DnsSettings dns,
        TimeProvider time,
        Entropy entropy,
        ILogger logger
    ) => new(options, new GuardedConnect(new Resolver(dns, time, entropy, logger), Everywhere).Handler(), time);

    public string? KnownOwner(string token) =>
        known.TryGetValue(NameOf(token), out var one) && time.GetUtcNow() < one.Until ? one.Owner : null;

    public async ValueTask<string?> FindOwnerAsync(string token, CancellationToken cancel)
    {
        var name = NameOf(token);
        if (KnownOwner(token) is { } owner)
            return owner;
        known.TryRemove(name, out _);
        var answer = await AskAsync(token, cancel);
        if (answer is null)
            return null;
        if (known.Count >= MaxKnown)
            known.Clear();
        var until = time.GetUtcNow() + Age;
        known[name] = (answer.Owner, answer.Expires < until ? answer.Expires.Value : until);
        return answer.Owner;
    }

    static string NameOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    async ValueTask<IntrospectionAnswer?> AskAsync(string token, CancellationToken cancel)
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
                throw new StoreException($"The introspection endpoint answers {(int)answer.StatusCode}");
            return IntrospectionAnswer.Read(await ReadAsync(answer, either.Token), options, time.GetUtcNow());
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or JsonException or InvalidOperationException)
        {
            throw new StoreException($"The introspection endpoint cannot be asked: {e.GetBaseException().Message}", e);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new StoreException($"The introspection endpoint does not answer within {Patience.TotalSeconds} s");
        }
    }

    HttpRequestMessage RequestOf(string token)
    {
        var form = new Dictionary<string, string> { ["token"] = token, ["token_type_hint"] = "access_token" };
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
        return length <= MaxAnswer ? octets.AsMemory(0, length) : throw new IOException("The answer is too long");
    }
}
