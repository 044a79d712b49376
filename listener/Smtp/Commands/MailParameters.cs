using System.Globalization;
using System.Text;
using Cloud.Flow.Outbound;
using Cloud.Mail.Encodings;

namespace Cloud.Listener.Smtp.Commands;

/// <summary>What stands behind MAIL's path (RFC 5321 §4.1.2).</summary>
sealed record MailParameters
{
    static readonly string[] Times =
    [
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", // RFC 3339 §5.6 lets seconds have a fraction
    ];

    /// <summary>SIZE, octets; 0 when not given.</summary>
    public long Size { get; init; }

    /// <summary>AUTH= was given (RFC 4954 §5). No peer here is trusted to speak for others: it is not used.</summary>
    public bool HasAuth { get; init; }

    /// <summary>One was given that only submission offers.</summary>
    public bool IsForSubmission { get; init; }

    public SendOptions Options { get; init; } = SendOptions.None;

    public TimeSpan? HoldFor { get; init; }

    public DateTimeOffset? HoldUntil { get; init; }

    /// <summary>DELIVERBY's time, from MAIL on; null when not given.</summary>
    TimeSpan? By { get; init; }

    /// <summary>DELIVERBY's letters in upper case.</summary>
    string ByMode { get; init; } = "";

    /// <exception cref="ProtocolException">One is not known, or not what it can be.</exception>
    public static MailParameters Read(IReadOnlyDictionary<string, string> given)
    {
        var read = new MailParameters();
        foreach (var (name, value) in given)
            read = read.With(name.ToUpperInvariant(), value);
        // RFC 4865: the one or the other.
        return read is { HoldFor: not null, HoldUntil: not null }
            ? throw new ProtocolException(Replies.BadParameter)
            : read;
    }

    /// <param name="now">When MAIL came: deadlines count from here.</param>
    public SendOptions OptionsAt(DateTimeOffset now) =>
        By is { } by ? Options with { DeliverBy = new(now + by, ByMode[0] == 'R', ByMode.EndsWith('T')) } : Options;

    MailParameters With(string name, string value) =>
        name switch
        {
            "SIZE" => this with { Size = Octets(value) }, // RFC 1870 §3
            "BODY" => this with { Options = Options with { Body = Body(value) } },
            "SMTPUTF8" => this with { Options = Options with { SmtpUtf8 = Flag(value) } }, // RFC 6531 §3.4
            "RET" => this with { Options = Options with { Ret = Ret(value) } },
            "ENVID" => this with { Options = Options with { EnvelopeId = EnvelopeId(value) } },
            "AUTH" => this with { HasAuth = Auth(value) },
            "HOLDFOR" => this with { HoldFor = TimeSpan.FromSeconds(Seconds(value)), IsForSubmission = true },
            "HOLDUNTIL" => this with { HoldUntil = Time(value), IsForSubmission = true },
            "BY" => DeliverBy(value) with { IsForSubmission = true },
            "MT-PRIORITY" => this with
            {
                Options = Options with { Priority = Priority(value) },
                IsForSubmission = true,
            },
            "REQUIRETLS" => this with
            {
                Options = Options with { RequireTls = Flag(value) }, // RFC 8689 §2
                IsForSubmission = true,
            },
            _ => throw new ProtocolException(Replies.UnknownParameter),
        };

    /// <summary>A keyword without a value.</summary>
    static bool Flag(string value) => Expect(value.Length == 0);

    static long Octets(string value) =>
        SmtpReader.TrySize(Encoding.UTF8.GetBytes(value)) ?? throw new ProtocolException(Replies.BadParameter);

    /// <summary>RFC 6152 §2, RFC 3030 §3.</summary>
    static BodyType Body(string value) =>
        value.ToUpperInvariant() switch
        {
            "7BIT" => BodyType.SevenBit,
            "8BITMIME" => BodyType.EightBit,
            "BINARYMIME" => BodyType.Binary,
            _ => throw new ProtocolException(Replies.BadParameter),
        };

    /// <summary>RFC 3461 §4.3.</summary>
    static string Ret(string value)
    {
        var ret = value.ToUpperInvariant();
        Expect(ret is "FULL" or "HDRS");
        return ret;
    }

    /// <summary>RFC 3461 §4.4.</summary>
    static string EnvelopeId(string value) =>
        value.Length is > 0 and <= SmtpLimits.EnvelopeId
        && Xtext.TryDecode(Encoding.UTF8.GetBytes(value)) is { } decoded
        && Ascii.IsValid(decoded)
            ? decoded
            : throw new ProtocolException(Replies.BadParameter);

    static bool Auth(string value) =>
        Expect(value == "<>" || Xtext.TryDecode(Encoding.UTF8.GetBytes(value)) is { Length: > 0 });

    /// <summary>HOLDFOR (RFC 4865): one second at least.</summary>
    static int Seconds(string value)
    {
        Expect(value.Length is > 0 and <= SmtpLimits.SecondsDigits && value.All(char.IsAsciiDigit));
        var seconds = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);
        Expect(seconds > 0);
        return seconds;
    }

    /// <summary>HOLDUNTIL (RFC 4865): a time of RFC 3339 with its zone.</summary>
    static DateTimeOffset Time(string value)
    {
        // Without a zone it would be whichever this machine has.
        var hasZone = value.EndsWith('Z') || (value.Length > 6 && value[^6] is '+' or '-');
        var isTime = DateTimeOffset.TryParseExact(
            value,
            Times,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal,
            out var time
        );
        Expect(hasZone && isTime);
        return time;
    }

    /// <summary><c>["-"] 1*9DIGIT ";" ("R" / "N") ["T"]</c> (RFC 2852 §4). What comes back if it is late has to have a time left.</summary>
    MailParameters DeliverBy(string value)
    {
        var parts = value.ToUpperInvariant().Split(';');
        Expect(parts is [_, "R" or "N" or "RT" or "NT"]);
        var digits = parts[0].TrimStart('-', '+');
        Expect(digits.Length is > 0 and <= SmtpLimits.SecondsDigits && digits.All(char.IsAsciiDigit));
        Expect(parts[0].Length - digits.Length <= 1);
        var seconds = int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        if (parts[0][0] == '-')
            seconds = -seconds;
        Expect(seconds > 0 || parts[1][0] == 'N');
        return this with { By = TimeSpan.FromSeconds(seconds), ByMode = parts[1] };
    }

    /// <summary>−9 to 9 (RFC 6710 §3), no leading zeros.</summary>
    static int Priority(string value)
    {
        Expect(value is [>= '0' and <= '9'] or ['-', >= '1' and <= '9']);
        return int.Parse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    }

    static bool Expect(bool held) => held ? true : throw new ProtocolException(Replies.BadParameter);
}
