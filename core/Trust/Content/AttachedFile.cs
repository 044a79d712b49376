using System.Buffers.Text;
using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Trust.Content;

/// <summary>A file that comes with a message.</summary>
/// <param name="Name">As the reader would save it.</param>
/// <param name="Part">Where it is.</param>
/// <param name="Start">Its first octets, decoded, where they were taken.</param>
sealed record AttachedFile(string Name, BodyPart Part, byte[] Start)
{
    /// <summary>Files looked at.</summary>
    const int Max = 100;

    /// <summary>Octets of a file that are looked at: a ZIP entry's flags are among the first 8.</summary>
    const int Signature = 16;

    /// <summary>Behind the last dot, lower case, without the dots and spaces that Windows drops.</summary>
    public string Extension => ExtensionOf(Plain);

    /// <summary>Behind the last dot but one.</summary>
    public string InnerExtension =>
        Plain.LastIndexOf('.') is > 0 and var dot ? ExtensionOf(Plain[..dot].TrimEnd()) : "";

    string Plain => Name.TrimEnd(' ', '.', '\0');

    public static IReadOnlyList<AttachedFile> In(MessageSample message)
    {
        var files = new List<AttachedFile>();
        Collect(message, message.Index.Body, files);
        return files;
    }

    static void Collect(MessageSample message, BodyPart part, List<AttachedFile> files)
    {
        if (files.Count == Max)
            return;
        if (ParameterText.FileName(part) is { Length: > 0 } name)
            files.Add(new(name, part, StartOf(message, part)));
        foreach (var child in part.Message is { } inner ? [inner.Body] : part.Parts)
            Collect(message, child, files);
    }

    static byte[] StartOf(MessageSample message, BodyPart part)
    {
        var octets = message.Octets(part.BodyStart, Math.Min(part.BodyLength, 2 * Signature));
        if (!part.Encoding.EqualsIgnoreCase("base64"u8))
            return octets[..Math.Min(octets.Length, Signature)].ToArray();
        var whole = octets[..(octets.Length / 4 * 4)];
        var start = new byte[2 * Signature];
        Base64.DecodeFromUtf8(whole, start, out _, out var written, isFinalBlock: false);
        return start[..Math.Min(written, Signature)];
    }

    static string ExtensionOf(string name) =>
        name.LastIndexOf('.') is >= 0 and var dot ? name[(dot + 1)..].ToLowerInvariant() : "";
}
