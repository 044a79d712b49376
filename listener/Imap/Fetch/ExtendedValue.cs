using System.Text;
using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Listener.Imap.Fetch;

/// <summary>Values of <c>name*</c> parameters: charset'language'text, percent-encoded (RFC 2231 §4).</summary>
static class ExtendedValue
{
    /// <summary>The value as clients get it: in UTF-8 (RFC 9051 §7.5.2), so that they need not know the sender's charset.</summary>
    /// <remarks>What is not of that form, or names no charset, stays as it was written.</remarks>
    public static Octets InUtf8(Parameter parameter)
    {
        if (parameter.Name.Span is not [.., (byte)'*'])
            return parameter.Value;
        var value = parameter.Value.Span;
        var charset = value.IndexOf((byte)'\'');
        if (charset <= 0 || !value[(charset + 1)..].Contains((byte)'\''))
            return parameter.Value;
        if (Ascii.EqualsIgnoreCase(value[..charset], "utf-8"u8) && Ascii.IsValid(value))
            return parameter.Value;

        var (text, language) = ParameterText.Decode(parameter);
        return Octets.From($"utf-8'{language}'{Uri.EscapeDataString(text)}");
    }
}
