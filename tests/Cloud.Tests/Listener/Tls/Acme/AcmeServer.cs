using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Base64 = System.Buffers.Text.Base64Url;

namespace Cloud.Tests.Listener.Tls.Acme;

/// <summary>An ACME authority on 127.0.0.1 that believes nothing: nonces, signatures, URLs, proofs and requests are checked.</summary>
/// <remarks>What a client did wrong is refused as RFC 8555 says, and kept in <see cref="Complaints"/> besides.</remarks>
sealed class AcmeServer : IAsyncDisposable
{
    readonly WebApplication application;
    readonly TimeProvider time;
    readonly ConcurrentDictionary<string, bool> nonces = new();
    readonly Dictionary<string, AcmeTestAccount> accounts = [];
    readonly List<AcmeTestOrder> orders = [];
    readonly Lock gate = new();
    int nonceCount;

    AcmeServer(WebApplication application, TimeProvider time)
    {
        this.application = application;
        this.time = time;
        Authority = new TestAuthority(time.GetUtcNow());
    }

    public TestAuthority Authority { get; }

    public Uri Directory { get; private set; } = null!;

    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Path of every request, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public IReadOnlyList<AcmeTestOrder> Orders
    {
        get
        {
            lock (gate)
                return [.. orders];
        }
    }

    public int Accounts => accounts.Count;

    public string? Contact { get; private set; }

    /// <summary>Nonces that are refused although they are good.</summary>
    public int BadNonces { get; set; }

    /// <summary>Answers newOrder with rateLimited and this Retry-After, in seconds.</summary>
    public int? RateLimited { get; set; }

    /// <summary>Polls that find an order still processing, with a Retry-After of one second.</summary>
    public int SlowPolls { get; set; }

    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Key id and MAC key that newAccount must be bound to; null for none.</summary>
    public (string Id, byte[] Key)? Binding { get; set; }

    /// <summary>RFC 9773's window; null: the directory does not name it.</summary>
    public (DateTimeOffset Start, DateTimeOffset End)? Window { get; set; }

    /// <summary>How this authority looks at a name: the key authorization found there, or null.</summary>
    public Func<string, string, Task<string?>> Validate { get; set; } = (_, _) => Task.FromResult<string?>(null);

    /// <summary>A path whose answer never comes to its end; null for none.</summary>
    public string? Stalls { get; set; }

    /// <summary>What it looks for: HTTP-01's text itself, or DNS-01's digest of it.</summary>
    public string ChallengeType { get; set; } = "http-01";

    public static async Task<AcmeServer> StartAsync(TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        var server = new AcmeServer(application, time);
        application.Run(server.AnswerAsync);
        await application.StartAsync();
        server.Directory = new($"{application.Urls.First()}/directory");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        Authority.Dispose();
    }

    async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Requests.Enqueue(path);
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (context.Request.Headers.UserAgent.Count == 0)
            Complaints.Enqueue("no User-Agent (RFC 8555 §6.1)");
        if (path == Stalls)
        {
            await context.Response.WriteAsync("{", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }
        try
        {
            await (
                parts switch
                {
                    ["directory"] => WriteAsync(context, 200, Resources()),
                    ["nonce"] => WriteAsync(context, 200, null),
                    ["renewal", var id] => RenewalAsync(context, id),
                    _ => PostedAsync(context, parts),
                }
            );
        }
        catch (AcmeFault fault)
        {
            if (fault.Type is not ("badNonce" or "rateLimited" or "alreadyReplaced"))
                Complaints.Enqueue($"{path}: {fault.Message}");
            if (fault.RetryAfter is { } seconds)
                context.Response.Headers.RetryAfter = $"{seconds}";
            await WriteAsync(context, fault.Status, fault.ToJson(), "application/problem+json");
        }
    }

    object Resources()
    {
        var root = application.Urls.First();
        var resources = new Dictionary<string, object>
        {
            ["newNonce"] = $"{root}/nonce",
            ["newAccount"] = $"{root}/account",
            ["newOrder"] = $"{root}/order",
            ["meta"] = new { externalAccountRequired = Binding is not null, termsOfService = $"{root}/terms" },
        };
        if (Window is not null)
            resources["renewalInfo"] = $"{root}/renewal";
        return resources;
    }

    Task RenewalAsync(HttpContext context, string id)
    {
        if (!Orders.Any(order => order.CertificateId == id))
            throw new AcmeFault("malformed", 404, $"no certificate {id}");
        context.Response.Headers.RetryAfter = "21600";
        return WriteAsync(
            context,
            200,
            new { suggestedWindow = new { start = $"{Window!.Value.Start:O}", end = $"{Window.Value.End:O}" } }
        );
    }

