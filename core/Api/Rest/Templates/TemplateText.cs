using System.Net;
using System.Text;

namespace Cloud.Api.Rest.Templates;

/// <summary>Text with places for variables: <c>{{name}}</c>, and in HTML <c>{{{name}}}</c> for what is HTML itself.</summary>
/// <remarks>Nothing else is understood: no conditions, no loops. What is filled in is not read again.</remarks>
static class TemplateText
{
    /// <summary>Characters of a variable's name.</summary>
    const int MaxName = 64;

    /// <summary>Names in the order of their first place.</summary>
    public static IReadOnlyList<string> VariablesOf(params IEnumerable<string?> texts)
    {
        var names = new List<string>();
        foreach (var text in texts)
            Walk(text ?? "", _ => { }, (name, _) => names.Add(name));
        return [.. names.Distinct()];
    }

    /// <summary>Characters of a text that is filled in: what a request may bring anyway (docs/api.md).</summary>
    const int MaxFilled = 16 * 1024 * 1024;

    /// <exception cref="ApiException">422: it becomes longer than that.</exception>
    /// <param name="variables">Those that lack are the caller's to look for before.</param>
    /// <param name="isHtml">Values are escaped.</param>
    public static string Fill(string text, IReadOnlyDictionary<string, string> variables, bool isHtml)
    {
        var filled = new StringBuilder(text.Length);
        Walk(
            text,
            literal => Append(filled, literal),
            (name, isRaw) =>
            {
                var value = variables.GetValueOrDefault(name, "");
                Append(filled, isHtml && !isRaw ? WebUtility.HtmlEncode(value) : value);
            }
        );
        return filled.ToString();
    }

    static void Append(StringBuilder filled, string piece)
    {
        if (filled.Length + piece.Length > MaxFilled)
            throw new ApiException(
                ApiProblem.Invalid("#/variables", $"The template becomes over {MaxFilled} characters with them.")
            );
        filled.Append(piece);
    }

    static void Walk(string text, Action<string> literal, Action<string, bool> variable)
    {
        var from = 0;
        while (text.IndexOf("{{", from, StringComparison.Ordinal) is var open && open >= 0)
        {
            var isRaw = open + 2 < text.Length && text[open + 2] == '{';
            var (start, end) = (open + (isRaw ? 3 : 2), isRaw ? "}}}" : "}}");
            var close = text.IndexOf(end, start, StringComparison.Ordinal);
            var name = close < 0 ? "" : text[start..close].Trim();
            if (!IsName(name))
            {
                literal(text[from..(open + 2)]);
                from = open + 2;
                continue;
            }
            literal(text[from..open]);
            variable(name, isRaw);
            from = close + end.Length;
        }
        literal(text[from..]);
    }

    static bool IsName(string name) =>
        name.Length is > 0 and <= MaxName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
}
