using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Cloud.Store.Ports;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Tls.Acme;

/// <summary>A certificate from an ACME authority (RFC 8555), ordered when there is none and renewed in time.</summary>
/// <remarks>
/// Renewal is due when a third of the lifetime is left, some hours earlier by chance so that not everybody comes at
/// once; or when the authority says (ARI, RFC 9773). What was issued is kept before it is used: a server that is
/// started again and again does not order again and again.
/// </remarks>
/// <param name="files">Where account key, certificate and its key are kept; closed to others.</param>
/// <param name="http">Makes a client for one look; it is disposed after it.</param>
/// <param name="leadsHere">Whether a name of <see cref="AcmeOptions.MoreNames"/> is ours by now; null for never.</param>
public sealed class AcmeSource(
    AcmeOptions options,
    IAcmeFiles files,
    IChallengeResponder responder,
    Func<HttpClient> http,
    TimeProvider time,
    Entropy entropy,
    ILoggerFactory loggers,
    Func<string, CancellationToken, ValueTask<bool>>? leadsHere = null
) : ICertificateSource
{
    /// <summary>How often it is asked whether renewal is due.</summary>
    static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    /// <summary>Names of a certificate: what authorities commonly take.</summary>
    const int MaxNames = 100;

    readonly AcmeState state = new(files, options.Directory);
    readonly ILogger logger = loggers.CreateLogger<AcmeSource>();
    ServerCertificate? current;
    DateTimeOffset due;
    DateTimeOffset askAgain;
    bool isStateRead;

    /// <summary>Authorities bear five failed validations of a name in an hour, and few orders in a week; our own store
    /// may be asked sooner.</summary>
    public (TimeSpan First, TimeSpan Most) Retry =>
        isStateRead
            ? (TimeSpan.FromMinutes(15), TimeSpan.FromHours(12))
            : (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15));

    public async ValueTask<CertificateLook> LookAsync(CancellationToken cancel)
    {
        var started = current is null;
        if (started)
            await TakeKeptAsync(cancel);
        var found = started ? current : null;
        try
        {
            if (current is not null)
                await AskForWindowAsync(current, cancel);
            var names = await NamesAsync(cancel);
            var lacks = current is not null && !Covers(current, names);
            if (started && lacks && due > time.GetUtcNow())
                return new(found, TimeSpan.FromMinutes(1)); // What was kept is used first, the names join then.
            if (current is null || lacks || due <= time.GetUtcNow())
                found = await OrderAsync(names, cancel);
        }
        catch (CertificateException e) when (found is not null)
        {
            // What was kept is used first; the failure tells itself at the next look.
            AcmeLog.RenewalFailed(logger, e.Message);
            return new(found, Retry.First);
        }
        return new(found, Soonest(due - time.GetUtcNow()));
    }

    async Task TakeKeptAsync(CancellationToken cancel)
    {
        isStateRead = false;
        var kept = await state.CertificateAsync(cancel);
        isStateRead = true;
        if (kept is not null && Covers(kept, options.Names) && kept.NotAfter > time.GetUtcNow())
            Take(kept);
    }

    /// <summary>Those that must be in a certificate, and of the others those that can be.</summary>
    async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancel)
    {
        var names = options.Names.ToList();
        foreach (var name in options.MoreNames.Except(options.Names))
        {
            if (leadsHere is not null && names.Count < MaxNames && await leadsHere(name, cancel))
                names.Add(name);
        }
        return names;
    }

    /// <summary>Who adds a name must not lose a certificate that is due by it.</summary>
    async Task<ServerCertificate> OrderAsync(IReadOnlyList<string> names, CancellationToken cancel)
    {
        try
        {
            return await OrderOneAsync(names, cancel);
        }
        catch (CertificateException e)
            when (names.Count > options.Names.Count
                && e.RetryAfter == TimeSpan.Zero
                && (current is null || due <= time.GetUtcNow())
            )
        {
            AcmeLog.FewerNames(logger, string.Join(", ", options.Names), e.Message);
            return await OrderOneAsync(options.Names, cancel);
        }
    }

    async Task<ServerCertificate> OrderOneAsync(IReadOnlyList<string> names, CancellationToken cancel)
    {
        using var key = await state.AccountAsync(cancel);
        using var client = new AcmeClient(http(), options.Directory, key, time);
        AcmeLog.Ordering(logger, string.Join(", ", names), options.Directory.Host, responder.Type);
        await client.SignInAsync(options.Account, cancel);
        var order = new CertificateOrder(client, options with { Names = names }, responder, logger);
        var (chain, privateKey) = await order.RunAsync(await ReplacedAsync(client, cancel), cancel);
        var issued = ServerCertificate.FromPem(chain, privateKey);
        if (!Covers(issued, names))
            throw new CertificateException("the authority issued a certificate for other names");
        Take(issued);
        await KeepAsync(chain, privateKey, cancel);
        return issued;
    }

    /// <summary>A certificate that cannot be kept is used all the same: to order another would not help the disk.</summary>
    async Task KeepAsync(string chain, string privateKey, CancellationToken cancel)
    {
        try
        {
            await state.KeepAsync(chain, privateKey, cancel);
        }
        catch (CertificateException e)
        {
            AcmeLog.NotKept(logger, e.Message);
        }
    }

    void Take(ServerCertificate certificate)
    {
        current = certificate;
        var lifetime = certificate.NotAfter - certificate.NotBefore;
        var chance = lifetime / 50 * Fraction(); // 90 days: up to 43 hours.
        due = certificate.NotAfter - lifetime / 3 - chance;
        askAgain = default;
    }

    /// <summary>The authority may want a certificate renewed earlier, after an incident mostly.</summary>
    async Task AskForWindowAsync(ServerCertificate certificate, CancellationToken cancel)
    {
        if (askAgain > time.GetUtcNow() || CertificateId(certificate.Leaf) is not { } id)
            return;
        askAgain = time.GetUtcNow() + Interval;
        try
        {
            using var key = await state.AccountAsync(cancel);
            using var client = new AcmeClient(http(), options.Directory, key, time);
            if (await client.RenewalInfoAsync(id, cancel) is not var (window, again))
                return;
            // RFC 9773 §4.2: a time in the window, by chance; one that is past is now.
            due = window.Start + (window.End - window.Start) * Fraction();
            var latest = certificate.NotAfter - (certificate.NotAfter - certificate.NotBefore) / 6;
            due = due < latest ? due : latest; // Not even the authority's mistake lets a certificate run out.
            askAgain = time.GetUtcNow() + Soonest(again);
            AcmeLog.WindowTold(logger, window.Start, window.End, due);
        }
        catch (CertificateException e)
        {
            AcmeLog.NoWindow(logger, e.Message); // The rule of the third holds.
        }
    }

    async Task<string?> ReplacedAsync(AcmeClient client, CancellationToken cancel) =>
        current is not null && (await client.DirectoryAsync(cancel)).RenewalInfo is not null
            ? CertificateId(current.Leaf)
            : null;

    static bool Covers(ServerCertificate certificate, IReadOnlyList<string> names) =>
        names.All(name => certificate.Names.Contains(name, StringComparer.OrdinalIgnoreCase));

    double Fraction() => entropy.Next64() % 1_000_000 / 1_000_000.0;

    /// <summary>RFC 9773 §4.3: what the authority asks for, between a minute and our own rhythm.</summary>
    static TimeSpan Soonest(TimeSpan asked)
    {
        var least = TimeSpan.FromMinutes(1);
        return asked < least ? least
            : asked < Interval ? asked
            : Interval;
    }

    /// <summary>Issuer's key identifier and serial number (RFC 9773 §4.1); null for a certificate without the former.</summary>
    internal static string? CertificateId(X509Certificate2 leaf)
    {
        var issuer = leaf.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier;
        if (issuer is null)
            return null;
        // The INTEGER's content octets, with the zero before a high first bit.
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteIntegerUnsigned(leaf.SerialNumberBytes.Span);
        var serial = AsnDecoder.ReadIntegerBytes(writer.Encode(), AsnEncodingRules.DER, out _);
        return $"{Base64Url.Encode(issuer.Value.Span)}.{Base64Url.Encode(serial)}";
    }
}
