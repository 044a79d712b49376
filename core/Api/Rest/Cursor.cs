using System.Buffers.Text;
using System.Text;

namespace Cloud.Api.Rest;

/// <summary>Where a page ended, as askers see it: letters and digits that mean nothing to them.</summary>
/// <remarks>It grants nothing: whoever decodes one must see that it is within what is listed.</remarks>
static class Cursor
{
    const int MaxLength = 2048;

    public static string Encode(string place) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(place));

    /// <returns>Null where it is none.</returns>
    public static string? Decode(string text)
    {
        if (text.Length is 0 or > MaxLength || !Base64Url.IsValid(text))
            return null;
        var place = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        return place.Length == 0 || place.Any(char.IsControl) ? null : place;
    }
}
