using System.Buffers;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Encodings;

namespace Cloud.Wire.Smtp;

/// <summary>A message's envelope as one server can take it: whether it can, and the lines of MAIL and RCPT.</summary>
sealed class Envelope
{
    /// <summary>Octets of ENVID's value (RFC 3461 §4.4).</summary>
    const int MaxEnvelopeId = 100;

    /// <summary>Octets of ORCPT's value (RFC 3461 §4.2).</summary>
    const int MaxOriginal = 500;

    /// <summary>What ends a path or a parameter; and what no line may have.</summary>
    static readonly SearchValues<char> Unwritable = SearchValues.Create([
        .. Enumerable.Range(0, 32).Append(127).Select(c => (char)c),
    ]);

    readonly SmtpMessage message;
    readonly SmtpCapabilities capabilities;
    readonly bool isUtf8;

    /// <summary>Octets of what is to be sent; 0: unknown.</summary>
    readonly long size;

    public Envelope(SmtpMessage message, SmtpCapabilities capabilities, SmtpTlsFacts? tls)
    {
        (this.message, this.capabilities) = (message, capabilities);
        var fits = capabilities.Takes(message.Body);
        Body = fits ? message.Body : SmtpBody.SevenBit;
        Open = fits ? message.Open : message.OpenSevenBit;
        size = fits ? message.Size : message.SevenBitSize;
        isUtf8 =
            capabilities.Has(SmtpExtensions.SmtpUtf8)
            && (message.SmtpUtf8 || NeedsUtf8(message.From) || message.Recipients.Any(to => NeedsUtf8(to.Address)));
        Unfit = Check(tls);
    }

    /// <summary>Why the server cannot take the message; null when it can.</summary>
    public SmtpFailure? Unfit { get; }

    /// <summary>After a conversion that the server needs.</summary>
    public SmtpBody Body { get; }

    /// <summary>Opens what is to be sent; null when there is nothing that fits the server.</summary>
    public Func<CancellationToken, ValueTask<Stream>>? Open { get; }

    /// <summary>Why the server cannot be told of a recipient; null when it can.</summary>
    public SmtpFailure? UnfitOf(SmtpRecipient recipient)
    {
        if (Path(recipient.Address) is not { } path)
            return Wrong(SmtpFault.Unwritable, "5.1.3", "the address cannot be written");
        if (!isUtf8 && !Ascii.IsValid(path))
            return Wrong(
                SmtpFault.NotSupported,
                "5.6.7",
                "the address needs SMTPUTF8, which the server does not offer"
            );
        if (recipient.Notify is { } notify && !IsNotify(notify))
            return Wrong(SmtpFault.Unwritable, "5.5.4", "NOTIFY cannot be written");
        if (recipient.OriginalRecipient is { } original && Original(original) is not { Length: <= MaxOriginal })
            return Wrong(SmtpFault.Unwritable, "5.5.4", "ORCPT cannot be written");
        return null;
    }

    /// <summary>The line, without its end. RFC 5321 §4.1.1.2.</summary>
    public void WriteMail(SmtpChannel channel)
    {
        channel.Write("MAIL FROM:<"u8);
        channel.Write(message.From is null ? "" : Path(message.From)!);
        channel.Write(">"u8);
        if (size > 0 && capabilities.Has(SmtpExtensions.Size))
        {
            channel.Write(" SIZE="u8);
            channel.Write(size);
        }

        if (Body != SmtpBody.SevenBit)
            channel.Write(Body == SmtpBody.EightBit ? " BODY=8BITMIME"u8 : " BODY=BINARYMIME"u8);
        if (isUtf8)
            channel.Write(" SMTPUTF8"u8);
        if (message.RequireTls)
            channel.Write(" REQUIRETLS"u8);
        if (capabilities.Has(SmtpExtensions.Dsn))
        {
            if (message.Return is { } content)
                channel.Write($" RET={content}");
            if (message.EnvelopeId is { } id)
                channel.Write($" ENVID={Xtext.Encode(id)}");
        }

        if (message.DeliverBy is { } by && capabilities.Has(SmtpExtensions.DeliverBy))
            channel.Write($" BY={by.Seconds};{(by.Return ? 'R' : 'N')}{(by.Trace ? "T" : "")}"); // RFC 2852 §4
        if (message.Priority is { } priority && capabilities.Has(SmtpExtensions.Priority))
            channel.Write($" MT-PRIORITY={priority}"); // RFC 6710 §3
    }

