using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Tls.Acme;

/// <summary>One order, from the wish to the certificate (RFC 8555 §7.4).</summary>
/// <remarks>
/// 1 ask for an order, 2 read what is to be proved, 3 put the proofs in place, 4 say so and wait until they are
/// believed, 5 send the request with a new key, 6 wait for the certificate and fetch it. The proofs are taken away
/// however it ends.
/// </remarks>
sealed class CertificateOrder(AcmeClient client, AcmeOptions options, IChallengeResponder responder, ILogger logger)
{
    /// <param name="replaces">Id of the certificate that this one follows (RFC 9773 §5); null for none.</param>
    /// <returns>Chain and private key, PEM.</returns>
    /// <exception cref="CertificateException">It did not come to a certificate; the message says why.</exception>
    public async Task<(string Chain, string Key)> RunAsync(string? replaces, CancellationToken cancel)
    {
        // :: Step 1
        var (location, order) = await BeginAsync(replaces, cancel);
        await ProveAsync(order, cancel);

        // :: Step 5
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = JsonSerializer.Serialize(new(Request(key)), AcmeJson.Default.Finalize);
        await client.PostAsync(client.Required(order.Finalize, "finalize"), request, cancel);

        // :: Step 6
        order = await PollAsync(location, AcmeJson.Default.Order, now => now.Status == "valid" || Ended(now), cancel);
        if (order.Status != "valid")
            throw Refused(order.Error, "the order ended as " + order.Status);
        var answer = await client.PostAsync(client.Required(order.Certificate, "certificate"), "", cancel);
        return (Encoding.ASCII.GetString(answer.Body), key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    async Task<(Uri Location, Order Order)> BeginAsync(string? replaces, CancellationToken cancel)
    {
        try
        {
            return await AskAsync(replaces, cancel);
        }
        catch (AcmeRefusal e) when (e.Kind == "alreadyReplaced")
        {
            // RFC 9773 §5: an order that came to nothing, or that we forgot, has the old one's place already.
            return await AskAsync(null, cancel);
        }
    }

    async Task<(Uri Location, Order Order)> AskAsync(string? replaces, CancellationToken cancel)
    {
        var resources = await client.DirectoryAsync(cancel);
        var wish = new NewOrder([.. options.Names.Select(name => new Identifier("dns", name))], replaces);
        var payload = JsonSerializer.Serialize(wish, AcmeJson.Default.NewOrder);
        var answer = await client.PostAsync(client.Required(resources.NewOrder, "newOrder"), payload, cancel);
        return (client.Required(answer.Location, "order URL"), client.Parse(answer, AcmeJson.Default.Order));
    }

    async Task ProveAsync(Order order, CancellationToken cancel)
    {
        var presented = new Stack<IAsyncDisposable>();
        try
        {
            var open = new List<(Uri Authorization, Uri Challenge)>();
            foreach (var url in order.Authorizations ?? [])
            {
                // :: Step 2
                var answer = await client.PostAsync(url, "", cancel);
                var authorization = client.Parse(answer, AcmeJson.Default.Authorization);
                if (authorization.Status == "valid")
                    continue; // Proved a while ago, and still believed.
                var challenge = ChallengeOf(authorization);

                // :: Step 3
                var proof = $"{challenge.Token}.{client.Key.Thumbprint}";
                presented.Push(
                    await responder.PresentAsync(authorization.Identifier!.Value, challenge.Token!, proof, cancel)
                );
                open.Add((url, challenge.Url!));
            }
            if (open.Count > 0)
                await Task.Delay(responder.Settling, client.Time, cancel);

            // :: Step 4
            foreach (var (_, challenge) in open)
                await client.PostAsync(challenge, "{}", cancel);
            foreach (var (authorization, _) in open)
                await BelievedAsync(authorization, cancel);
        }
        finally
        {
            foreach (var proof in presented)
                await TakeAwayAsync(proof);
        }
    }

    /// <summary>A proof that stays harms nobody: it ends neither the order nor the removal of the others.</summary>
    async ValueTask TakeAwayAsync(IAsyncDisposable proof)
    {
        try
        {
            await proof.DisposeAsync();
        }
#pragma warning disable CA1031 // whatever a zone's host does wrong
        catch (Exception e)
#pragma warning restore CA1031
        {
            AcmeLog.ProofStays(logger, e.Message);
        }
    }

    Challenge ChallengeOf(Authorization authorization)
    {
        var name = authorization.Identifier?.Value ?? throw client.Unusable("an authorization without a name");
        if (authorization.Status != "pending")
            throw new CertificateException($"{name}: the authorization is {authorization.Status}");
        var challenge =
            authorization.Challenges?.FirstOrDefault(offered => offered.Type == responder.Type)
            ?? throw new CertificateException($"{name}: the authority does not offer {responder.Type}");
        // RFC 8555 §8: base64url and nothing else; it becomes part of a path.
        var usable =
            challenge is { Token: { Length: > 0 and <= 200 } token, Url: not null }
            && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        return usable ? challenge : throw client.Unusable("a challenge without a proper token");
    }

    async Task BelievedAsync(Uri url, CancellationToken cancel)
    {
        var authorization = await PollAsync(
            url,
            AcmeJson.Default.Authorization,
            now => now.Status is not ("pending" or "processing"),
            cancel
        );
        if (authorization.Status == "valid")
            return;
        var error = authorization.Challenges?.Select(challenge => challenge.Error).FirstOrDefault(e => e is not null);
        throw Refused(error, $"{authorization.Identifier?.Value}: {responder.Type} ended as {authorization.Status}");
    }

    /// <summary>Asks until it is done, in the rhythm that the authority gives.</summary>
    async Task<T> PollAsync<T>(
        Uri url,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type,
        Func<T, bool> done,
        CancellationToken cancel
    )
    {
        var began = client.Time.GetTimestamp();
        while (true)
        {
            var answer = await client.PostAsync(url, "", cancel);
            var state = client.Parse(answer, type);
            if (done(state))
                return state;
            var wait = answer.RetryAfter > options.Poll ? answer.RetryAfter : options.Poll;
            if (client.Time.GetElapsedTime(began) + wait > options.Patience)
                throw new CertificateException($"the authority did not come to an end within {options.Patience}");
            await Task.Delay(wait, client.Time, cancel);
        }
    }

    static bool Ended(Order order) => order.Status is not ("pending" or "ready" or "processing");

    static CertificateException Refused(AcmeProblem? error, string otherwise) =>
        error is null ? new CertificateException(otherwise) : new AcmeRefusal(error, error.Status ?? 0);

    /// <summary>The signing request: exactly the order's names (RFC 8555 §7.4, RFC 2986).</summary>
    string Request(ECDsa key)
    {
        var request = new CertificateRequest(new X500DistinguishedName(""), key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in options.Names)
            alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());
        return Base64Url.Encode(request.CreateSigningRequest());
    }
}
