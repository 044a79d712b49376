using Cloud.Mail.Bodies;

namespace Cloud.Mail;

/// <summary>Sees the body of each leaf go by: its size when decoded, its first words, its text.</summary>
/// <remarks>
/// A line end is held back until it shows whether a delimiter follows, to which it would belong (RFC 2046 §5.1.1).
/// </remarks>
sealed class BodyTap
{
    readonly DecodedCounter counter = new();
    readonly byte[] held = new byte[2];
    int heldLength;
    bool counts;
    bool keeps;
    bool searches;

    public LeadingText Leading { get; } = LeadingText.ForPreview();

    /// <summary>Gets the text to search; null where nobody wants it.</summary>
    public SearchableText? Text { get; set; }

    /// <summary>A body is under way that somebody wants to see.</summary>
    public bool IsOpen => counts || keeps || searches;

    public void Begin(BodyPart part)
    {
        heldLength = 0;
        counts = counter.Begin(part.Encoding);
        keeps = Leading.Begin(part);
        searches = Text is not null && Text.Bodies.Begin(part);
    }

    /// <param name="octets">Octets of the body, those of a matched delimiter left out.</param>
    public void Write(ReadOnlySpan<byte> octets)
    {
        if (octets.SequenceEqual("\n"u8) && heldLength == 1 && held[0] == '\r')
        {
            held[heldLength++] = (byte)'\n';
            return;
        }

        var lineEnd =
            octets.EndsWith("\r\n"u8) ? 2
            : octets is [.., (byte)'\r' or (byte)'\n'] ? 1
            : 0;
        if (heldLength > 0)
            Pass(held.AsSpan(0, heldLength));
        Pass(octets[..^lineEnd]);
        octets[^lineEnd..].CopyTo(held);
        heldLength = lineEnd;
    }

    /// <summary>A delimiter follows: the line end before it is not the body's.</summary>
    public void DropLineEnd()
    {
        if (heldLength > 0 && held[heldLength - 1] == '\n')
            heldLength = 0;
    }

    /// <summary>Some octets of the body could not be looked at.</summary>
    public void Lose() => counts = keeps = searches = false;

    /// <summary>What went by since <see cref="Begin"/> is nobody's text.</summary>
    public void Discard(BodyPart part)
    {
        Lose();
        Leading.Discard(part);
        Text?.Bodies.Discard(part);
    }

    public void End(BodyPart part)
    {
        if (IsOpen && heldLength > 0)
            Pass(held.AsSpan(0, heldLength));
        if (counts)
            part.Decoded = counter.Complete();
        Lose();
    }

    /// <summary>As new, for another message.</summary>
    public void Reset()
    {
        Lose();
        heldLength = 0;
        Leading.Release();
        Text = null;
    }

    void Pass(ReadOnlySpan<byte> octets)
    {
        if (counts)
            counter.Write(octets);
        if (keeps)
            keeps = Leading.Write(octets);
        if (searches)
            searches = Text!.Bodies.Write(octets);
    }
}
