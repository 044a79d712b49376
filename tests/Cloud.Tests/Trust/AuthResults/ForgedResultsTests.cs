using System.Text;
using Cloud.Trust.AuthResults;

namespace Cloud.Tests.Trust.AuthResults;

public sealed class ForgedResultsTests
{
    public static readonly string[] Ours = ["mx.example.com", "b\u00fccher.example"];

    [Theory]
    [InlineData("Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=a@b.example")]
    [InlineData("authentication-RESULTS:MX.Example.COM;none")]
    [InlineData("Authentication-Results:\r\n\tmx.example.com;\r\n spf=pass")]
    [InlineData("Authentication-Results : mx.example.com; spf=pass")]
    [InlineData("Authentication-Results \t : mx.example.com 1; spf=pass")]
    [InlineData("Authentication-Results: (a (nested) note) mx.example.com (another); spf=pass")]
    [InlineData("Authentication-Results: \"mx.example.com\"; spf=pass")]
    [InlineData("Authentication-Results: \"mx.\\example.com\"; spf=pass")]
    [InlineData("Authentication-Results: mx.example.com.; spf=pass")]
    [InlineData("Authentication-Results: mx.example.com/1; spf=pass")]
    [InlineData("Authentication-Results: mx.example.com(note)2; spf=pass")]
    [InlineData("Authentication-Results: xn--bcher-kva.example; spf=pass")]
    [InlineData("Authentication-Results: B\u00dcCHER.example; spf=pass")]
    [InlineData("Authentication-Results: mx.\r\n example.com; of.nobody=pass", false)]
    [InlineData("Authentication-Results: mx.example.com")]
    [InlineData("Authentication-Results:")]
    [InlineData("Authentication-Results: (never closed mx.example.com; spf=pass")]
    [InlineData("Authentication-Results: other.example 2; spf=pass")]
    [InlineData("Authentication-Results: other.example; spf=pass", false)]
    [InlineData("Authentication-Results: amx.example.com; spf=pass", false)]
    [InlineData("Authentication-Results: mx.example.com.evil.example; spf=pass", false)]
    [InlineData("Authentication-Results: example.com; x=mx.example.com", false)]
    [InlineData("Authentication-Results-Too: mx.example.com; spf=pass", false)]
    [InlineData("X-Authentication-Results: mx.example.com; spf=pass", false)]
    [InlineData("ARC-Authentication-Results: i=1; mx.example.com; spf=pass", false)]
    public void Fields_in_our_name_go(string field, bool isForged = true)
    {
        var (before, after) = ("From: a@b.example\r\nSubject: x\r\n y\r\n", "To: c@d.example\r\n\r\nHi.\r\n");
        var message = $"{before}{field}\r\n{after}";
        Assert.Equal(isForged ? before + after : message, Filter(message));
        Assert.Equal(isForged ? after : $"{field}\r\n{after}", Filter($"{field}\r\n{after}"));
        Assert.Equal(isForged ? "" : field, Filter(field));
    }

    [Fact]
    public void What_looks_like_one_in_the_body_stays()
    {
        foreach (var end in (string[])["\r\n", "\n", "no field\r\n"])
        {
            var message = $"From: a@b\r\n{end}Authentication-Results: mx.example.com; spf=pass\r\n";
            Assert.Equal(message, Filter(message));
        }
    }

    [Fact]
    public void Several_go_and_are_counted()
    {
        var forged = new ForgedResults(Ours);
        const string Field = "Authentication-Results: mx.example.com; spf=pass\r\n";
        var message = Encoding.Latin1.GetBytes($"{Field}{Field}A: b\r\n{Field} more\r\n\r\n{Field}");
        var kept = string.Concat(forged.Write(message).Select(piece => Encoding.Latin1.GetString(piece.Span)));
        Assert.Equal($"A: b\r\n\r\n{Field}", kept);
        Assert.Equal(3, forged.Count);
        Assert.True(forged.Complete().IsEmpty);
    }

    [Fact]
    public void What_goes_does_not_make_a_field_of_what_was_none()
    {
        // Without the first line, readers take the second for one of an mbox, and the third for a field.
        const string Field = "Authentication-Results: mx.example.com; spf=pass\r\n";
        Assert.Equal("From x\r\nTo: y\r\n\r\nHi", Filter($"{Field}From x\r\n{Field}To: y\r\n\r\nHi"));
    }

    [Fact]
    public void A_field_too_long_to_hold_is_judged_by_its_beginning()
    {
        var long1 = new string('x', ForgedResults.MaxHeld);
        Assert.Equal("\r\n", Filter($"Authentication-Results: mx.example.com; {long1}\r\n {long1}\r\n\r\n", 1000));
        var foreign = $"Authentication-Results: other.example; {long1}\r\n {long1}\r\n\r\n";
        Assert.Equal(foreign, Filter(foreign, 1000));
        Assert.Equal("A: b", Filter($"Authentication-Results: ({long1}) mx.example.com; spf=pass\r\nA: b", 1000));
        Assert.Equal("A: b", Filter($"Authentication-Results{new string(' ', 70_000)}: x.example\r\nA: b", 1000));
    }

    [Fact]
    public void The_rest_is_not_copied()
    {
        var forged = new ForgedResults(Ours);
        var message = Encoding.Latin1.GetBytes(
            "Authentic: 1\r\nAuthentication-Results: mx.example.com; spf=pass\r\nAuthentication-Results: a.example; x=y\r\n\r\nHi"
        );
        var pieces = forged.Write(message);
        Assert.Equal(2, pieces.Count);
        foreach (var piece in pieces)
        {
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(piece, out var segment));
            Assert.Same(message, segment.Array);
        }
    }

    public static string Filter(string message, int piece = int.MaxValue)
    {
        var encoding = message.All(c => c <= '\xFF') && !message.Contains('\u00dc') ? Encoding.Latin1 : Encoding.UTF8;
        var octets = encoding.GetBytes(message);
        var forged = new ForgedResults(Ours);
        var kept = new MemoryStream();
        for (var at = 0; at < octets.Length; )
        {
            var length = Math.Min(piece, octets.Length - at);
            foreach (var part in forged.Write(octets.AsMemory(at, length)))
                kept.Write(part.Span);
            at += length;
        }

        kept.Write(forged.Complete().Span);
        return encoding.GetString(kept.ToArray());
    }
}
