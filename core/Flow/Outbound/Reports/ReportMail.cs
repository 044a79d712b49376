using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Cloud.Mail;
using Cloud.Mail.Compose;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>A report as a message, before it has an address.</summary>
/// <param name="Id">The same for the same report: it is accepted once.</param>
/// <param name="Subject">In ASCII.</param>
/// <param name="Text">For people.</param>
/// <param name="FileName">Of the report.</param>
/// <param name="Octets">The report, compressed.</param>
/// <param name="IsTls">A TLS report (RFC 8460 §5.3); else DMARC's (RFC 7489 §7.2.1.1).</param>
/// <param name="Domain">Whom it is about.</param>
sealed record ReportLetter(
    TransactionId Id,
    string Subject,
    string Text,
    string FileName,
    byte[] Octets,
    bool IsTls,
    string Domain
);

/// <summary>Puts reports into the outbox.</summary>
sealed class ReportMail(Outbox outbox, OutboxStore store, IBlobs blobs, TimeProvider time, ReportOptions options)
{
    /// <summary>Octets by which a message is longer than what is in it, for three octets are four letters then, and lines end.</summary>
    const int Frame = 4 * 1024;

    /// <summary>
    /// RFC 7489 §7.2.1.1, RFC 8460 §5.1: <c>receiver!domain!begin!end.extension</c>. A file name has its limit, which names
    /// in DNS may reach by themselves: the first letters of the longer ones are left out then.
    /// </summary>
    public static string FileName(ReportSender sender, string domain, DateOnly day, string extension)
    {
        var until = DmarcReporting.EndOf(day);
        var rest = string.Create(
            CultureInfo.InvariantCulture,
            $"!{until.AddDays(-1).ToUnixTimeSeconds()}!{until.ToUnixTimeSeconds() - 1}.{extension}"
        );
        var room = ContentFields.MaxFileName - rest.Length - 1;
        return $"{End(sender.Domain, room / 2)}!{End(domain, room / 2)}{rest}";
    }

    static string End(string text, int length) => text.Length <= length ? text : text[^length..];

    /// <summary>Whether it was handed over before, by whomever.</summary>
    public async ValueTask<bool> IsSentAsync(TransactionId id, CancellationToken cancel) =>
        await store.FindAsync(id, cancel) is not null;

    /// <summary>Octets of the message in which so many lie; 76 letters a line, as base64 has them (RFC 2045 §6.8).</summary>
    public static long SizeOf(long octets) => octets * 4 / 3 * 78 / 76 + Frame;

    /// <param name="write">Writes the report.</param>
    public static byte[] Compress(Action<Stream> write)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            write(gzip);
        return packed.ToArray();
    }

    /// <exception cref="StoreException">Nothing is promised.</exception>
    public async ValueTask SendAsync(
        ReportLetter letter,
        ReportSender sender,
        IReadOnlyList<EmailAddress> to,
        CancellationToken cancel
    )
    {
        var messageId = $"{letter.Id}@{sender.Domain}";
        var message = new OutgoingMessage
        {
            Date = time.GetUtcNow(),
            From = [new(sender.Address, sender.Organization)],
            To = [.. to.Select(address => new NamedAddress(address))],
            Subject = letter.Subject,
            MessageId = messageId,
            Fields = [.. Fields(letter, sender)],
            Body = Body(letter),
            Seed = DerivedId.Seed(letter.Id),
        };
        var octets = await MessageComposer.ToBytesAsync(message, ComposeOptions.Default, cancel);
        using var content = new MemoryStream(octets, writable: false);
        var written = await MessageWriting.WriteAsync(blobs, BlobNames.Of(letter.Id), content, cancel);
        var now = time.GetUtcNow();
        await outbox.AcceptAsync(
            new()
            {
                Id = letter.Id,
                From = sender.Address,
                // Nobody waits for them: what does not arrive is told to nobody.
                Recipients = [.. to.Select(address => new OutboundRecipient(address, "NEVER"))],
                Blob = written.Blob,
                Size = written.Size,
                Sha256 = written.Sha256,
                SigningDomain = sender.SigningDomain,
                Accepted = now,
                HoldUntil = now + SpreadOf(letter.Id),
                // RFC 8460 §3: whatever is wrong with a domain's TLS, it is told so.
                Options = new() { TlsOptional = letter.IsTls },
                Subject = letter.Subject,
                MessageId = messageId,
            },
            cancel
        );
    }

    static IEnumerable<OutgoingField> Fields(ReportLetter letter, ReportSender sender)
    {
        yield return new RawField("Auto-Submitted", "auto-generated"); // RFC 3834 §5
        if (!letter.IsTls)
            yield break;
        yield return new RawField("TLS-Report-Domain", letter.Domain);
        yield return new RawField("TLS-Report-Submitter", sender.Domain);
        yield return new RawField("TLS-Required", "No"); // RFC 8689 §5
    }

    static Multipart Body(ReportLetter letter)
    {
        var type = letter.IsTls ? "application/tlsrpt+gzip" : "application/gzip";
        var file = new DataPart(OctetSource.Of(letter.Octets), type)
        {
            Disposition = "attachment",
            FileName = letter.FileName,
        };
        return letter.IsTls
            ? new("report", [new TextPart(letter.Text), file]) { Parameters = [new("report-type", "tlsrpt")] }
            : new("mixed", [new TextPart(letter.Text), file]);
    }

    TimeSpan SpreadOf(TransactionId id)
    {
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"spread|{id}"));
        return options.Spread * (BitConverter.ToUInt16(hash) / 65536.0);
    }
}