    async Task PostedAsync(HttpContext context, string[] parts)
    {
        Demand(context.Request.Method == "POST", "malformed", "only POST here");
        Demand(context.Request.ContentType == "application/jose+json", "malformed", "not application/jose+json");
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var url = $"{application.Urls.First()}{context.Request.Path}";
        var jws = AcmeTestJws.Parse(body.RootElement);
        Demand(jws.Header("alg") == "ES256", "badSignatureAlgorithm", "alg");
        Demand(jws.Header("url") == url, "unauthorized", "url in the protected header is not the request's (§6.4)");
        Demand(nonces.TryRemove(jws.Header("nonce") ?? "", out _) && !Refuse(), "badNonce", "nonce");

        var (account, location) = Sender(jws, parts is ["account"]);
        Demand(jws.IsSignedBy(account.Key), "unauthorized", "signature");
        if (location is not null)
            context.Response.Headers.Location = location;
        lock (gate)
            accounts.TryAdd(account.Url, account);
        await (
            parts switch
            {
                ["account"] => AccountAsync(context, jws, account),
                ["order"] => OrderAsync(context, jws, account),
                ["order", var id] => StateAsync(context, jws, Of(id, account)),
                ["authorization", var id, var name] => AuthorizationAsync(context, jws, Of(id, account), name),
                ["challenge", var id, var name] => ChallengeAsync(context, jws, Of(id, account), name),
                ["finalize", var id] => FinalizeAsync(context, jws, Of(id, account)),
                ["certificate", var id] => CertificateAsync(context, jws, Of(id, account)),
                _ => throw new AcmeFault("malformed", 404, "no such resource"),
            }
        );
    }

    bool Refuse() => BadNonces > 0 && BadNonces-- > 0;

    (AcmeTestAccount, string?) Sender(AcmeTestJws jws, bool isNew)
    {
        if (!isNew)
        {
            Demand(jws.Jwk is null, "malformed", "jwk where kid belongs (§6.2)");
            lock (gate)
                return accounts.TryGetValue(jws.Header("kid") ?? "", out var known)
                    ? (known, null)
                    : throw new AcmeFault("accountDoesNotExist", 400, "kid");
        }
        var jwk = jws.Jwk ?? throw new AcmeFault("malformed", 400, "newAccount needs jwk (§6.2)");
        var account = AcmeTestAccount.Of(jwk, application.Urls.First());
        return (account, account.Url);
    }

    Task AccountAsync(HttpContext context, AcmeTestJws jws, AcmeTestAccount account)
    {
        var payload = jws.Payload();
        Demand(payload.GetProperty("termsOfServiceAgreed").GetBoolean(), "userActionRequired", "terms");
        Contact = payload.TryGetProperty("contact", out var contact) ? contact[0].GetString() : null;
        if (Binding is { } wanted)
        {
            Demand(
                payload.TryGetProperty("externalAccountBinding", out var json),
                "externalAccountRequired",
                "binding"
            );
            var binding = AcmeTestJws.Parse(json);
            Demand(
                binding.Header("alg") == "HS256" && binding.Header("kid") == wanted.Id,
                "malformed",
                "binding header"
            );
            Demand(binding.Header("url") == jws.Header("url"), "malformed", "binding url (§7.3.4)");
            Demand(binding.Header("nonce") is null, "malformed", "binding with a nonce (§7.3.4)");
            Demand(binding.PayloadText == account.Jwk, "malformed", "the binding is for another key");
            Demand(binding.HasMac(wanted.Key), "unauthorized", "binding MAC");
        }
        return WriteAsync(context, 201, new { status = "valid" });
    }

    Task OrderAsync(HttpContext context, AcmeTestJws jws, AcmeTestAccount account)
    {
        if (RateLimited is { } seconds)
            throw new AcmeFault("rateLimited", 429, "too many certificates already issued", seconds);
        var identifiers = jws.Payload().GetProperty("identifiers").EnumerateArray().ToList();
        Demand(identifiers.All(one => one.GetProperty("type").GetString() == "dns"), "unsupportedIdentifier", "type");
        var names = identifiers.Select(one => one.GetProperty("value").GetString()!).ToList();
        var replaces = jws.Payload().TryGetProperty("replaces", out var id) ? id.GetString() : null;
        if (replaces is not null && Orders.Any(known => known.Replaces == replaces))
            throw new AcmeFault("alreadyReplaced", 409, "the certificate has been replaced");
        AcmeTestOrder order;
        lock (gate)
        {
            order = new AcmeTestOrder($"{orders.Count}", account, names, replaces);
            orders.Add(order);
        }
        context.Response.Headers.Location = $"{application.Urls.First()}/order/{order.Id}";
        return WriteAsync(context, 201, order.ToJson(application.Urls.First()));
    }

