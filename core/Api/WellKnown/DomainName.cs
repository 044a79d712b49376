using System.Globalization;
using Cloud.Mail;

namespace Cloud.Api.WellKnown;

public static class DomainName
{
    /// <summary>A domain name in the letters that DNS and certificates know: A-labels, lower case (RFC 5891 §4.4).</summary>
    /// <returns>Null when it is no domain name; an address literal is none.</returns>
    public static string? ToAscii(string name)
    {
        if (!EmailAddress.IsDomain(name) || name[0] == '[')
            return null;
        try
        {
            return new IdnMapping().GetAscii(name).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
