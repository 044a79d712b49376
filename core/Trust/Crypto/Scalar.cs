using System.Buffers.Binary;

namespace Cloud.Trust.Crypto;

/// <summary>A number modulo L, the order of the base point. RFC 8032 §5.1. In constant time.</summary>
readonly struct Scalar
{
    /// <summary>Octets, little-endian.</summary>
    public const int Size = 32;

    const int Words = 4;

    /// <summary>L = 2^252 + 27742317777372353535851937790883648493, in words of 64 bits, the lowest first.</summary>
    static readonly ulong[] Order = [0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000, 0];

    /// <summary>⌊2^512 / L⌋, for Barrett's reduction.</summary>
    static readonly ulong[] Reciprocal =
    [
        0xed9ce5a30a2c131b,
        0x2106215d086329a7,
        0xffffffffffffffeb,
        0xffffffffffffffff,
        0xf,
    ];

    readonly ulong w0;
    readonly ulong w1;
    readonly ulong w2;
    readonly ulong w3;

    Scalar(ReadOnlySpan<ulong> words) => (w0, w1, w2, w3) = (words[0], words[1], words[2], words[3]);

    /// <summary>Reads a number that has to be less than L. Its time tells which, so for signatures only.</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, out Scalar scalar)
    {
        scalar = ReadAny(octets);
        ReadOnlySpan<ulong> words = [scalar.w0, scalar.w1, scalar.w2, scalar.w3];
        for (var i = Words - 1; i >= 0; i--)
        {
            if (words[i] != Order[i])
                return words[i] < Order[i];
        }

        return false;
    }

    /// <summary>32 octets as they stand, L or more: the secret one of RFC 8032 §5.1.5.</summary>
    public static Scalar ReadAny(ReadOnlySpan<byte> octets)
    {
        Span<ulong> words = stackalloc ulong[Words];
        Load(octets, words);
        return new(words);
    }

    /// <summary>64 octets, as SHA-512 gives them, modulo L.</summary>
    public static Scalar Reduce(ReadOnlySpan<byte> octets)
    {
        Span<ulong> words = stackalloc ulong[2 * Words];
        Load(octets, words);
        return Reduce(words);
    }

    /// <summary>a·b + c modulo L.</summary>
    public static Scalar MultiplyAdd(in Scalar a, in Scalar b, in Scalar c)
    {
        Span<ulong> product = stackalloc ulong[2 * Words];
        Multiply([a.w0, a.w1, a.w2, a.w3], [b.w0, b.w1, b.w2, b.w3], product);
        ReadOnlySpan<ulong> addend = [c.w0, c.w1, c.w2, c.w3, 0, 0, 0, 0];
        var carry = 0UL;
        for (var i = 0; i < product.Length; i++)
            product[i] = Add(product[i], addend[i], ref carry);
        return Reduce(product);
    }

    public void Write(Span<byte> octets)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(octets, w0);
        BinaryPrimitives.WriteUInt64LittleEndian(octets[8..], w1);
        BinaryPrimitives.WriteUInt64LittleEndian(octets[16..], w2);
        BinaryPrimitives.WriteUInt64LittleEndian(octets[24..], w3);
    }

    static void Load(ReadOnlySpan<byte> octets, Span<ulong> words)
    {
        for (var i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(octets[(8 * i)..]);
    }

    /// <summary>Barrett's reduction of 512 bits: an estimate of the quotient that is at most two too small.</summary>
    static Scalar Reduce(ReadOnlySpan<ulong> value)
    {
        Span<ulong> estimate = stackalloc ulong[10];
        Multiply(value[3..], Reciprocal, estimate);
        Span<ulong> multiple = stackalloc ulong[10];
        Multiply(estimate[5..], Order, multiple);

        Span<ulong> rest = stackalloc ulong[5];
        var borrow = 0UL;
        for (var i = 0; i < rest.Length; i++)
            rest[i] = Subtract(value[i], multiple[i], ref borrow);

        Span<ulong> less = stackalloc ulong[5];
        for (var round = 0; round < 2; round++)
        {
            borrow = 0;
            for (var i = 0; i < rest.Length; i++)
                less[i] = Subtract(rest[i], Order[i], ref borrow);
            var keep = 0UL - borrow;
            for (var i = 0; i < rest.Length; i++)
                rest[i] = less[i] ^ (keep & (less[i] ^ rest[i]));
        }

        return new(rest);
    }

    /// <summary>Schoolbook; <paramref name="product"/> has the length of both factors together.</summary>
    static void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> product)
    {
        product.Clear();
        for (var i = 0; i < a.Length; i++)
        {
            var carry = 0UL;
            for (var j = 0; j < b.Length; j++)
            {
                var high = Math.BigMul(a[i], b[j], out var low);
                var over = 0UL;
                low = Add(low, carry, ref over);
                carry = high + over;
                over = 0;
                product[i + j] = Add(product[i + j], low, ref over);
                carry += over;
            }

            product[i + b.Length] = carry;
        }
    }

    static ulong Add(ulong a, ulong b, ref ulong carry)
    {
        var sum = a + b;
        var all = sum + carry;
        carry = (sum < a ? 1UL : 0UL) | (all < sum ? 1UL : 0UL);
        return all;
    }

    static ulong Subtract(ulong a, ulong b, ref ulong borrow)
    {
        var difference = a - b;
        var all = difference - borrow;
        borrow = (a < b ? 1UL : 0UL) | (difference < borrow ? 1UL : 0UL);
        return all;
    }
}
