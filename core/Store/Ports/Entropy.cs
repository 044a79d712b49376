using System.Security.Cryptography;

namespace Cloud.Store.Ports;

/// <summary>Where random bits come from. Injected, so that a simulated run can be replayed from its seed.</summary>
public abstract class Entropy
{
    /// <summary>The operating system's generator, fit for secrets.</summary>
    public static readonly Entropy System = new SystemEntropy();

    public abstract void Fill(Span<byte> bytes);

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    public ulong Next64()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return BitConverter.ToUInt64(bytes);
    }

    sealed class SystemEntropy : Entropy
    {
#pragma warning disable RS0030 // The one place that may ask for it.
        public override void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
#pragma warning restore RS0030
    }
}
