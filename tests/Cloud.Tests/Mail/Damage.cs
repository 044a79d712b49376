namespace Cloud.Tests.Mail;

/// <summary>Inputs as a bad line, a bad disk or a bad person makes them.</summary>
static class Damage
{
    /// <summary>Every beginning of it.</summary>
    public static IEnumerable<byte[]> Cut(byte[] whole) =>
        Enumerable.Range(0, whole.Length).Select(length => whole.AsSpan(0, length).ToArray());

    /// <summary>Octets changed, taken out, doubled, or moved.</summary>
    public static IEnumerable<byte[]> Mutate(byte[] whole, int seed, int count)
    {
        var random = new Random(seed);
        for (var round = 0; round < count; round++)
        {
            var mutant = whole.ToList();
            for (var hits = random.Next(1, 8); hits > 0 && mutant.Count > 0; hits--)
                Hit(mutant, random);
            yield return [.. mutant];
        }
    }

    static void Hit(List<byte> mutant, Random random)
    {
        var at = random.Next(mutant.Count);
        var length = Math.Min(random.Next(1, 40), mutant.Count - at);
        switch (random.Next(5))
        {
            case 0:
                mutant[at] = (byte)random.Next(256);
                break;
            case 1:
                mutant[at] = (byte)(random.Next(2) == 0 ? 0xFF : 0);
                break;
            case 2:
                mutant.RemoveRange(at, length);
                break;
            case 3:
                mutant.InsertRange(random.Next(mutant.Count), mutant.GetRange(at, length));
                break;
            default:
                mutant[at] ^= (byte)(1 << random.Next(8));
                break;
        }
    }
}
