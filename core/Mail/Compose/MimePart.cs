using System.Collections.Immutable;

namespace Cloud.Mail.Compose;

/// <summary>A part to write: text, data, a message, or parts together. RFC 2045, RFC 2046.</summary>
public abstract record MimePart
{
    /// <summary>Without angle brackets.</summary>
    public string? ContentId { get; init; }
    public string? Description { get; init; }

    /// <summary><c>inline</c> or <c>attachment</c> (RFC 2183); null for none, unless there is a file name.</summary>
    public string? Disposition { get; init; }

    /// <summary>At most <see cref="ContentFields.MaxFileName"/> characters.</summary>
    public string? FileName { get; init; }

    /// <summary>Language tags, RFC 3282.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>A URI, RFC 2557 §4.</summary>
    public string? Location { get; init; }

    /// <summary>Of Content-Type. What the composer writes itself is left out here.</summary>
    /// <remarks>That is name beside a file name; boundary and charset, but in a <see cref="DataPart"/>.</remarks>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; } = [];

    /// <summary>Further fields; none that has a property here.</summary>
    public IReadOnlyList<OutgoingField> Fields { get; init; } = [];
}

/// <summary>Text, written in UTF-8 or, where that is enough, ASCII. Its line ends become CRLF.</summary>
public sealed record TextPart(string Text, string Subtype = "plain") : MimePart;

/// <summary>Octets of any type, which come back as they are.</summary>
/// <remarks>
/// A message/rfc822 is treated as <see cref="MessagePart"/> is; other messages are encoded only where they must be. A
/// multipart is refused: give <see cref="Multipart"/> its parts.
/// </remarks>
/// <param name="Content">The octets, decoded.</param>
/// <param name="Type">Media type without parameters: <c>application/pdf</c>.</param>
public sealed record DataPart(OctetSource Content, string Type = "application/octet-stream") : MimePart
{
    /// <summary>Lines of text, which stay readable in the source where they can; else base64.</summary>
    public bool IsText { get; init; }
}

/// <summary>A message inside the message, its bytes untouched. RFC 2046 §5.2.1.</summary>
/// <remarks>
/// One that its transport could not carry unchanged (octets beyond ASCII without 8BITMIME, lines that are too long or
/// end in LF alone), and that must not be encoded either, is attached as a file: application/octet-stream,
/// <c>message.eml</c>. Whoever opens it has the message to the byte, signatures included, which no conversion of its
/// parts would leave.
/// </remarks>
public sealed record MessagePart(OctetSource Content) : MimePart
{
    /// <summary>It has UTF-8 headers: message/global (RFC 6532 §3.7), which may be encoded.</summary>
    public bool IsGlobal { get; init; }
}

/// <summary>Parts together: alternative, related, mixed, report…; at least one.</summary>
public sealed record Multipart(string Subtype, ImmutableArray<MimePart> Parts) : MimePart;
