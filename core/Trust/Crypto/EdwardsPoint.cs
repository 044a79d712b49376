namespace Cloud.Trust.Crypto;

/// <summary>A point of edwards25519 in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z. RFC 8032 §5.1.4.</summary>
/// <remarks>Additions and doublings are complete: they are right for every pair of points, in constant time.</remarks>
readonly struct EdwardsPoint(in FieldElement x, in FieldElement y, in FieldElement z, in FieldElement t)
{
    public static readonly EdwardsPoint Identity = new(
        FieldElement.Zero,
        FieldElement.One,
        FieldElement.One,
        FieldElement.Zero
    );

    /// <summary>B. RFC 8032 §5.1.</summary>
    public static readonly EdwardsPoint Base = FromAffine(
        new(0x62d608f25d51a, 0x412a4b4f6592a, 0x75b7171a4b31d, 0x1ff60527118fe, 0x216936d3cd6e5),
        new(0x6666666666658, 0x4cccccccccccc, 0x1999999999999, 0x3333333333333, 0x6666666666666)
    );

    /// <summary>d = −121665/121666. RFC 8032 §5.1.</summary>
    static readonly FieldElement D = new(
        0x34dca135978a3,
        0x1a8283b156ebd,
        0x5e7a26001c029,
        0x739c663a03cbb,
        0x52036cee2b6ff
    );

    static readonly FieldElement TwoD = D + D;

    readonly FieldElement x = x;
    readonly FieldElement y = y;
    readonly FieldElement z = z;
    readonly FieldElement t = t;

    /// <summary>Whether eight times the point is the identity: a key that signs anything.</summary>
    public bool HasSmallOrder
    {
        get
        {
            var eight = Doubled().Doubled().Doubled();
            return eight.x.IsZero && (eight.y - eight.z).IsZero;
        }
    }

    static FieldElement One => FieldElement.One;

    /// <summary>Reads a point, strictly. RFC 8032 §5.1.3.</summary>
    /// <returns>False for what is no point, and for other ways to write one: y of p or more, a sign of x = 0.</returns>
    public static bool TryRead(ReadOnlySpan<byte> octets, out EdwardsPoint point)
    {
        point = Identity;
        var y = FieldElement.Read(octets);
        var isOdd = octets[^1] >> 7 == 1;

        Span<byte> canonical = stackalloc byte[FieldElement.Size];
        y.Write(canonical);
        if (isOdd)
            canonical[^1] |= 0x80;
        if (!octets.SequenceEqual(canonical))
            return false;

        var square = y.Squared();
        var u = square - One;
        var v = D * square + One;
        var v3 = v.Squared() * v;
        var x = u * v3 * (u * v3.Squared() * v).PowerForRoot();
        var check = v * x.Squared();
        if (!(check - u).IsZero)
        {
            if (!(check + u).IsZero)
                return false;
            x *= FieldElement.RootOfMinusOne;
        }

        if (x.IsZero && isOdd)
            return false;
        if (x.IsOdd != isOdd)
            x = -x;
        point = FromAffine(x, y);
        return true;
    }

    /// <summary>y, and the sign of x on top. RFC 8032 §5.1.2.</summary>
    public void Write(Span<byte> octets)
    {
        var inverse = z.Inverted();
        (y * inverse).Write(octets);
        octets[FieldElement.Size - 1] |= (byte)((x * inverse).IsOdd ? 0x80 : 0);
    }

    public EdwardsPoint Negated() => new(-x, y, z, -t);

    public EdwardsPoint Doubled()
    {
        var a = x.Squared();
        var b = y.Squared();
        var c = z.Squared();
        var h = a + b;
        var e = h - (x + y).Squared();
        var g = a - b;
        var f = c + c + g;
        return new(e * f, g * h, f * g, e * h);
    }

    public Addend ToAddend() => new(y + x, y - x, z + z, t * TwoD);

    public EdwardsPoint Plus(in Addend other)
    {
        var a = (y - x) * other.Difference;
        var b = (y + x) * other.Sum;
        var c = t * other.T2D;
        var d = z * other.Z2;
        var (e, f, g, h) = (b - a, d - c, d + c, b + a);
        return new(e * f, g * h, f * g, e * h);
    }

    static EdwardsPoint FromAffine(in FieldElement x, in FieldElement y) => new(x, y, One, x * y);

    /// <summary>A point prepared to be added: y + x, y − x, 2z and 2dt.</summary>
    public readonly struct Addend(
        in FieldElement sum,
        in FieldElement difference,
        in FieldElement z2,
        in FieldElement t2d
    )
    {
        public readonly FieldElement Sum = sum;
        public readonly FieldElement Difference = difference;
        public readonly FieldElement Z2 = z2;
        public readonly FieldElement T2D = t2d;

        public Addend Negated() => new(Difference, Sum, Z2, -T2D);

        /// <summary><paramref name="other"/> where <paramref name="mask"/> is all ones, this where it is zero.</summary>
        public Addend Select(in Addend other, ulong mask) =>
            new(
                Sum.Select(other.Sum, mask),
                Difference.Select(other.Difference, mask),
                Z2.Select(other.Z2, mask),
                T2D.Select(other.T2D, mask)
            );
    }
}
