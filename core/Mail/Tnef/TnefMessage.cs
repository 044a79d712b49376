namespace Cloud.Mail.Tnef;

/// <summary>What a winmail.dat holds: application/ms-tnef, Outlook's own envelope around text and attachments.</summary>
public sealed record TnefMessage
{
    /// <summary><c>IPM.Microsoft Mail.Note</c>, <c>IPM.Schedule.Meeting.Request</c>…; null if it is not told.</summary>
    public string? MessageClass { get; init; }
    public string? Subject { get; init; }

    /// <summary>Body as plain text, cut at <see cref="TnefReader.MaxText"/>; null if there is none.</summary>
    public string? Text { get; init; }

    /// <summary>Body as HTML, cut likewise; null if there is none.</summary>
    public string? Html { get; init; }

    /// <summary>Body as compressed RTF, for <see cref="RtfDecompressor"/>; empty if there is none.</summary>
    public TnefRange Rtf { get; init; }
    public IReadOnlyList<TnefAttachment> Attachments { get; init; } = [];

    /// <summary>It ends too early, a checksum is wrong, or a limit is passed: there may be more than is told here.</summary>
    public bool IsDamaged { get; init; }
}

/// <summary>Octets of the (decoded) winmail.dat.</summary>
public readonly record struct TnefRange(int Start, int Length)
{
    public bool IsEmpty => Length == 0;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> tnef) => tnef.Slice(Start, Length);
}

/// <summary>A file inside.</summary>
/// <param name="Name">The long name where there is one; empty if it has none. The sender chose it: it may hold slashes.</param>
/// <param name="ContentType">As Outlook says it; null if it does not.</param>
/// <param name="ContentId">Without angle brackets; null if none.</param>
/// <param name="Data">Its octets.</param>
/// <param name="Kind">What the octets are.</param>
public sealed record TnefAttachment(
    string Name,
    string? ContentType,
    string? ContentId,
    TnefRange Data,
    TnefAttachmentKind Kind
);

public enum TnefAttachmentKind
{
    File,

    /// <summary>A message: its octets are TNEF again.</summary>
    Message,

    /// <summary>An object of another program, in a storage of its own.</summary>
    Object,
}