    Task StateAsync(HttpContext context, AcmeTestJws jws, AcmeTestOrder order)
    {
        Demand(jws.PayloadText.Length == 0, "malformed", "POST-as-GET has an empty payload (§6.3)");
        if (order.Status == "processing" && SlowPolls-- <= 0)
            order.Status = "valid";
        if (order.Status == "processing")
            context.Response.Headers.RetryAfter = "1";
        return WriteAsync(context, 200, order.ToJson(application.Urls.First()));
    }

    Task AuthorizationAsync(HttpContext context, AcmeTestJws jws, AcmeTestOrder order, string name)
    {
        Demand(jws.PayloadText.Length == 0, "malformed", "POST-as-GET has an empty payload (§6.3)");
        return WriteAsync(context, 200, order.AuthorizationJson(name, ChallengeType, application.Urls.First()));
    }

    async Task ChallengeAsync(HttpContext context, AcmeTestJws jws, AcmeTestOrder order, string name)
    {
        Demand(jws.PayloadText == "{}", "malformed", "a response to a challenge is {} (§7.5.1)");
        var token = order.Tokens[name];
        var expected = $"{token}.{order.Account.Thumbprint}";
        if (ChallengeType == "dns-01")
            expected = Base64.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(expected)));
        var found = await Validate(name.Replace("*.", ""), token);
        order.Proved[name] = found == expected ? "valid" : "invalid";
        await WriteAsync(context, 200, new { type = ChallengeType, status = "processing" });
    }

    Task FinalizeAsync(HttpContext context, AcmeTestJws jws, AcmeTestOrder order)
    {
        Demand(order.Status == "ready", "orderNotReady", order.Status);
        var der = Base64.DecodeFromChars(jws.Payload().GetProperty("csr").GetString()!);
        var request = CertificateRequest.LoadSigningRequest(
            der,
            HashAlgorithmName.SHA256,
            CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions
        );
        var names = request
            .CertificateExtensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames());
        Demand(names.Order().SequenceEqual(order.Names.Order()), "badCSR", "not exactly the order's names (§7.4)");
        Demand(
            request.SubjectName.Name is "" || order.Names.Contains(request.SubjectName.Name[3..]),
            "badCSR",
            "subject"
        );
        Demand(
            !request
                .PublicKey.ExportSubjectPublicKeyInfo()
                .SequenceEqual(order.Account.Key.ExportSubjectPublicKeyInfo()),
            "badCSR",
            "the account's own key (§11.1)"
        );
        order.Issue(Authority.Issue(request, time.GetUtcNow(), Lifetime));
        order.Status = "processing";
        return WriteAsync(context, 200, order.ToJson(application.Urls.First()));
    }

    Task CertificateAsync(HttpContext context, AcmeTestJws jws, AcmeTestOrder order)
    {
        Demand(jws.PayloadText.Length == 0, "malformed", "POST-as-GET has an empty payload (§6.3)");
        Demand(order.Status == "valid", "malformed", "not issued");
        Stamp(context);
        context.Response.ContentType = "application/pem-certificate-chain";
        return context.Response.WriteAsync(order.Chain!);
    }

    AcmeTestOrder Of(string id, AcmeTestAccount account)
    {
        var order = Orders.FirstOrDefault(order => order.Id == id);
        return order?.Account.Url == account.Url ? order : throw new AcmeFault("unauthorized", 403, "another's order");
    }

    static void Demand(bool met, string type, string detail)
    {
        if (!met)
            throw new AcmeFault(type, 400, detail);
    }

    void Stamp(HttpContext context)
    {
        var nonce = Base64.EncodeToString(BitConverter.GetBytes(Interlocked.Increment(ref nonceCount)));
        nonces[nonce] = true;
        context.Response.Headers["Replay-Nonce"] = nonce;
    }

    Task WriteAsync(HttpContext context, int status, object? body, string type = "application/json")
    {
        Stamp(context);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return body is null
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(body)).AsTask();
    }
}
