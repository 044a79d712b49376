using System.Buffers;
using System.Text;
using Cloud.Mail.Encodings;

namespace Cloud.Tests.Mail.Encodings;

/// <summary>Plays octets through a coder, whole and cut.</summary>
static class Coding
{
    public static string Text(TransferCoder coder, string octets) =>
        Encoding.Latin1.GetString(coder.Convert(Encoding.Latin1.GetBytes(octets)));

    public static byte[] Cut(TransferCoder coder, ReadOnlySpan<byte> octets, Func<int> nextLength)
    {
        var target = new ArrayBufferWriter<byte>();
        while (!octets.IsEmpty)
        {
            var length = Math.Clamp(nextLength(), 0, octets.Length);
            coder.Write(octets[..length], target);
            octets = octets[length..];
        }

        coder.Complete(target);
        return target.WrittenSpan.ToArray();
    }

    /// <summary>The result does not depend on the cuts, and a used coder is as good as a new one.</summary>
    public static void AssertCutsMakeNoDifference(TransferCoder coder, byte[] octets, Random random)
    {
        var whole = coder.Convert(octets);
        Assert.Equal(whole, Cut(coder, octets, () => 1));
        Assert.Equal(whole, Cut(coder, octets, () => random.Next(0, 7)));
        Assert.Equal(whole, Cut(coder, octets, () => random.Next(1, 3_000)));
    }

    /// <summary>Octets that mean something to a coder more often than chance would have it.</summary>
    public static byte[] Junk(Random random, string alphabet, int maxLength)
    {
        var octets = new byte[random.Next(maxLength)];
        for (var i = 0; i < octets.Length; i++)
        {
            octets[i] = random.Next(8) == 0 ? (byte)random.Next(256) : (byte)alphabet[random.Next(alphabet.Length)];
            if (random.Next(200) == 0) // a long run
            {
                var length = Math.Min(octets.Length - i, random.Next(3_000));
                octets.AsSpan(i, length).Fill(octets[i]);
                i += length - 1;
            }
        }

        return octets;
    }
}
