using System.Text;
using Cloud.Trust;

namespace Cloud.Tests.Trust.Dkim;

/// <summary>What a message's octets cost: time, and no memory.</summary>
public sealed class VerificationCostTests : IDisposable
{
    /// <summary>As a session reads them.</summary>
    const int Piece = 4096;

    /// <summary>Enough for all that is compiled and made once.</summary>
    const int Tries = 60;

    readonly DkimHarness world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task Five_megabytes_take_as_much_memory_as_fifty_kilobytes()
    {
        var (small, large) = (world.Sign(Message(50_000)), world.Sign(Message(5_000_000)));
        var (ofSmall, ofLarge) = (long.MaxValue, long.MaxValue);
        for (var i = 0; i < Tries; i++)
        {
            ofSmall = Math.Min(ofSmall, await VerifyAsync(small));
            ofLarge = Math.Min(ofLarge, await VerifyAsync(large));
        }
        Assert.InRange(ofLarge, ofSmall - 100, ofSmall + 100);
    }

    /// <returns>Octets allocated.</returns>
    async Task<long> VerifyAsync(byte[] message)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var verification = new MessageVerification(world.Dns, DkimHarness.Clock, null, default);
        for (var at = 0; at < message.Length; at += Piece)
            verification.Write(message.AsSpan(at, Math.Min(Piece, message.Length - at)));
        var verdicts = verification.CompleteAsync();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(verdicts.IsCompleted); // All of it happened on this thread.
        Assert.Equal(2, (await verdicts).Dkim.Count(result => result.IsPass));
        return allocated;
    }

    static byte[] Message(int octets)
    {
        var text = new StringBuilder("From: Joe <joe@football.example.com>\nTo: a@b.test\nSubject: words\n\n");
        while (text.Length < octets)
            text.Append("Some  words \t of a line of the usual length, with blanks at its end  \n\n=3D abc\n");
        return DkimHarness.Message(text.ToString());
    }
}