    /// <summary>The line, without its end. RFC 5321 §4.1.1.3.</summary>
    public void WriteRecipient(SmtpChannel channel, SmtpRecipient recipient)
    {
        channel.Write("RCPT TO:<"u8);
        channel.Write(Path(recipient.Address)!);
        channel.Write(">"u8);
        if (capabilities.Has(SmtpExtensions.Dsn))
        {
            if (recipient.Notify is { } notify)
                channel.Write($" NOTIFY={notify}");
            if (recipient.OriginalRecipient is { } original)
                channel.Write($" ORCPT={Original(original)}");
        }
    }

    SmtpFailure? Check(SmtpTlsFacts? tls)
    {
        if (size > capabilities.MaxSize)
            return Wrong(
                SmtpFault.TooLarge,
                "5.3.4",
                $"{size} octets{(Body == message.Body ? "" : " in 7 bit")}, and the server takes {capabilities.MaxSize}"
            );
        if (message.From is { } from && Path(from) is null)
            return Wrong(SmtpFault.Unwritable, "5.1.7", "the sender's address cannot be written");
        if (!isUtf8 && (message.SmtpUtf8 || message.From is { } sender && !Ascii.IsValid(Path(sender))))
            return Wrong(
                SmtpFault.NotSupported,
                "5.6.7",
                "the message needs SMTPUTF8, which the server does not offer"
            );
        if (Open is null)
            return Unconvertible();
        // RFC 8689 §4.2.1: both at once, or the message does not go.
        if (
            message.RequireTls && (tls is not { IsAuthenticated: true } || !capabilities.Has(SmtpExtensions.RequireTls))
        )
            return Wrong(SmtpFault.NotSupported, "5.7.30", "REQUIRETLS is demanded, and cannot be had here");
        return CheckDeadline() ?? CheckParameters();
    }

    SmtpFailure Unconvertible()
    {
        var server = $"the server does not take {Name(message.Body)} messages";
        return message.NoSevenBit is { } why
            ? Wrong(SmtpFault.NotSupported, why.Status, $"{server}, and {why.Reason}")
            : Wrong(SmtpFault.NotSupported, "5.6.3", server);
    }

    /// <summary>RFC 2852 §4: what has to come back when it is late goes only to who can send it back.</summary>
    SmtpFailure? CheckDeadline()
    {
        if (message.DeliverBy is not { Return: true } by)
            return null;
        if (!capabilities.Has(SmtpExtensions.DeliverBy))
            return Wrong(SmtpFault.NotSupported, "5.3.3", "the server offers no DELIVERBY");
        return by.Seconds <= 0 || by.Seconds < capabilities.MinDeliverBy
            ? Wrong(
                SmtpFault.NotSupported,
                "5.4.7",
                $"{by.Seconds} s are left, and the server needs {capabilities.MinDeliverBy}"
            )
            : null;
    }

    SmtpFailure? CheckParameters()
    {
        var isSound =
            message.Return is null or "FULL" or "HDRS"
            && (
                message.EnvelopeId is not { } id
                || Ascii.IsValid(id) && id.Length > 0 && Xtext.Encode(id).Length <= MaxEnvelopeId
            )
            && message.Priority is null or (>= -9 and <= 9);
        return isSound ? null : Wrong(SmtpFault.Unwritable, "5.5.4", "a parameter cannot be written");
    }

    /// <summary>Null when it cannot be written. Without SMTPUTF8 the domain goes in A-labels (RFC 5891 §4.4).</summary>
    string? Path(EmailAddress address)
    {
        var written =
            isUtf8 || Ascii.IsValid(address.Domain)
                ? address
                : address with
                {
                    Domain = EmailAddress.CanonicalDomain(address.Domain),
                };
        var path = written.ToString();
        return path.AsSpan().ContainsAny(Unwritable) || written.Domain.AsSpan().ContainsAny("<> ") ? null : path;
    }

    static bool NeedsUtf8(EmailAddress? address) => address is not null && !Ascii.IsValid(address.Local);

    static bool IsNotify(string notify) =>
        notify == "NEVER" || notify.Split(',').All(one => one is "SUCCESS" or "FAILURE" or "DELAY");

    /// <summary>Type and address, encoded: xtext, or what RFC 6533 §3 has for addresses beyond ASCII. Null: none.</summary>
    static string? Original(string original)
    {
        var semicolon = original.IndexOf(';', StringComparison.Ordinal);
        if (semicolon <= 0 || semicolon + 1 == original.Length)
            return null;
        var (type, address) = (original[..semicolon], original[(semicolon + 1)..]);
        if (!type.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            return null;
        if (type.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            return $"{type};{Utf8Address.Encode(address)}";
        return Ascii.IsValid(address) ? $"{type};{Xtext.Encode(address)}" : null;
    }

    static string Name(SmtpBody body) => body == SmtpBody.Binary ? "binary" : "8-bit";

    static SmtpFailure Wrong(SmtpFault fault, string status, string reason) =>
        new(SmtpPhase.Envelope, fault, status, reason);
}
