using System.Buffers.Binary;
using Cloud.Store.Ports;

namespace Cloud.Tests.Fakes;

/// <summary>Random bits that come the same again for the same seed (SplitMix64). Not for secrets.</summary>
public sealed class SeededEntropy(ulong seed) : Entropy
{
    readonly Lock guard = new();
    ulong state = seed;

    public override void Fill(Span<byte> bytes)
    {
        Span<byte> block = stackalloc byte[8];
        lock (guard)
        {
            for (; !bytes.IsEmpty; bytes = bytes[Math.Min(8, bytes.Length)..])
            {
                BinaryPrimitives.WriteUInt64LittleEndian(block, Draw());
                block[..Math.Min(8, bytes.Length)].CopyTo(bytes);
            }
        }
    }

    /// <summary>A number from 0 up to, but not including, <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)(Next64() % (ulong)limit);

    ulong Draw()
    {
        var mixed = state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
