using Cloud.Mail;
using Cloud.Mail.Compose;
using Cloud.Mail.Reports;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

/// <summary>Writes what senders are told: RFC 3464, RFC 6533.</summary>
sealed class NoticeWriter(IBlobs blobs, RetrySchedule schedule, OutboundOptions options)
{
    /// <summary>Octets of a header that comes back: the reader's own limit for one that is whole.</summary>
    const int MaxHeader = 64 * 1024;

    /// <param name="id">The notice's; the same again gives the same bytes, save what was said since.</param>
    /// <param name="rows">Whom it is about, 1 or more, who owe the same notice.</param>
    /// <param name="ours">Where we write from: the sender's domain, if that is ours, or our host.</param>
    /// <exception cref="StoreException">The message cannot be read now.</exception>
    public async ValueTask<(byte[] Octets, bool IsGlobal)> WriteAsync(
        TransactionId id,
        Submission message,
        IReadOnlyList<RecipientRow> rows,
        NoticeKinds kind,
        string ours,
        CancellationToken cancel
    )
    {
        var notice = new DeliveryNotice
        {
            Report = Report(message, rows, kind),
            From = new(new EmailAddress("postmaster", ours), "Mail delivery"),
            To = message.From ?? throw new ArgumentException("Nobody is told", nameof(message)),
            Date = rows[0].NoticeAt ?? message.Accepted,
            MessageId = OutgoingMessage.NewMessageId(DerivedId.Seed(id), ours),
            Seed = DerivedId.Seed(id),
            OriginalSubject = message.Subject,
            OriginalDate = message.Accepted,
            OriginalMessageId = message.MessageId,
            IsGlobal = message.Options.SmtpUtf8,
        };
        // RFC 3461 §4.3: RET says what comes back with a failure; of anything else the header is enough.
        var isWhole = kind == NoticeKinds.Failed && !IsHeadersOnly(message);
        return await WriteAsync(notice with { Returned = await ReturnedAsync(message, isWhole, cancel) }, cancel);
    }

    bool IsHeadersOnly(Submission message) =>
        message.Options.Ret?.Equals("HDRS", StringComparison.OrdinalIgnoreCase) == true
        || message.Size + message.Fields.Length > options.ReturnedOctets;

    /// <summary>What cannot be said in a standard message stays out: first the body, then the message.</summary>
    static async ValueTask<(byte[] Octets, bool IsGlobal)> WriteAsync(DeliveryNotice notice, CancellationToken cancel)
    {
        var form = new ComposeOptions(notice.IsGlobal ? HeaderForm.Utf8 : HeaderForm.Ascii, EightBit: true);
        try
        {
            return (await MessageComposer.ToBytesAsync(notice.ToMessage(), form, cancel), notice.IsGlobal);
        }
        catch (ComposeException) when (notice.Returned is not null)
        {
            return await WriteAsync(notice with { Returned = null }, cancel);
        }
    }

    DeliveryReport Report(Submission message, IReadOnlyList<RecipientRow> rows, NoticeKinds kind) =>
        new()
        {
            EnvelopeId = message.Options.EnvelopeId,
            ReportingMta = new TypedText(TypedText.Dns, options.HostName),
            ArrivalDate = message.Accepted,
            Recipients = [.. rows.Select(row => Report(message, row, kind))],
        };

    RecipientReport Report(Submission message, RecipientRow row, NoticeKinds kind) =>
        new()
        {
            OriginalRecipient = row.OriginalRecipient is { Length: > 0 } original
                ? TypedText.Parse(original, TypedText.Rfc822)
                : null,
            FinalRecipient = TypedText.Of(SubmissionCodec.ToRecipient(row).Address),
            Action = kind switch
            {
                NoticeKinds.Delayed => DeliveryAction.Delayed,
                NoticeKinds.Failed => DeliveryAction.Failed,
                _ => row.State == RecipientState.Relayed ? DeliveryAction.Relayed : DeliveryAction.Delivered,
            },
            Status = StatusOf(row, kind),
            RemoteMta = row.Host is { } host ? new TypedText(TypedText.Dns, host) : null,
            DiagnosticCode = row.Reply is { Length: > 0 } reply ? Diagnostic(reply) : null,
            LastAttempt = row.LastAttempt,
            FinalLogId = message.Id.ToString(),
            RetryUntil =
                kind == NoticeKinds.Delayed && row.FirstAttempt is { } first ? schedule.Expiry(message, first) : null,
        };

    /// <summary>RFC 3464 §2.3.6: <c>smtp</c> for what a server said, which begins with its code.</summary>
    static TypedText Diagnostic(string reply) =>
        reply.Length > 3 && char.IsAsciiDigit(reply[0]) && char.IsAsciiDigit(reply[1]) && char.IsAsciiDigit(reply[2])
            ? new(TypedText.Smtp, reply)
            : new("x-cloud", reply);

    /// <summary>RFC 3464 §2.3.4: the class agrees with the action, whatever a server said.</summary>
    static string StatusOf(RecipientRow row, NoticeKinds kind)
    {
        var digit = kind switch
        {
            NoticeKinds.Delayed => '4',
            NoticeKinds.Failed => '5',
            _ => '2',
        };
        return StatusCode.Find(row.Status ?? "") is { } status && status[0] == digit ? status : $"{digit}.0.0";
    }

    /// <returns>Null when the bytes are gone.</returns>
    async ValueTask<ReturnedMessage?> ReturnedAsync(Submission message, bool isWhole, CancellationToken cancel)
    {
        var most = isWhole ? options.ReturnedOctets : MaxHeader;
        if (await blobs.OpenAsync(message.Blob, message.Start, most, cancel) is not { } blob)
            return null;
        await using var content = new FieldsThenBlob(message.Fields, blob);
        using var octets = new MemoryStream();
        await content.CopyToAsync(octets, cancel);
        var read = octets.ToArray();
        var end = isWhole ? read.Length : EndOfHeader(read);
        return new(OctetSource.Of(read.AsMemory(0, end)), isWhole, message.Options.SmtpUtf8);
    }

    static int EndOfHeader(ReadOnlySpan<byte> message)
    {
        var end = message.IndexOf("\r\n\r\n"u8);
        if (end >= 0)
            return end + 2;
        var line = message.LastIndexOf("\r\n"u8);
        return line >= 0 ? line + 2 : message.Length;
    }
}
