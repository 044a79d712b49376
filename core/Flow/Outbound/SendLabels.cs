using System.Text;

namespace Cloud.Flow.Outbound;

/// <summary>What an application wrote on a message of its own, to know it again: told with whatever becomes of it.</summary>
/// <remarks>No recipient sees it. It is read with each row of the message, so it is short.</remarks>
/// <param name="Key">Of the API, by which it came; empty where the operator asked.</param>
/// <param name="Tags">At most <see cref="MaxTags"/>, each as <see cref="IsTag"/> has it.</param>
/// <param name="Metadata">At most <see cref="MaxPairs"/>.</param>
public sealed record SendLabels(string Key, IReadOnlyList<string> Tags, IReadOnlyDictionary<string, string> Metadata)
{
    public const int MaxTags = 10;

    public const int MaxPairs = 20;

    /// <summary>Octets of all metadata together.</summary>
    public const int MaxOctets = 4 * 1024;

    const int MaxTag = 64;

    public bool IsSound =>
        Tags.Count <= MaxTags
        && Tags.All(IsTag)
        && Metadata.Count <= MaxPairs
        && Metadata.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value))
            <= MaxOctets;

    public static bool IsTag(string tag) =>
        tag.Length is > 0 and <= MaxTag && tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
