using System.Text;
using Cloud.Mail;
using Cloud.Mail.Compose;
using Cloud.Mail.Headers;

namespace Cloud.Api.Rest.Sends;

/// <summary>Reads addresses as askers write them: <c>ada@example.org</c> or <c>Ada &lt;ada@example.org&gt;</c>.</summary>
static class Addresses
{
    /// <summary>Characters of an address with its name.</summary>
    const int MaxLength = 1000;

    /// <param name="pointer">Where it stands, for the refusal.</param>
    /// <exception cref="ApiException">422: it is none, or more than one.</exception>
    public static NamedAddress Read(string text, string pointer)
    {
        if (text.Length <= MaxLength && !text.Any(char.IsControl))
        {
            if (EmailAddress.TryParse(text) is { } bare)
                return new(bare);
            if (AddressList.Parse(Encoding.UTF8.GetBytes(text)) is [{ IsMailbox: true } one])
            {
                var address = EmailAddress.TryParse(one.Spec);
                if (address is not null)
                    return new(address, one.Name.IsNilOrEmpty ? null : HeaderText.Decode(one.Name.Span));
            }
        }
        throw new ApiException(ApiProblem.Invalid(pointer, $"{Shown(text)} is no address."));
    }

    public static IReadOnlyList<NamedAddress> ReadAll(IReadOnlyList<string>? texts, string pointer) =>
        [.. (texts ?? []).Select((text, i) => Read(text, $"{pointer}/{i}"))];

    static string Shown(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
