using System.Collections.Frozen;

namespace Cloud.Mail;

/// <summary>Texts that almost every index holds, packed as one octet. The order is the format: only ever append.</summary>
static class PackTokens
{
    static readonly Octets[] ByNumber =
    [
        .. (
            "text plain html multipart alternative mixed related signed report application message rfc822 image audio video "
            + "charset utf-8 UTF-8 us-ascii US-ASCII iso-8859-1 ISO-8859-1 windows-1252 7bit 8bit binary quoted-printable base64 "
            + "boundary name filename attachment inline size format flowed delsp yes no octet-stream pdf png jpeg gif calendar csv "
            + "type protocol micalg text/html multipart/alternative report-type delivery-status name* filename* method REQUEST "
            + "creation-date modification-date start zip xml json pgp-signature pkcs7-signature smime-type gmail.com outlook.com"
        )
            .Split(' ')
            .Select(token => Octets.From(token)),
    ];

    static readonly FrozenDictionary<Octets, int> Numbers = Enumerable
        .Range(0, ByNumber.Length)
        .ToFrozenDictionary(number => ByNumber[number], number => number);

    static readonly int Longest = ByNumber.Max(token => token.Length);

    public static bool TryNumber(Octets text, out int number)
    {
        number = 0;
        return text.Length <= Longest && Numbers.TryGetValue(text, out number);
    }

    public static bool TryText(int number, out Octets text)
    {
        var known = (uint)number < (uint)ByNumber.Length;
        text = known ? ByNumber[number] : default;
        return known;
    }
}
