using Cloud.Api.Gateway.OAuth;
using Cloud.Store.Ports;

namespace Cloud.Tests.Fakes;

/// <summary>Tokens of plain data.</summary>
sealed class FakeTokens : ITokenCheck
{
    public const string Alices = "alices.token";
    public const string Bobs = "bobs.token";

    int asked;

    public Dictionary<string, string> Owners { get; } =
        new() { [Alices] = TestBackend.Alice, [Bobs] = TestBackend.Bob };

    /// <summary>Nobody can tell.</summary>
    public bool IsDown { get; set; }

    /// <summary>Tokens that were good a moment ago.</summary>
    public HashSet<string> Known { get; } = [];

    public int Asked => Volatile.Read(ref asked);

    public string? KnownOwner(PresentedToken token) => Known.Contains(token.Text) ? Owners[token.Text] : null;

    public ValueTask<string?> FindOwnerAsync(PresentedToken token, CancellationToken cancel)
    {
        Interlocked.Increment(ref asked);
        return IsDown ? throw new StoreException("down") : new(Owners.GetValueOrDefault(token.Text));
    }
}
