namespace Cloud.Listener.Hosting.Settings;

/// <summary>Where a Public Suffix List newer than the shipped one may be.</summary>
/// <param name="MayBeMissing">Nobody named it: it is there once somebody has put one there.</param>
public sealed record SuffixSource(string Path, bool MayBeMissing)
{
    /// <summary>Its name within a data directory.</summary>
    public const string FileName = "public_suffix.txt";
}
