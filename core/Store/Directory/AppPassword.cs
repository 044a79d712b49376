using Cloud.Store.Packing;

namespace Cloud.Store.Directory;

/// <summary>A password of one program or device, which its user can take back without the others noticing.</summary>
/// <remarks>
/// Salt and rounds are the user's: a client of SCRAM is told them before it says which password it has, and a login by
/// PLAIN costs one derivation however many there are.
/// </remarks>
/// <param name="Id">Eight characters, by which it is revoked.</param>
/// <param name="Name">For people: what uses it.</param>
/// <param name="StoredKey">See <see cref="Credentials"/>.</param>
/// <param name="ServerKey">See <see cref="Credentials"/>.</param>
/// <param name="LastUsed">To the hour; null for never.</param>
sealed record AppPassword(
    string Id,
    string Name,
    byte[] StoredKey,
    byte[] ServerKey,
    DateTimeOffset Created,
    DateTimeOffset? LastUsed
)
{
    /// <summary>Of one user: they are read with the user's row.</summary>
    public const int Most = 30;

    /// <summary>Characters of a name.</summary>
    public const int MaxName = 64;

    /// <summary>How exact <see cref="LastUsed"/> is: so often a login costs a write.</summary>
    public static readonly TimeSpan Exactness = TimeSpan.FromHours(1);

    const byte Version = 1;

    public static byte[] Pack(IReadOnlyList<AppPassword> passwords)
    {
        var pack = new PackWriter(128 * passwords.Count + 1);
        pack.Byte(Version);
        foreach (var password in passwords)
        {
            pack.Text(password.Id);
            pack.Text(password.Name);
            pack.Counted(password.StoredKey);
            pack.Counted(password.ServerKey);
            pack.Time(password.Created);
            pack.Time(password.LastUsed);
        }
        return pack.ToArray();
    }

    /// <exception cref="Ports.StoreException">Damaged, or of a version this program does not know.</exception>
    public static IReadOnlyList<AppPassword> Unpack(byte[]? packed)
    {
        if (packed is null)
            return [];
        var passwords = new List<AppPassword>();
        var pack = new PackReader(packed);
        pack.ExpectVersion(Version);
        while (!pack.AtEnd)
            passwords.Add(
                new(
                    pack.Text() ?? "",
                    pack.Text() ?? "",
                    pack.Counted().ToArray(),
                    pack.Counted().ToArray(),
                    pack.Time() ?? default,
                    pack.Time()
                )
            );
        return passwords;
    }
}
