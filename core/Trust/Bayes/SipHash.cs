using System.Buffers.Binary;
using System.Numerics;

namespace Cloud.Trust.Bayes;

/// <summary>SipHash-2-4: a short keyed hash (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012).</summary>
/// <remarks>Keyed, so that a stranger can neither aim words at a bucket nor tell words from a stored table.</remarks>
static class SipHash
{
    /// <summary>Octets of a key.</summary>
    public const int KeyLength = 16;

    public static ulong Of(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text)
    {
        var state = new State(
            BinaryPrimitives.ReadUInt64LittleEndian(key),
            BinaryPrimitives.ReadUInt64LittleEndian(key[8..])
        );
        var last = (ulong)text.Length << 56;
        for (; text.Length >= 8; text = text[8..])
            state.Take(BinaryPrimitives.ReadUInt64LittleEndian(text));
        for (var i = 0; i < text.Length; i++)
            last |= (ulong)text[i] << (8 * i);
        state.Take(last);
        return state.End();
    }

    struct State(ulong k0, ulong k1)
    {
        ulong v0 = k0 ^ 0x736f6d6570736575;
        ulong v1 = k1 ^ 0x646f72616e646f6d;
        ulong v2 = k0 ^ 0x6c7967656e657261;
        ulong v3 = k1 ^ 0x7465646279746573;

        public void Take(ulong word)
        {
            v3 ^= word;
            Round();
            Round();
            v0 ^= word;
        }

        public ulong End()
        {
            v2 ^= 0xff;
            for (var i = 0; i < 4; i++)
                Round();
            return v0 ^ v1 ^ v2 ^ v3;
        }

        void Round()
        {
            v0 += v1;
            v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
            v0 = BitOperations.RotateLeft(v0, 32);
            v2 += v3;
            v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
            v2 = BitOperations.RotateLeft(v2, 32);
        }
    }
}
