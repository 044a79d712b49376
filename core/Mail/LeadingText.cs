using System.Buffers;
using Cloud.Mail.Headers;

namespace Cloud.Mail;

/// <summary>The first octets of a message's first text parts, as they stand in it: a preview is made of them.</summary>
sealed class LeadingText
{
    /// <summary>Text parts looked at; the ones after them are footers and forwarded mail.</summary>
    const int MaxParts = 4;

    /// <summary>Octets kept of one part: HTML may have 20 KiB of style before its first word.</summary>
    const int MaxOfPart = 32 * 1024;

    /// <summary>Octets kept of all.</summary>
    const int MaxOctets = 64 * 1024;

    const int FirstBuffer = 4 * 1024;

    readonly (BodyPart Part, int Start)[] parts = new (BodyPart, int)[MaxParts];
    byte[] buffer = [];
    int count;
    int length;
    int end; // where the part under way has to stop

    /// <summary>The only part of which something is kept; null if there are none or several.</summary>
    public BodyPart? Only => count == 1 ? parts[0].Part : null;

    public bool IsEmpty => length == 0;

    /// <param name="part">A leaf, which a multipart without boundary is as well.</param>
    /// <returns>Whether its octets are wanted.</returns>
    public bool Begin(BodyPart part)
    {
        if (count == MaxParts || length == MaxOctets || !IsShown(part))
            return false;
        parts[count++] = (part, length);
        end = Math.Min(length + MaxOfPart, MaxOctets);
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
        if (count > 0 && ReferenceEquals(parts[count - 1].Part, part))
            length = parts[--count].Start;
    }

    /// <returns>Empty for a part of which nothing was kept.</returns>
    public ReadOnlySpan<byte> Of(BodyPart part)
    {
        for (var i = 0; i < count; i++)
        {
            if (parts[i].Part.BodyStart == part.BodyStart)
                return buffer.AsSpan(parts[i].Start, (i + 1 < count ? parts[i + 1].Start : length) - parts[i].Start);
        }

        return [];
    }

    public void Release()
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        Array.Clear(parts);
        (count, length) = (0, 0);
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
