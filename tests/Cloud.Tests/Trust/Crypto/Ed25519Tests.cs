using System.Globalization;
using System.Numerics;
using Cloud.Trust.Crypto;

namespace Cloud.Tests.Trust.Crypto;

public sealed class Ed25519Tests
{
    static readonly BigInteger Prime = BigInteger.Pow(2, 255) - 19;
    static readonly BigInteger Order =
        BigInteger.Pow(2, 252)
        + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);

    /// <summary>RFC 8032 §7.1: secret, public key, message, signature.</summary>
    public static TheoryData<string, string, string, string> Vectors =>
        new()
        {
            {
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                    + "d25bf5f0595bbe24655141438e7a100b"
            },
            {
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                    + "387b2eaeb4302aeeb00d291612bb0c00"
            },
            {
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
                    + "4a7c15e9716ed28dc027beceea1ec40a"
            },
            {
                "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
                "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
                    + "454d4423643ce80e2a9ac94fa54ca49f",
                "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
                    + "3dca179c138ac17ad9bef1177331a704"
            },
        };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_examples_of_the_standard_come_out(string secret, string key, string message, string signature)
    {
        var seed = Convert.FromHexString(secret);
        var text = Convert.FromHexString(message);
        Assert.Equal(key, Convert.ToHexStringLower(Ed25519.PublicKey(seed)));
        Assert.Equal(signature, Convert.ToHexStringLower(Ed25519.Sign(text, seed)));
        Assert.True(Ed25519.Verify(Convert.FromHexString(signature), text, Convert.FromHexString(key)));
    }

    [Fact]
    public void What_was_signed_verifies_and_nothing_else_does()
    {
        var random = new Random(8032);
        for (var round = 0; round < 40; round++)
        {
            var seed = Bytes(random, Ed25519.SeedSize);
            var message = Bytes(random, random.Next(1, 300));
            var key = Ed25519.PublicKey(seed);
            var signature = Ed25519.Sign(message, seed);
            Assert.True(Ed25519.Verify(signature, message, key));
            Assert.False(Ed25519.Verify(Flip(random, signature), message, key));
            Assert.False(Ed25519.Verify(signature, Flip(random, message), key));
            Assert.False(Ed25519.Verify(signature, message, Flip(random, key)));
            Assert.False(Ed25519.Verify(signature, [.. message, 0], key));
        }
    }

    [Fact]
    public void A_signature_has_one_form_only()
    {
        var seed = Bytes(new Random(1), Ed25519.SeedSize);
        var key = Ed25519.PublicKey(seed);
        var signature = Ed25519.Sign("text"u8, seed);
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true);
        Assert.True(s < Order);

        // s + L is the same number modulo L: RFC 8032 §5.1.7 forbids it, or a signature could be altered.
        Assert.False(Ed25519.Verify([.. signature[..32], .. Octets(s + Order)], "text"u8, key));
        Assert.False(Ed25519.Verify([.. signature[..32], .. Octets(Order)], "text"u8, key));
        Assert.False(Ed25519.Verify([.. signature, 0], "text"u8, key));
        Assert.False(Ed25519.Verify(signature.AsSpan(0, 63), "text"u8, key));
        Assert.False(Ed25519.Verify([], "text"u8, key));
    }

    [Fact]
    public void Keys_that_are_no_points_or_written_otherwise_are_refused()
    {
        Assert.False(Ed25519.IsPublicKey(Octets(2))); // No x has this y.
        Assert.False(Ed25519.IsPublicKey(Octets(Prime + 3))); // 3 is a point, and has to be written so.
        Assert.True(Ed25519.IsPublicKey(Octets(3)));
        Assert.False(Ed25519.IsPublicKey(Octets(BigInteger.Pow(2, 255) + 1))); // "Minus" zero.
        Assert.False(Ed25519.IsPublicKey(new byte[31]));
        Assert.False(Ed25519.IsPublicKey([]));
    }

    [Theory]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]
    public void A_key_of_small_order_signs_nothing(string hex)
    {
        var key = Convert.FromHexString(hex);
        var identity = Octets(1);
        for (byte i = 0; i < 32; i++)
            Assert.False(Ed25519.Verify([.. identity, .. new byte[32]], [i], key));
    }

    [Fact]
    public void Multiplication_and_reduction_agree_with_big_integers()
    {
        var random = new Random(25519);
        for (var round = 0; round < 200; round++)
        {
            var (a, b, c) = (Bytes(random, 32), Bytes(random, 32), Bytes(random, 32));
            var wide = Bytes(random, 64);
            if (round % 4 == 0)
                Array.Fill(wide, (byte)255, round / 4, 64 - round / 4);
            Assert.Equal(Number(wide) % Order, Number(Written(Scalar.Reduce(wide))));
            var sum = Scalar.MultiplyAdd(Scalar.ReadAny(a), Scalar.ReadAny(b), Scalar.ReadAny(c));
            Assert.Equal((Number(a) * Number(b) + Number(c)) % Order, Number(Written(sum)));

            a[31] &= 0x7F;
            b[31] &= 0x7F;
            var (x, y) = (FieldElement.Read(a), FieldElement.Read(b));
            Assert.Equal(Number(a) * Number(b) % Prime, Number(Written(x * y)));
            Assert.Equal(Number(a) * Number(a) % Prime, Number(Written(x.Squared())));
            Assert.Equal((Number(a) + Prime - Number(b) % Prime) % Prime, Number(Written(x - y)));
            Assert.Equal(BigInteger.ModPow(Number(a), Prime - 2, Prime), Number(Written(x.Inverted())));
        }
    }

    [Fact]
    public void Numbers_about_the_prime_are_reduced()
    {
        for (var number = Prime - 20; number < Prime + 19; number++)
            Assert.Equal(number % Prime, Number(Written(FieldElement.Read(Octets(number)))));
    }

    static BigInteger Number(byte[] octets) => new(octets, isUnsigned: true);

    static byte[] Octets(BigInteger number)
    {
        var octets = new byte[32];
        number.TryWriteBytes(octets, out _, isUnsigned: true);
        return octets;
    }

    static byte[] Written(Scalar scalar)
    {
        var octets = new byte[Scalar.Size];
        scalar.Write(octets);
        return octets;
    }

    static byte[] Written(FieldElement number)
    {
        var octets = new byte[FieldElement.Size];
        number.Write(octets);
        return octets;
    }

    static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    static byte[] Flip(Random random, byte[] octets)
    {
        var flipped = (byte[])octets.Clone();
        flipped[random.Next(octets.Length)] ^= (byte)(1 << random.Next(8));
        return flipped;
    }
}
