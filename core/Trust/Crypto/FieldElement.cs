using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Cloud.Trust.Crypto;

/// <summary>A number modulo 2^255 − 19, in five limbs of 51 bits. RFC 7748 §4.1 has the field.</summary>
/// <remarks>
/// Every operation takes the same time for every value. Limbs may be a little over 51 bits: products, differences and
/// numbers read have limbs under 2^52, sums of two of them under 2^53; a product takes factors under 2^54.
/// </remarks>
readonly struct FieldElement(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
{
    /// <summary>Octets as RFC 8032 §5.1.2 writes a number: little-endian.</summary>
    public const int Size = 32;

    const ulong Mask = (1UL << 51) - 1;

    public static readonly FieldElement Zero = new(0, 0, 0, 0, 0);
    public static readonly FieldElement One = new(1, 0, 0, 0, 0);

    /// <summary>2^((p−1)/4), a root of −1. RFC 8032 §5.1.3.</summary>
    public static readonly FieldElement RootOfMinusOne = new(
        0x61b274a0ea0b0,
        0xd5a5fc8f189d,
        0x7ef5e9cbd0c60,
        0x78595a6804c9e,
        0x2b8324804fc1d
    );

    readonly ulong l0 = l0;
    readonly ulong l1 = l1;
    readonly ulong l2 = l2;
    readonly ulong l3 = l3;
    readonly ulong l4 = l4;

    /// <summary>Whether the number, of 0 to p−1, is odd.</summary>
    public bool IsOdd
    {
        get
        {
            Span<byte> octets = stackalloc byte[Size];
            Write(octets);
            return (octets[0] & 1) == 1;
        }
    }

    public bool IsZero
    {
        get
        {
            Span<byte> octets = stackalloc byte[Size];
            Write(octets);
            var any = 0;
            foreach (var octet in octets)
                any |= octet;
            return any == 0;
        }
    }

    /// <summary>The low 255 bits of 32 octets; may be p or more.</summary>
    public static FieldElement Read(ReadOnlySpan<byte> octets)
    {
        var w0 = BinaryPrimitives.ReadUInt64LittleEndian(octets);
        var w1 = BinaryPrimitives.ReadUInt64LittleEndian(octets[8..]);
        var w2 = BinaryPrimitives.ReadUInt64LittleEndian(octets[16..]);
        var w3 = BinaryPrimitives.ReadUInt64LittleEndian(octets[24..]);
        return new(
            w0 & Mask,
            (w0 >> 51 | w1 << 13) & Mask,
            (w1 >> 38 | w2 << 26) & Mask,
            (w2 >> 25 | w3 << 39) & Mask,
            (w3 >> 12) & Mask
        );
    }

    /// <summary>The one way to write it: less than p, bit 255 clear.</summary>
    public void Write(Span<byte> octets)
    {
        var r = Carry(l0, l1, l2, l3, l4);

        // One more than p−1 carries out of the top: then p is taken away by adding 19 and dropping bit 255.
        var q = (r.l0 + 19) >> 51;
        q = (r.l1 + q) >> 51;
        q = (r.l2 + q) >> 51;
        q = (r.l3 + q) >> 51;
        q = (r.l4 + q) >> 51;

        var t0 = r.l0 + 19 * q;
        var t1 = r.l1 + (t0 >> 51);
        var t2 = r.l2 + (t1 >> 51);
        var t3 = r.l3 + (t2 >> 51);
        var t4 = r.l4 + (t3 >> 51);
        (t0, t1, t2, t3, t4) = (t0 & Mask, t1 & Mask, t2 & Mask, t3 & Mask, t4 & Mask);

        BinaryPrimitives.WriteUInt64LittleEndian(octets, t0 | t1 << 51);
        BinaryPrimitives.WriteUInt64LittleEndian(octets[8..], t1 >> 13 | t2 << 38);
        BinaryPrimitives.WriteUInt64LittleEndian(octets[16..], t2 >> 26 | t3 << 25);
        BinaryPrimitives.WriteUInt64LittleEndian(octets[24..], t3 >> 39 | t4 << 12);
    }

    public static FieldElement operator +(in FieldElement a, in FieldElement b) =>
        new(a.l0 + b.l0, a.l1 + b.l1, a.l2 + b.l2, a.l3 + b.l3, a.l4 + b.l4);

    /// <summary>Adds 4p first, so that no limb goes below zero.</summary>
    public static FieldElement operator -(in FieldElement a, in FieldElement b)
    {
        const ulong low = 4 * (Mask - 18);
        const ulong other = 4 * Mask;
        return Carry(
            a.l0 + low - b.l0,
            a.l1 + other - b.l1,
            a.l2 + other - b.l2,
            a.l3 + other - b.l3,
            a.l4 + other - b.l4
        );
    }

    public static FieldElement operator -(in FieldElement a) => Zero - a;

    public static FieldElement operator *(in FieldElement a, in FieldElement b)
    {
        // 2^255 is 19: what would be limb 5 and above comes back times 19.
        var (b1, b2, b3, b4) = (19 * b.l1, 19 * b.l2, 19 * b.l3, 19 * b.l4);
        var (r0, r1, r2, r3, r4) = (new Wide(), new Wide(), new Wide(), new Wide(), new Wide());

        r0.Add(a.l0, b.l0);
        r0.Add(a.l1, b4);
        r0.Add(a.l2, b3);
        r0.Add(a.l3, b2);
        r0.Add(a.l4, b1);

        r1.Add(a.l0, b.l1);
        r1.Add(a.l1, b.l0);
        r1.Add(a.l2, b4);
        r1.Add(a.l3, b3);
        r1.Add(a.l4, b2);

        r2.Add(a.l0, b.l2);
        r2.Add(a.l1, b.l1);
        r2.Add(a.l2, b.l0);
        r2.Add(a.l3, b4);
        r2.Add(a.l4, b3);

        r3.Add(a.l0, b.l3);
        r3.Add(a.l1, b.l2);
        r3.Add(a.l2, b.l1);
        r3.Add(a.l3, b.l0);
        r3.Add(a.l4, b4);

        r4.Add(a.l0, b.l4);
        r4.Add(a.l1, b.l3);
        r4.Add(a.l2, b.l2);
        r4.Add(a.l3, b.l1);
        r4.Add(a.l4, b.l0);

        return Reduce(r0, r1, r2, r3, r4);
    }

    public FieldElement Squared()
    {
        var (d0, d1, d2) = (2 * l0, 2 * l1, 2 * l2);
        var (n3, n4) = (19 * l3, 19 * l4);
        var (r0, r1, r2, r3, r4) = (new Wide(), new Wide(), new Wide(), new Wide(), new Wide());

        r0.Add(l0, l0);
        r0.Add(d1, n4);
        r0.Add(d2, n3);

        r1.Add(d0, l1);
        r1.Add(d2, n4);
        r1.Add(l3, n3);

        r2.Add(d0, l2);
        r2.Add(l1, l1);
        r2.Add(2 * l3, n4);

        r3.Add(d0, l3);
        r3.Add(d1, l2);
        r3.Add(l4, n4);

        r4.Add(d0, l4);
        r4.Add(d1, l3);
        r4.Add(l2, l2);

        return Reduce(r0, r1, r2, r3, r4);
    }

    /// <summary>The 2^<paramref name="times"/>th power.</summary>
    public FieldElement Squared(int times)
    {
        var r = this;
        for (var i = 0; i < times; i++)
            r = r.Squared();
        return r;
    }

    /// <summary>1/x, and 0 of 0: x^(p−2).</summary>
    public FieldElement Inverted()
    {
        var high = Power250(out var x11);
        return high.Squared(5) * x11;
    }

    /// <summary>x^((p−5)/8), which is 2^252 − 3. RFC 8032 §5.1.3.</summary>
    public FieldElement PowerForRoot() => Power250(out _).Squared(2) * this;

    /// <summary><paramref name="other"/> where <paramref name="mask"/> is all ones, this where it is zero.</summary>
    public FieldElement Select(in FieldElement other, ulong mask) =>
        new(
            l0 ^ (mask & (l0 ^ other.l0)),
            l1 ^ (mask & (l1 ^ other.l1)),
            l2 ^ (mask & (l2 ^ other.l2)),
            l3 ^ (mask & (l3 ^ other.l3)),
            l4 ^ (mask & (l4 ^ other.l4))
        );

    /// <summary>x^(2^250 − 1), and x^11 on the way.</summary>
    FieldElement Power250(out FieldElement x11)
    {
        var x2 = Squared();
        var x9 = x2.Squared(2) * this;
        x11 = x9 * x2;
        var to5 = x11.Squared() * x9; // 2^5 − 1
        var to10 = to5.Squared(5) * to5;
        var to20 = to10.Squared(10) * to10;
        var to40 = to20.Squared(20) * to20;
        var to50 = to40.Squared(10) * to10;
        var to100 = to50.Squared(50) * to50;
        var to200 = to100.Squared(100) * to100;
        return to200.Squared(50) * to50;
    }

    static FieldElement Carry(ulong t0, ulong t1, ulong t2, ulong t3, ulong t4)
    {
        t1 += t0 >> 51;
        t2 += t1 >> 51;
        t3 += t2 >> 51;
        t4 += t3 >> 51;
        t0 = (t0 & Mask) + 19 * (t4 >> 51);
        return new(t0 & Mask, (t1 & Mask) + (t0 >> 51), t2 & Mask, t3 & Mask, t4 & Mask);
    }

    /// <summary>Inlined, and by value: sums whose address is taken live in memory, which costs half of the time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static FieldElement Reduce(Wide r0, Wide r1, Wide r2, Wide r3, Wide r4)
    {
        r1.Add(r0.Over51);
        r2.Add(r1.Over51);
        r3.Add(r2.Over51);
        r4.Add(r3.Over51);
        // The top carry has up to 62 bits: times 19 it needs more than a limb.
        var first = new Wide();
        first.Add(r4.Over51, 19);
        first.Add(r0.Low & Mask);
        var (t0, t1) = (first.Low & Mask, (r1.Low & Mask) + first.Over51);
        return new(t0, t1 & Mask, (r2.Low & Mask) + (t1 >> 51), r3.Low & Mask, r4.Low & Mask);
    }

    /// <summary>A sum of products, 128 bits.</summary>
    struct Wide
    {
        ulong high;

        public ulong Low;

        public readonly ulong Over51 => high << 13 | Low >> 51;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(ulong a, ulong b)
        {
            var top = Math.BigMul(a, b, out var low);
            Low += low;
            high += top + (Low < low ? 1UL : 0UL);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(ulong value)
        {
            Low += value;
            high += Low < value ? 1UL : 0UL;
        }
    }
}
