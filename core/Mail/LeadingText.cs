using System.Buffers;
using Cloud.Mail.Headers;

namespace Cloud.Mail;

/// <summary>The first octets of a message's first text parts, as they stand in it.</summary>
/// <param name="isWanted">Whether a part is looked at.</param>
/// <param name="maxParts">Parts looked at.</param>
/// <param name="maxOfPart">Octets kept of one part.</param>
/// <param name="maxOctets">Octets kept of all.</param>
sealed class LeadingText(Func<BodyPart, bool> isWanted, int maxParts, int maxOfPart, int maxOctets)
{
    /// <summary>Parts that a preview is made of; the ones after them are footers and forwarded mail.</summary>
    const int ShownParts = 4;

    /// <summary>Octets that a preview is made of: HTML may have 20 KiB of style before its first word.</summary>
    const int ShownOfPart = 32 * 1024;

    const int FirstBuffer = 4 * 1024;

    readonly List<(BodyPart Part, int Start)> parts = new(ShownParts);
    byte[] buffer = [];
    int length;
    int end; // where the part under way has to stop

    /// <summary>The only part of which something is kept; null if there are none or several.</summary>
    public BodyPart? Only => parts is [var only] ? only.Part : null;

    /// <summary>Parts of which something may be kept, in their order.</summary>
    public int Count => parts.Count;

    public bool IsEmpty => length == 0;

    public static LeadingText ForPreview() => new(IsShown, ShownParts, ShownOfPart, 2 * ShownOfPart);

    /// <param name="part">A leaf, which a multipart without boundary is as well.</param>
    /// <returns>Whether its octets are wanted.</returns>
    public bool Begin(BodyPart part)
    {
        if (parts.Count == maxParts || length == maxOctets || !isWanted(part))
            return false;
        parts.Add((part, length));
        end = Math.Min(length + maxOfPart, maxOctets);
        return true;
    }

    /// <returns>Whether more is wanted.</returns>
    public bool Write(ReadOnlySpan<byte> octets)
    {
        if (octets.Length > end - length)
            octets = octets[..(end - length)];
        if (octets.Length > buffer.Length - length)
            Grow(length + octets.Length);
        octets.CopyTo(buffer.AsSpan(length));
        length += octets.Length;
        return length < end;
    }

    /// <summary>Forgets the part begun last, if it is this one.</summary>
    public void Discard(BodyPart part)
    {
        if (parts.Count == 0 || !ReferenceEquals(parts[^1].Part, part))
            return;
        length = parts[^1].Start;
        parts.RemoveAt(parts.Count - 1);
    }

    /// <summary>What was kept of the part that is <paramref name="at"/> in their order, and where its body begins.</summary>
    public ReadOnlySpan<byte> At(int at, out long bodyStart)
    {
        bodyStart = parts[at].Part.BodyStart;
        return buffer.AsSpan(parts[at].Start, (at + 1 < parts.Count ? parts[at + 1].Start : length) - parts[at].Start);
    }

    /// <returns>Empty for a part of which nothing was kept.</returns>
    public ReadOnlySpan<byte> Of(BodyPart part)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            if (At(i, out var bodyStart) is var octets && bodyStart == part.BodyStart)
                return octets;
        }

        return [];
    }

    public void Release()
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        parts.Clear();
        length = 0;
    }

    static bool IsShown(BodyPart part) =>
        !part.IsAttachment && (part.Is("text"u8, "plain"u8) || part.Is("text"u8, "html"u8) || part.IsMultipart);

    void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(size, Math.Max(FirstBuffer, buffer.Length * 2)));
        buffer.AsSpan(0, length).CopyTo(larger);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
