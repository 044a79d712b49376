using System.Text;
using System.Text.Json;

namespace Cloud.Functions.Hosting;

/// <summary>Gives a queue message its octets back, whichever way the host wrapped them.</summary>
/// <remarks>
/// With <c>dataType: binary</c> the value is base64. As text it is a JSON string that holds a JSON string
/// (<c>"\"hello\""</c>), in older hosts the plain text. Our messages are JSON objects, which base64 cannot spell, so the
/// three cannot be mistaken for each other.
/// </remarks>
static class Payload
{
    /// <exception cref="JsonException">It is neither string nor object, or a string with broken quotes.</exception>
    public static byte[] Decode(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            return Encoding.UTF8.GetBytes(value.GetRawText());
        if (value.ValueKind != JsonValueKind.String)
            throw new JsonException("A queue message arrives as a string");

        var text = value.GetString()!;
        if (text is ['"', .., '"'])
        {
            using var inner = JsonDocument.Parse(text);
            text = inner.RootElement.GetString()!;
        }
        var octets = new byte[(text.Length + 3) / 4 * 3];
        return Convert.TryFromBase64String(text, octets, out var length)
            ? octets[..length]
            : Encoding.UTF8.GetBytes(text);
    }
}
