namespace Cloud.Trust.Spf;

/// <summary>A piece of a macro-string: a text, or a letter whose value stands in its place. RFC 7208 §7.1.</summary>
/// <param name="Literal">The text; null for a letter.</param>
/// <param name="Letter">In lower case.</param>
/// <param name="Parts">How many right-hand parts are taken; 0 for all.</param>
/// <param name="IsReversed">Whether the parts are turned round before.</param>
/// <param name="Delimiters">What parts the value; empty for the dot.</param>
/// <param name="IsEscaped">The letter was upper case: all but unreserved characters are percent-encoded.</param>
readonly record struct Macro(
    string? Literal,
    char Letter = '\0',
    int Parts = 0,
    bool IsReversed = false,
    string Delimiters = "",
    bool IsEscaped = false
)
{
    /// <summary>The value as the transformers want it. RFC 7208 §7.3.</summary>
    public string Transform(string value)
    {
        if (Parts > 0 || IsReversed || Delimiters.Length > 0)
        {
            var parts = value.Split(Delimiters.Length > 0 ? Delimiters.ToCharArray() : ['.']);
            if (IsReversed)
                Array.Reverse(parts);
            value = string.Join('.', Parts > 0 && Parts < parts.Length ? parts[^Parts..] : parts);
        }

        return IsEscaped ? Uri.EscapeDataString(value) : value;
    }
}
