using System.Security.Cryptography;
using System.Text;

namespace Cloud.Listener.Tls.Acme;

/// <summary>A DNS zone that we may write to. Several values may stand at one name at once.</summary>
public interface ITextRecords
{
    /// <param name="name">Fully qualified, without a final dot.</param>
    /// <exception cref="CertificateException">The zone's host refused, or does not hold the name.</exception>
    ValueTask AddAsync(string name, string value, CancellationToken cancel);

    /// <summary>Takes one value away; others at the name stay.</summary>
    /// <exception cref="CertificateException">The zone's host refused.</exception>
    ValueTask RemoveAsync(string name, string value, CancellationToken cancel);
}

/// <summary>DNS-01 (RFC 8555 §8.4): the authority reads the proof from a TXT record of each name.</summary>
/// <param name="settling">How long a zone's servers take to agree. Azure DNS: under a minute.</param>
public sealed class DnsChallenges(ITextRecords zone, TimeSpan settling) : IChallengeResponder
{
    public string Type => "dns-01";

    public TimeSpan Settling => settling;

    public async ValueTask<IAsyncDisposable> PresentAsync(
        string name,
        string token,
        string keyAuthorization,
        CancellationToken cancel
    )
    {
        var value = Base64Url.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(keyAuthorization)));
        var record = $"_acme-challenge.{name}";
        await zone.AddAsync(record, value, cancel);
        return new Presented(zone, record, value);
    }

    sealed class Presented(ITextRecords zone, string record, string value) : IAsyncDisposable
    {
        // Without a token: also what was given up is taken away.
        public ValueTask DisposeAsync() => zone.RemoveAsync(record, value, CancellationToken.None);
    }
}
