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

    public static HookKeys Create(Entropy entropy) =>
        new([new(entropy.Bytes(SecretSize), null)], entropy.Bytes(Ed25519.SeedSize));

    /// <summary>As its receiver is told it.</summary>
    public string Secret => Text(Secrets[0].Key);

    /// <summary>Of v1a: anybody may know it.</summary>
    public string PublicKey => $"whpk_{Convert.ToBase64String(Ed25519.PublicKey(Seed))}";

    /// <summary>Of v1a: those of before, until their end; the newest first.</summary>
    public IReadOnlyList<HookSecret> FormerSeeds { get; init; } = [];

    /// <summary>With a new secret; those of before count until a time.</summary>
    /// <param name="pair">The pair of v1a is made anew as well.</param>
    public HookKeys Rotated(Entropy entropy, DateTimeOffset until, DateTimeOffset now, bool pair)
    {
        var rotated = this with { Secrets = HookSecret.Rotated(Secrets, entropy.Bytes(SecretSize), until, now) };
        if (!pair)
            return rotated;
        IReadOnlyList<HookSecret> seeds = [new(Seed, null), .. FormerSeeds];
        var anew = HookSecret.Rotated(seeds, entropy.Bytes(Ed25519.SeedSize), until, now);
        return rotated with { Seed = anew[0].Key, FormerSeeds = [.. anew.Skip(1)] };
    }

    /// <summary>All of v1a that count at a time.</summary>
    public IEnumerable<byte[]> SeedsAt(DateTimeOffset at) =>
        FormerSeeds.Where(seed => seed.CountsAt(at)).Select(seed => seed.Key).Prepend(Seed);

    static string Text(byte[] key) => $"whsec_{Convert.ToBase64String(key)}";
}

/// <param name="Until">When it counts no more; null for no end.</param>
public sealed record HookSecret(byte[] Key, DateTimeOffset? Until)
{
    /// <summary>Secrets that count at a time.</summary>
    const int Most = 3;

    /// <summary>A new one in front; those of before count until a time, where they would not end earlier.</summary>
    internal static IReadOnlyList<HookSecret> Rotated(
        IReadOnlyList<HookSecret> secrets,
        byte[] fresh,
        DateTimeOffset until,
        DateTimeOffset now
    ) =>
        [
            new(fresh, null),
            .. secrets
                .Where(secret => secret.CountsAt(now) && until > now)
                .Select(secret => secret with { Until = secret.Until < until ? secret.Until : until })
                .Take(Most - 1),
        ];

    public bool CountsAt(DateTimeOffset now) => Until is null || now < Until;
}
