namespace Cloud.Tests.Store.Ports;

/// <summary>Bytes that are the same in every run and differ from seed to seed.</summary>
static class Octets
{
    public static byte[] Of(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
