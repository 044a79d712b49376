using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.OAuth;

/// <summary>Knows what bearer tokens of OAuth 2.0 are worth (RFC 6750).</summary>
public interface ITokenCheck
{
    /// <summary>Whose mail a token opens that was good a moment ago; null where it is to be asked about.</summary>
    string? KnownOwner(PresentedToken token);

    /// <summary>Whose mail a token opens.</summary>
    /// <returns>
    /// The address in its canonical form (<see cref="Mail.EmailAddress.Key"/>); null for a token that opens nothing, or does
    /// not any more.
    /// </returns>
    /// <exception cref="StoreException">Nobody can tell now.</exception>
    ValueTask<string?> FindOwnerAsync(PresentedToken token, CancellationToken cancel);
}
