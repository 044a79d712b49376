using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cloud.Listener.Tls.Acme;

/// <summary>An answer to a signed request.</summary>
/// <param name="RetryAfter">How long the authority would like to be left alone; zero where it did not say.</param>
sealed record AcmeAnswer(byte[] Body, Uri? Location, TimeSpan RetryAfter);

/// <summary>Talks with one authority as one account: nonces, signatures, problems (RFC 8555 §6).</summary>
/// <remarks>Made for one order. Every wait it makes is one that the authority asked for.</remarks>
sealed class AcmeClient(HttpClient http, Uri directory, AccountKey key, TimeProvider time) : IDisposable
{
    /// <summary>Times a request is signed anew because its nonce was not liked.</summary>
    const int NonceTries = 5;

    /// <summary>Octets of an answer: chains are some 10 KiB.</summary>
    const int MaxAnswer = 1024 * 1024;

    AcmeDirectory? resources;
    string? nonce;
    string? account;

    public AccountKey Key => key;

    public TimeProvider Time => time;

    public void Dispose() => http.Dispose();

    public async Task<AcmeDirectory> DirectoryAsync(CancellationToken cancel)
    {
        if (resources is not null)
            return resources;
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, directory), cancel);
        var body = await BodyAsync(response, cancel);
        if (!response.IsSuccessStatusCode)
            throw Problem(response, body);
        return resources = Parse(body, AcmeJson.Default.AcmeDirectory);
    }

    /// <summary>Finds the key's account, or makes it (RFC 8555 §7.3).</summary>
    public async Task SignInAsync(AcmeAccount owner, CancellationToken cancel)
    {
        var known = await DirectoryAsync(cancel);
        var url = Required(known.NewAccount, "newAccount");
        if (known.Meta is { ExternalAccountRequired: true } && owner.BindingKeyId is null)
            throw new CertificateException($"{directory.Host} wants an external account binding (key id and MAC key)");
        var binding = owner.BindingKeyId is { } id ? Jws.BindAccount(key, id, owner.BindingSecret, url) : null;
        var contact = owner.Contact is { } address ? new[] { $"mailto:{address}" } : null;
        var payload = JsonSerializer.Serialize(new(true, contact, binding), AcmeJson.Default.NewAccount);
        var answer = await PostAsync(url, payload, cancel);
        account = answer.Location?.AbsoluteUri ?? throw Unusable("no account URL");
    }

    /// <summary>POST with a payload (RFC 8555 §6.2), or POST-as-GET without (§6.3).</summary>
    /// <exception cref="CertificateException">The authority refused, or cannot be understood.</exception>
    public async Task<AcmeAnswer> PostAsync(Uri url, string payload, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, url);
            var signed = Jws.Sign(key, account, await NonceAsync(cancel), url, payload);
            request.Content = new ByteArrayContent(
                JsonSerializer.SerializeToUtf8Bytes(signed, AcmeJson.Default.SignedRequest)
            );
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/jose+json");

            using var response = await SendAsync(request, cancel);
            var body = await BodyAsync(response, cancel);
            if (response.IsSuccessStatusCode)
                return new(body, response.Headers.Location, RetryAfter(response));

            var problem = Problem(response, body);
            // The answer brought a fresh nonce, mostly: the same request goes out again with it (RFC 8555 §6.5).
            if (problem.Kind != "badNonce" || attempt == NonceTries)
                throw problem;
        }
    }

    public T Parse<T>(AcmeAnswer answer, JsonTypeInfo<T> type) => Parse(answer.Body, type);

    /// <summary>When the authority would like a certificate renewed (RFC 9773 §4.1).</summary>
    /// <returns>Null where it does not say.</returns>
    public async Task<(RenewalWindow Window, TimeSpan Again)?> RenewalInfoAsync(string id, CancellationToken cancel)
    {
        if ((await DirectoryAsync(cancel)).RenewalInfo is not { } address)
            return null;
        var url = new Uri($"{address.AbsoluteUri.TrimEnd('/')}/{id}");
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, url), cancel);
        var body = await BodyAsync(response, cancel);
        if (
            !response.IsSuccessStatusCode || Parse(body, AcmeJson.Default.RenewalInfo).SuggestedWindow is not { } window
        )
            return null;
        return window.End > window.Start ? (window, RetryAfter(response)) : null;
    }

    public CertificateException Unusable(string what) => new($"{directory.Host} sent an answer without use: {what}");

    public Uri Required(Uri? url, string name) => url ?? throw Unusable($"no {name}");

    async Task<string> NonceAsync(CancellationToken cancel)
    {
        if (TakeNonce() is { } kept)
            return kept;
        var url = Required((await DirectoryAsync(cancel)).NewNonce, "newNonce");
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Head, url), cancel);
        return TakeNonce() ?? throw Unusable("no nonce");
    }

    string? TakeNonce()
    {
        var taken = nonce;
        nonce = null;
        return taken;
    }

    async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using (request)
        {
            // Where the directory came encrypted, nothing that it names is asked for in clear.
            if (directory.Scheme == Uri.UriSchemeHttps && request.RequestUri?.Scheme != Uri.UriSchemeHttps)
                throw Unusable($"{request.RequestUri} is no https address");
            try
            {
                request.Headers.UserAgent.ParseAdd("Cloud"); // RFC 8555 §6.1: a client says who it is.
                var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
                if (response.Headers.TryGetValues("Replay-Nonce", out var fresh))
                    nonce = fresh.First();
                return response;
            }
            catch (Exception e)
                when (e is HttpRequestException || (e is TaskCanceledException && !cancel.IsCancellationRequested))
            {
                throw new CertificateException($"{directory.Host} does not answer: {e.Message}", e);
            }
        }
    }

    async Task<byte[]> BodyAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(http.Timeout); // the client's own ends with the head
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(late.Token);
            var buffer = new byte[MaxAnswer];
            var read = await stream.ReadAtLeastAsync(buffer, MaxAnswer, throwOnEndOfStream: false, late.Token);
            return read < MaxAnswer ? buffer[..read] : throw Unusable($"more than {MaxAnswer} octets");
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new CertificateException($"{directory.Host} did not end its answer within {http.Timeout}", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new CertificateException($"{directory.Host} broke off: {e.Message}", e);
        }
    }

    T Parse<T>(byte[] body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw Unusable("null");
        }
        catch (JsonException e)
        {
            throw new CertificateException($"{directory.Host} sent what is no JSON as expected: {e.Message}", e);
        }
    }

    AcmeRefusal Problem(HttpResponseMessage response, byte[] body)
    {
        var wait = RetryAfter(response);
        try
        {
            var problem = JsonSerializer.Deserialize(body, AcmeJson.Default.AcmeProblem);
            return new AcmeRefusal(problem ?? new(null, null, null, null), (int)response.StatusCode, wait);
        }
        catch (JsonException)
        {
            return new AcmeRefusal(new(null, null, null, null), (int)response.StatusCode, wait);
        }
    }

    TimeSpan RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => TimeSpan.Zero,
        };
}
