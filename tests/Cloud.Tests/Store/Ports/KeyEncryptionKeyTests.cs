using System.Security.Cryptography;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Store.Ports;

public sealed class KeyEncryptionKeyTests
{
    const string Secret = "0123456789abcdef0123456789abcdef";

    readonly SeededEntropy entropy = new(1);

    [Fact]
    public void What_is_sealed_is_opened_by_the_same_secret_and_purpose()
    {
        var octets = Key(Secret).Seal("private"u8, "mine", entropy);
        Assert.Equal("private".Length + KeyEncryptionKey.Overhead, octets.Length);
        Assert.Equal("private"u8, Key($" {Secret}\n").Open(octets, "mine"));
        Assert.True(octets.AsSpan().IndexOf("private"u8) < 0);
    }

    [Fact]
    public void The_same_key_is_never_sealed_alike() =>
        Assert.NotEqual(Key(Secret).Seal("private"u8, "mine", entropy), Key(Secret).Seal("private"u8, "mine", entropy));

    [Fact]
    public void Another_purpose_does_not_open_it()
    {
        var octets = Key(Secret).Seal("private"u8, "mine", entropy);
        Assert.ThrowsAny<CryptographicException>(() => Key(Secret).Open(octets, "yours"));
    }

    [Fact]
    public void Another_secret_is_named_as_the_cause()
    {
        var octets = Key(Secret).Seal("private"u8, "mine", entropy);
        var other = Key(KeyEncryptionKey.NewSecret(entropy));
        var fault = Assert.ThrowsAny<CryptographicException>(() => other.Open(octets, "mine"));
        Assert.Contains("another key-encryption key", fault.Message);
    }

    [Fact]
    public void No_octet_can_be_changed_and_none_be_missing()
    {
        var octets = Key(Secret).Seal("private"u8, "mine", entropy);
        for (var i = 0; i < octets.Length; i++)
        {
            var changed = octets.ToArray();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => Key(Secret).Open(changed, "mine"));
            Assert.ThrowsAny<CryptographicException>(() => Key(Secret).Open(octets.AsSpan(0, i), "mine"));
        }
    }

    [Fact]
    public void A_short_secret_is_none() => Assert.False(KeyEncryptionKey.TryFromSecret(Secret[1..] + " ", out _));

    static KeyEncryptionKey Key(string secret)
    {
        Assert.True(KeyEncryptionKey.TryFromSecret(secret, out var key));
        return key;
    }
}
