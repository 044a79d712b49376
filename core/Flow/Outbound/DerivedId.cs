using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cloud.Store;

namespace Cloud.Flow.Outbound;

/// <summary>Ids of messages that come of another one: the same again when they are made again.</summary>
static class DerivedId
{
    /// <param name="at">When it was decided upon, as a row has it.</param>
    /// <param name="what">What tells it from the others that come of the same message.</param>
    public static TransactionId Of(TransactionId source, DateTimeOffset at, string what)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{source}|{at.ToUnixTimeMilliseconds()}|{what}"));
        return new((ulong)at.ToUnixTimeMilliseconds() & 0x3FF_FFFF_FFFF, BinaryPrimitives.ReadUInt64BigEndian(hash));
    }

    /// <summary>32 octets that nobody foresees who does not know the id.</summary>
    public static byte[] Seed(TransactionId id) => SHA256.HashData(Encoding.UTF8.GetBytes($"seed|{id}"));
}
