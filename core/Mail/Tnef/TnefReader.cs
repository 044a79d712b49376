namespace Cloud.Mail.Tnef;

/// <summary>Reads winmail.dat: [MS-OXTNEF]. Never throws, however bad the bytes; time and memory are linear in them.</summary>
public static class TnefReader
{
    /// <summary>Octets of a body that are decoded: a long letter has a hundredth.</summary>
    public const int MaxText = 1024 * 1024;

    /// <summary>Attachments listed.</summary>
    public const int MaxAttachments = 1_000;

    const uint Signature = 0x223E9F78;
    const int OfAttachment = 2;

    /// <summary>Whether a part is one, by its type or by the name that gave it its own.</summary>
    public static bool IsTnef(BodyPart part) =>
        part.Is("application"u8, "ms-tnef"u8)
        || part.Is("application"u8, "vnd.ms-tnef"u8)
        || string.Equals(Headers.ParameterText.FileName(part), "winmail.dat", StringComparison.OrdinalIgnoreCase);

    /// <param name="tnef">The part's octets, decoded.</param>
    /// <returns>Null if it is no TNEF at all.</returns>
    public static TnefMessage? Read(ReadOnlySpan<byte> tnef)
    {
        var cursor = new TnefCursor(tnef, 0, tnef.Length);
        if (!cursor.Long(out var signature) || signature != Signature)
            return null;
        var builder = new TnefBuilder();
        if (!cursor.Word(out _)) // a key for references between files
            return builder.ToMessage(isDamaged: true);
        while (cursor.Left > 0)
        {
            if (!Attribute(ref cursor, builder))
                return builder.ToMessage(isDamaged: true);
        }

        return builder.ToMessage(isDamaged: false);
    }

    static bool Attribute(ref TnefCursor cursor, TnefBuilder builder)
    {
        if (!cursor.Octet(out var level) || !cursor.Long(out var id) || !cursor.Long(out var length))
            return false;
        if (!cursor.Take(length, out var value))
            return false;
        if (!cursor.Word(out var checksum) || checksum != Sum(value.Of(cursor.Bytes)))
            builder.HasFault = true; // the rest may be sound all the same
        if (level == OfAttachment)
            builder.AddToAttachment((int)(id & 0xFFFF), value, cursor.Bytes);
        else
            builder.AddToMessage((int)(id & 0xFFFF), value, cursor.Bytes);
        return true;
    }

    static int Sum(ReadOnlySpan<byte> octets)
    {
        uint sum = 0;
        foreach (var octet in octets)
            sum += octet;
        return (int)(sum & 0xFFFF);
    }
}
