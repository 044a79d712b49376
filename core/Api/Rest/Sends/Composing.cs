using System.IO.Pipelines;
using System.Text;
using Cloud.Api.Rest.Uploads;
using Cloud.Flow.Outbound;
using Cloud.Mail;
using Cloud.Mail.Compose;
using Cloud.Mail.Headers;

namespace Cloud.Api.Rest.Sends;

/// <summary>Makes a message of what was asked, or says which member cannot be.</summary>
static class Composing
{
    /// <summary>Further header fields of a message, and the octets of one's value: a line that no server refuses.</summary>
    const int MaxHeaders = 30;
    const int MaxHeaderValue = 900;
    const int MaxSubject = 900;
    const int MaxAttachments = 50;
    const int MaxReferences = 50;

    /// <summary>What the composer or a server writes, or that would say of the message what only a server may.</summary>
    static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "From",
        "To",
        "Cc",
        "Bcc",
        "Sender",
        "Reply-To",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "MIME-Version",
        "Return-Path",
        "Received",
        "Authentication-Results",
        "DKIM-Signature",
    };

    /// <summary>Gives the message's octets to whom they are for, as they are written.</summary>
    /// <exception cref="ApiException">422: a member cannot be.</exception>
    public static async ValueTask WriteAsync(
        ApiCall call,
        NewSend asked,
        Envelope envelope,
        LinkedFiles linked,
        ReadOnlyMemory<byte> seed,
        DateTimeOffset date,
        Func<ReadOnlyMemory<byte>, ValueTask> writeAsync,
        CancellationToken cancel
    )
    {
        Check(asked);
        var parts = new List<MimePart>();
        foreach (var (i, attachment) in (asked.Attachments ?? []).Index())
            parts.Add(await PartOfAsync(call, attachment, linked, i, cancel));
        var message = new OutgoingMessage
        {
            Date = date,
            From = [envelope.From],
            To = envelope.To,
            Cc = envelope.Cc,
            ReplyTo = Addresses.ReadAll(asked.ReplyTo, "#/replyTo"),
            Subject = asked.Subject ?? "",
            MessageId = OutgoingMessage.NewMessageId(seed.Span[..16], envelope.From.Address.Domain),
            InReplyTo = asked.InReplyTo is null ? [] : [IdOf(asked.InReplyTo)],
            References = [.. (asked.References ?? []).Select(IdOf)],
            Fields = [.. (asked.Headers ?? new Dictionary<string, string>()).Select(FieldOf)],
            Body = MessageBody.Of(
                asked.Text,
                asked.Html,
                [.. parts.Where(part => part.ContentId is not null)],
                [.. parts.Where(part => part.ContentId is null)]
            ),
            Seed = seed,
        };
        var options = new ComposeOptions(envelope.IsAscii ? HeaderForm.Ascii : HeaderForm.Utf8);
        try
        {
            await PumpAsync(message, options, writeAsync, cancel);
        }
        catch (ComposeException e)
        {
            throw new ApiException(ApiProblem.Invalid("#", $"{e.Message}."));
        }
    }

    /// <summary>Composes at one end of a pipe, and hands on at the other.</summary>
    static async ValueTask PumpAsync(
        OutgoingMessage message,
        ComposeOptions options,
        Func<ReadOnlyMemory<byte>, ValueTask> writeAsync,
        CancellationToken cancel
    )
    {
        var pipe = new Pipe();
        var composing = ComposeAsync(message, options, pipe.Writer, cancel);
        try
        {
            ReadResult read;
            do
            {
                read = await pipe.Reader.ReadAsync(cancel);
                foreach (var piece in read.Buffer)
                    await writeAsync(piece);
                pipe.Reader.AdvanceTo(read.Buffer.End);
            } while (!read.IsCompleted);
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await composing;
        }
    }

    static async Task ComposeAsync(
        OutgoingMessage message,
        ComposeOptions options,
        PipeWriter output,
        CancellationToken cancel
    )
    {
        try
        {
            await MessageComposer.WriteAsync(message, options, output, cancel);
            await output.CompleteAsync();
        }
#pragma warning disable CA1031 // The reader throws it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await output.CompleteAsync(e);
        }
    }

    static void Check(NewSend asked)
    {
        if (asked.Text is null && asked.Html is null)
            throw new ApiException(ApiProblem.Invalid("#/text", "A message has text, html, or both."));
        if (asked.Subject?.Length > MaxSubject)
            throw new ApiException(ApiProblem.Invalid("#/subject", $"A subject has up to {MaxSubject} characters."));
        if (asked.Attachments?.Count > MaxAttachments)
            throw new ApiException(ApiProblem.Invalid("#/attachments", $"Up to {MaxAttachments} attachments."));
        if (asked.Attachments?.Count(one => one.Url is not null) > LinkedFiles.MaxLinks)
            throw new ApiException(
                ApiProblem.Invalid("#/attachments", $"Up to {LinkedFiles.MaxLinks} attachments are fetched.")
            );
        if (asked.References?.Count > MaxReferences)
            throw new ApiException(ApiProblem.Invalid("#/references", $"Up to {MaxReferences} references."));
        if (asked.Headers?.Count > MaxHeaders)
            throw new ApiException(ApiProblem.Invalid("#/headers", $"Up to {MaxHeaders} header fields."));
    }

    static async ValueTask<MimePart> PartOfAsync(
        ApiCall call,
        NewAttachment asked,
        LinkedFiles linked,
        int number,
        CancellationToken cancel
    )
    {
        var pointer = $"#/attachments/{number}";
        if (asked.ContentType is not null && !IsType(asked.ContentType))
            throw new ApiException(ApiProblem.Invalid($"{pointer}/contentType", "A type such as application/pdf."));
        var (octets, type) = (asked.Content, asked.Upload, asked.Url) switch
        {
            ({ } content, null, null) => (OctetSource.Of(content), null),
            (null, { } upload, null) => (
                await UploadResource.OpenAsync(call, upload, $"{pointer}/upload", cancel),
                null
            ),
            (null, null, { } url) => await linked.FetchAsync(url, $"{pointer}/url", cancel),
            _ => throw new ApiException(
                ApiProblem.Invalid($"{pointer}/content", "An attachment has one of content, upload and url.")
            ),
        };
        var shown = asked.ContentType ?? (type is not null && IsType(type) ? type : "application/octet-stream");
        return new DataPart(octets, shown) { FileName = asked.FileName, ContentId = asked.ContentId?.Trim('<', '>') };
    }

    static bool IsType(string type) => type.Count('/') == 1 && !type.Any(c => c is <= ' ' or > '~' or ';' or '"');

    static OutgoingField FieldOf(KeyValuePair<string, string> field)
    {
        var pointer =
            $"#/headers/{field.Key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
        if (
            Reserved.Contains(field.Key)
            || field.Key.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
            || field.Key.StartsWith("ARC-", StringComparison.OrdinalIgnoreCase)
            || field.Key.StartsWith("Resent-", StringComparison.OrdinalIgnoreCase)
        )
            throw new ApiException(ApiProblem.Invalid(pointer, $"{field.Key} is not written this way."));
        if (field.Value.Length > MaxHeaderValue || field.Value.Any(char.IsControl))
            throw new ApiException(
                ApiProblem.Invalid(pointer, $"A value is a line of up to {MaxHeaderValue} characters.")
            );
        return Ascii.IsValid(field.Value)
            ? new RawField(field.Key, field.Value)
            : new TextField(field.Key, field.Value);
    }

    static string IdOf(string id) => id.Trim().TrimStart('<').TrimEnd('>');
}
