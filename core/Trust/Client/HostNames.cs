namespace Cloud.Trust.Client;

static class HostNames
{
    /// <summary>Letters, digits, hyphens and dots, the last label not of digits alone (RFC 1123 §2.1): fit for a header.</summary>
    /// <remarks>Underscores pass: no host may have them, but names in use do.</remarks>
    public static bool IsHost(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '-' or '_'))
                return false;
        }

        var last = text[(text.LastIndexOf('.') + 1)..];
        return last.ContainsAnyExceptInRange('0', '9');
    }
}
