using System.Globalization;
using System.Text;

namespace Cloud.Wire.Smtp;

[Flags]
public enum SmtpExtensions
{
    None = 0,

    /// <summary>RFC 2920.</summary>
    Pipelining = 1 << 0,

    /// <summary>BDAT, RFC 3030.</summary>
    Chunking = 1 << 1,

    /// <summary>RFC 3030 §3.</summary>
    BinaryMime = 1 << 2,

    /// <summary>RFC 6152.</summary>
    EightBitMime = 1 << 3,

    /// <summary>RFC 6531.</summary>
    SmtpUtf8 = 1 << 4,

    /// <summary>RFC 3461.</summary>
    Dsn = 1 << 5,

    /// <summary>RFC 3207.</summary>
    StartTls = 1 << 6,

    /// <summary>RFC 8689.</summary>
    RequireTls = 1 << 7,

    /// <summary>RFC 1870.</summary>
    Size = 1 << 8,

    /// <summary>RFC 2852.</summary>
    DeliverBy = 1 << 9,

    /// <summary>RFC 6710.</summary>
    Priority = 1 << 10,

    /// <summary>RFC 2034.</summary>
    EnhancedStatusCodes = 1 << 11,
}

/// <summary>Mechanisms of AUTH that are known here.</summary>
[Flags]
public enum SmtpMechanisms
{
    None = 0,
    Plain = 1 << 0,
    Login = 1 << 1,
    XOAuth2 = 1 << 2,
}

/// <summary>What a server told in its answer to EHLO. RFC 5321 §4.1.1.1.</summary>
public sealed record SmtpCapabilities
{
    /// <summary>Of a server that knows only HELO.</summary>
    public static readonly SmtpCapabilities None = new();

    public SmtpExtensions Extensions { get; init; }

    public SmtpMechanisms Mechanisms { get; init; }

    /// <summary>Octets of the largest message taken (RFC 1870 §4); null: not told.</summary>
    public long? MaxSize { get; init; }

    /// <summary>Least seconds for DELIVERBY with return (RFC 2852 §2); 0: not told.</summary>
    public long MinDeliverBy { get; init; }

    /// <summary>Recipients of a transaction (LIMITS RCPTMAX, RFC 9422 §4.2); null: not told.</summary>
    public int? MaxRecipients { get; init; }

    /// <summary>Messages on a connection (LIMITS MAILMAX, RFC 9422 §4.1); null: not told.</summary>
    public int? MaxMessages { get; init; }

    public bool Has(SmtpExtensions extension) => (Extensions & extension) == extension;

    /// <summary>Whether a message of such octets may come as it is.</summary>
    public bool Takes(SmtpBody body) =>
        body switch
        {
            SmtpBody.SevenBit => true,
            SmtpBody.EightBit => Has(SmtpExtensions.EightBitMime),
            _ => Has(SmtpExtensions.BinaryMime | SmtpExtensions.Chunking),
        };

    /// <summary>Reads the lines of a reply; what is unknown or malformed is passed over.</summary>
    /// <param name="text">Without codes, lines parted by a line feed; the first is the server's greeting.</param>
    internal static SmtpCapabilities Parse(ReadOnlySpan<byte> text)
    {
        var all = None;
        var isGreeting = true;
        foreach (var range in text.Split((byte)'\n'))
        {
            if (!isGreeting)
                all = all.With(text[range].Trim((byte)' '));
            isGreeting = false;
        }

        return all;
    }

    SmtpCapabilities With(ReadOnlySpan<byte> line)
    {
        // Old servers, and new ones for old clients, write AUTH=PLAIN.
        var end = line.IndexOfAny((byte)' ', (byte)'=');
        var keyword = end < 0 ? line : line[..end];
        var value = end < 0 ? default : line[(end + 1)..];
        if (Ascii.EqualsIgnoreCase(keyword, "AUTH"u8))
            return this with { Mechanisms = Mechanisms | MechanismsIn(value) };
        if (Ascii.EqualsIgnoreCase(keyword, "LIMITS"u8))
            return WithLimits(value);
        var extension = ExtensionOf(keyword);
        var more = extension == SmtpExtensions.None ? this : this with { Extensions = Extensions | extension };
        return extension switch
        {
            SmtpExtensions.Size when Number(value) is > 0 and var size => more with { MaxSize = size },
            SmtpExtensions.DeliverBy when Number(value) is { } seconds => more with { MinDeliverBy = seconds },
            _ => more,
        };
    }

    SmtpCapabilities WithLimits(ReadOnlySpan<byte> value)
    {
        var all = this;
        foreach (var range in value.Split((byte)' '))
        {
            var item = value[range];
            if (item.StartsWith("RCPTMAX="u8) && Number(item[8..]) is > 0 and <= int.MaxValue and var recipients)
                all = all with { MaxRecipients = (int)recipients };
            else if (item.StartsWith("MAILMAX="u8) && Number(item[8..]) is > 0 and <= int.MaxValue and var messages)
                all = all with { MaxMessages = (int)messages };
        }

        return all;
    }

    static SmtpMechanisms MechanismsIn(ReadOnlySpan<byte> value)
    {
        var all = SmtpMechanisms.None;
        foreach (var range in value.Split((byte)' '))
        {
            all |= value[range] switch
            {
                var name when Ascii.EqualsIgnoreCase(name, "PLAIN"u8) => SmtpMechanisms.Plain,
                var name when Ascii.EqualsIgnoreCase(name, "LOGIN"u8) => SmtpMechanisms.Login,
                var name when Ascii.EqualsIgnoreCase(name, "XOAUTH2"u8) => SmtpMechanisms.XOAuth2,
                _ => SmtpMechanisms.None,
            };
        }

        return all;
    }

    static SmtpExtensions ExtensionOf(ReadOnlySpan<byte> keyword)
    {
        Span<char> upper = stackalloc char[20];
        if (
            keyword.Length > upper.Length
            || Ascii.ToUpper(keyword, upper, out var length) != System.Buffers.OperationStatus.Done
        )
            return SmtpExtensions.None;
        return upper[..length] switch
        {
            "PIPELINING" => SmtpExtensions.Pipelining,
            "CHUNKING" => SmtpExtensions.Chunking,
            "BINARYMIME" => SmtpExtensions.BinaryMime,
            "8BITMIME" => SmtpExtensions.EightBitMime,
            "SMTPUTF8" => SmtpExtensions.SmtpUtf8,
            "DSN" => SmtpExtensions.Dsn,
            "STARTTLS" => SmtpExtensions.StartTls,
            "REQUIRETLS" => SmtpExtensions.RequireTls,
            "SIZE" => SmtpExtensions.Size,
            "DELIVERBY" => SmtpExtensions.DeliverBy,
            "MT-PRIORITY" => SmtpExtensions.Priority,
            "ENHANCEDSTATUSCODES" => SmtpExtensions.EnhancedStatusCodes,
            _ => SmtpExtensions.None,
        };
    }

    static long? Number(ReadOnlySpan<byte> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
