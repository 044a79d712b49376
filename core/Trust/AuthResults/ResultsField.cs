using System.Buffers;
using System.Globalization;
using System.Text;
using Cloud.Mail.Compose;
using Cloud.Mail.Headers;

namespace Cloud.Trust.AuthResults;

/// <summary>Writes Authentication-Results. RFC 8601 §2.2.</summary>
/// <remarks>
/// Whatever a value holds, it can neither end the field nor add to it: what is no token is quoted, controls become question
/// marks, and what is too long is cut. The field has to stand above the Received field that is added with it: a message
/// that begins with white space goes on in the field before it.
/// </remarks>
public static class ResultsField
{
    public const string Name = "Authentication-Results";

    /// <summary>Octets of a value or a reason, before they are quoted: twice that and its name are under a line's 998. Paths
    /// have 256 at most (RFC 5321 §4.5.3.1.3), names of the domain name system 255.</summary>
    public const int MaxValue = 400;

    /// <summary>RFC 2045 §5.1, token.</summary>
    static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~"
    );

    /// <summary>RFC 5322 §3.2.3, of a dot-atom.</summary>
    static readonly SearchValues<char> AtomCharacters = SearchValues.Create(
        "!#$%&'*+-/=?.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~"
    );

    static readonly SearchValues<char> KeywordCharacters = SearchValues.Create(
        "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    );

    static readonly SearchValues<char> DomainCharacters = SearchValues.Create(
        "-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    );

    /// <param name="results">By whom, and what; without any it says `none`.</param>
    /// <returns>The field, folded, its line end included; UTF-8 where a value is (RFC 6532).</returns>
    /// <exception cref="ArgumentException">A method, a result or a property is no keyword: a fault of the caller.</exception>
    public static byte[] Write(AuthenticationResults results)
    {
        var octets = new ArrayBufferWriter<byte>(1024);
        var field = new FieldWriter(octets, HeaderForm.Utf8);
        field.Begin(Name);
        field.Add($" {Value(results.Server)}");
        if (results.Version != 1)
            field.Add(string.Create(CultureInfo.InvariantCulture, $" {results.Version}"));
        if (results.Results.Count == 0)
            field.AddAfter(";", " none");
        foreach (var result in results.Results)
        {
            field.AddAfter(";", $" {Keyword(result.Method)}={Keyword(result.Result)}");
            if (result.Reason is { } reason)
                AddReason(field, reason);
            foreach (var property in result.Properties)
                field.Add($" {PropertyName(property.Name)}={Value(property.Value)}");
        }

        field.End();
        return octets.WrittenSpan.ToArray();
    }

    /// <summary>A quoted string may be folded at its spaces, one at a time.</summary>
    static void AddReason(FieldWriter field, string reason)
    {
        var words = Clean(reason).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var word in $"reason={Quote(string.Join(' ', words))}".Split(' '))
            field.Add($" {word}");
    }

    /// <summary>A token, an address, or else a quoted string.</summary>
    static string Value(string text)
    {
        var clean = Clean(text);
        if (clean.Length > 0 && !clean.AsSpan().ContainsAnyExcept(TokenCharacters))
            return clean;
        var at = clean.LastIndexOf('@');
        if (at < 0 || !IsDomain(clean.AsSpan(at + 1)))
            return Quote(clean);
        // RFC 8601 §2.2: an identity is written as an address.
        var local = clean.AsSpan(0, at);
        return local.ContainsAnyExcept(AtomCharacters) ? Quote(local) + clean[at..] : clean;
    }

    static bool IsDomain(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExcept(DomainCharacters);

    static string Quote(ReadOnlySpan<char> text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
            quoted.Append(c is '"' or '\\' ? "\\" : "").Append(c);
        return quoted.Append('"').ToString();
    }

    /// <summary>Without controls, white space at the ends and halves of characters; cut.</summary>
    static string Clean(string text)
    {
        text = text.Trim();
        if (text.Length <= MaxValue && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text; // as nearly all are
        var clean = new StringBuilder(text.Length);
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            length += rune.Utf8SequenceLength;
            if (length > MaxValue)
                break;
            clean.Append(Rune.IsControl(rune) || rune == Rune.ReplacementChar ? "?" : rune.ToString());
        }

        return clean.ToString();
    }

    static string Keyword(string text) =>
        text.Length > 0 && !text.AsSpan().ContainsAnyExcept(KeywordCharacters)
            ? text
            : throw new ArgumentException($"Not a keyword of Authentication-Results: {text}", nameof(text));

    static string PropertyName(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot < 0
            ? throw new ArgumentException($"A property without a dot: {name}", nameof(name))
            : $"{Keyword(name[..dot])}.{Keyword(name[(dot + 1)..])}";
    }
}
