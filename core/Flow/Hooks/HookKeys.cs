using Cloud.Store.Ports;
using Cloud.Trust.Crypto;

namespace Cloud.Flow.Hooks;

/// <summary>What a subscription's payloads are signed with.</summary>
/// <param name="Secrets">Of v1, the newest first: those of before count until their end.</param>
/// <param name="Seed">Of v1a, Ed25519: 32 octets.</param>
public sealed record HookKeys(IReadOnlyList<HookSecret> Secrets, byte[] Seed)
{
    /// <summary>Octets of a secret: 24 to 64 are allowed, a hash's length is what others take.</summary>
    const int SecretSize = 32;

    /// <summary>Secrets that count at a time.</summary>
    const int MaxSecrets = 3;

    public static HookKeys Create(Entropy entropy) =>
        new([new(entropy.Bytes(SecretSize), null)], entropy.Bytes(Ed25519.SeedSize));

    /// <summary>As its receiver is told it.</summary>
    public string Secret => Text(Secrets[0].Key);

    /// <summary>Of v1a: anybody may know it.</summary>
    public string PublicKey => $"whpk_{Convert.ToBase64String(Ed25519.PublicKey(Seed))}";

    /// <summary>With a new secret; those of before count until a time.</summary>
    public HookKeys Rotated(Entropy entropy, DateTimeOffset until, DateTimeOffset now) =>
        this with
        {
            Secrets =
            [
                new(entropy.Bytes(SecretSize), null),
                .. Secrets
                    .Where(secret => secret.CountsAt(now) && until > now)
                    .Select(secret => secret with { Until = Earlier(secret.Until, until) })
                    .Take(MaxSecrets - 1),
            ],
        };

    static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) =>
        one is { } end && end < other ? end : other;

    static string Text(byte[] key) => $"whsec_{Convert.ToBase64String(key)}";
}

/// <param name="Until">When it counts no more; null for no end.</param>
public sealed record HookSecret(byte[] Key, DateTimeOffset? Until)
{
    public bool CountsAt(DateTimeOffset now) => Until is null || now < Until;
}
