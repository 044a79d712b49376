namespace Cloud.Trust.Crypto;

/// <summary>Multiples of points: of the base in constant time, for secrets; of two at once for signatures, which are public.</summary>
static class BaseMultiples
{
    /// <summary>Digits of −8 to 8 in base 16.</summary>
    const int Digits = 64;

    /// <summary>Bits of a window over a key's multiples, and over the base's.</summary>
    const int KeyWindow = 5;
    const int BaseWindow = 8;

    /// <summary>1 to 8 times 256^i of the base, eight for each i: 40 KiB, made once.</summary>
    static readonly EdwardsPoint.Addend[] Table = MakeTable();

    static readonly EdwardsPoint.Addend[] OddOfBase = OddMultiples(EdwardsPoint.Base, 1 << (BaseWindow - 2));

    /// <summary>[scalar]B: the same steps and the same memory for every scalar below 2^255.</summary>
    public static EdwardsPoint Multiply(in Scalar scalar)
    {
        Span<sbyte> digits = stackalloc sbyte[Digits];
        SignedDigits(scalar, digits);
        var sum = EdwardsPoint.Identity;
        for (var i = 1; i < Digits; i += 2)
            sum = sum.Plus(Select(i / 2, digits[i]));
        sum = sum.Doubled().Doubled().Doubled().Doubled();
        for (var i = 0; i < Digits; i += 2)
            sum = sum.Plus(Select(i / 2, digits[i]));
        digits.Clear();
        return sum;
    }

    /// <summary>[s]B + [k]P in a time that tells of all three.</summary>
    public static EdwardsPoint MultiplyPublic(in Scalar s, in Scalar k, in EdwardsPoint point)
    {
        Span<sbyte> ofBase = stackalloc sbyte[8 * Scalar.Size];
        Span<sbyte> ofPoint = stackalloc sbyte[8 * Scalar.Size];
        Windows(s, BaseWindow, ofBase);
        Windows(k, KeyWindow, ofPoint);
        var odd = OddMultiples(point, 1 << (KeyWindow - 2));
        var sum = EdwardsPoint.Identity;
        for (var i = ofBase.Length - 1; i >= 0; i--)
        {
            sum = sum.Doubled();
            if (ofBase[i] != 0)
                sum = sum.Plus(Odd(OddOfBase, ofBase[i]));
            if (ofPoint[i] != 0)
                sum = sum.Plus(Odd(odd, ofPoint[i]));
        }

        return sum;
    }

    static EdwardsPoint.Addend Odd(EdwardsPoint.Addend[] odd, int digit) =>
        digit > 0 ? odd[digit / 2] : odd[-digit / 2].Negated();

    static void SignedDigits(in Scalar scalar, Span<sbyte> digits)
    {
        Span<byte> octets = stackalloc byte[Scalar.Size];
        scalar.Write(octets);
        var carry = 0;
        for (var i = 0; i < Digits; i++)
        {
            var digit = ((octets[i / 2] >> (4 * (i % 2))) & 15) + carry;
            carry = i < Digits - 1 ? (digit + 8) >> 4 : 0;
            digits[i] = (sbyte)(digit - (carry << 4));
        }

        octets.Clear();
    }

    /// <summary>digit · 256^i of the base; all eight entries are read, whatever the digit.</summary>
    static EdwardsPoint.Addend Select(int i, int digit)
    {
        var sign = digit >> 31; // all ones below zero
        var magnitude = (digit ^ sign) - sign;
        var chosen = EdwardsPoint.Identity.ToAddend();
        for (var j = 1; j <= 8; j++)
            chosen = chosen.Select(Table[8 * i + j - 1], EqualMask(magnitude, j));
        return chosen.Select(chosen.Negated(), (ulong)(long)sign);
    }

    /// <summary>All ones for equal small numbers, else zero.</summary>
    static ulong EqualMask(int a, int b) => (ulong)(((long)(a ^ b) - 1) >> 63);

    /// <summary>Digits that are zero or odd, of few bits, with few of them not zero (wNAF).</summary>
    static void Windows(in Scalar scalar, int width, Span<sbyte> digits)
    {
        Span<byte> octets = stackalloc byte[Scalar.Size + 2];
        octets.Clear();
        scalar.Write(octets);
        digits.Clear();
        var carry = 0;
        for (var i = 0; i < digits.Length; )
        {
            var bits = (octets[i / 8] | octets[i / 8 + 1] << 8 | octets[i / 8 + 2] << 16) >> (i % 8);
            var window = (bits & ((1 << width) - 1)) + carry;
            if ((window & 1) == 0)
            {
                i++;
                continue;
            }

            carry = window >> (width - 1);
            digits[i] = (sbyte)(window - (carry << width));
            i += width;
        }
    }

    static EdwardsPoint.Addend[] OddMultiples(in EdwardsPoint point, int count)
    {
        var twice = point.Doubled().ToAddend();
        var multiples = new EdwardsPoint.Addend[count];
        var at = point;
        for (var i = 0; i < count; i++)
        {
            multiples[i] = at.ToAddend();
            at = at.Plus(twice);
        }

        return multiples;
    }

    static EdwardsPoint.Addend[] MakeTable()
    {
        var table = new EdwardsPoint.Addend[8 * Digits / 2];
        var power = EdwardsPoint.Base;
        for (var i = 0; i < Digits / 2; i++)
        {
            var step = power.ToAddend();
            var at = power;
            for (var j = 0; j < 8; j++)
            {
                table[8 * i + j] = at.ToAddend();
                at = at.Plus(step);
            }

            for (var j = 0; j < 8; j++)
                power = power.Doubled();
        }

        return table;
    }
}
