using System.Security.Cryptography;
using System.Text;
using Cloud.Flow.Submission;
using Cloud.Mail;
using Cloud.Mail.Compose;
using Cloud.Mail.Headers;
using Cloud.Store;

namespace Cloud.Api.Rest.Sends;

/// <summary><c>POST /sends/raw</c>: a message as it is, streamed. Its envelope is in the query, or in its header.</summary>
static class RawSend
{
    public const string MediaType = "message/rfc822";

    public static readonly IReadOnlyList<QueryParameter> Query =
    [
        new("from", "The reverse path; else the first address of From"),
        new("to", "Recipients between commas; else all of To, Cc and Bcc"),
        new("sendAt", "Not sent before"),
        new("tags", "Between commas"),
    ];

    public static async ValueTask<ApiAnswer> SendAsync(ApiCall call, CancellationToken cancel)
    {
        var type = call.Request.Header("Content-Type")?.Split(';')[0].Trim() ?? MediaType;
        if (!type.Equals(MediaType, StringComparison.OrdinalIgnoreCase))
            throw new ApiException(ApiProblem.Of(415, "not-a-message", $"The body is to be {MediaType}."));
        return await call.OnceAsync(
            ReadOnlyMemory<byte>.Empty,
            async (claim, until) =>
                ApiAnswer.Json(202, await SendAsync(call, claim, until), SendJson.Default.SendAccepted),
            cancel,
            until => ReadAsync(call, _ => ValueTask.CompletedTask, until)
        );
    }

    static async ValueTask<SendAccepted> SendAsync(ApiCall call, Claim claim, CancellationToken cancel)
    {
        if (!claim.IsRepeated || await Submitting.FindAsync(call, claim.Transaction, cancel) is not { } done)
            return await SubmitAsync(call, claim, cancel);
        await claim.NoteAsync(await ReadAsync(call, _ => ValueTask.CompletedTask, cancel));
        return done;
    }

    /// <summary>Reads the message to its end.</summary>
    /// <returns>Its SHA-256.</returns>
    /// <exception cref="ApiException">413.</exception>
    static async ValueTask<byte[]> ReadAsync(
        ApiCall call,
        Func<ReadOnlyMemory<byte>, ValueTask> takeAsync,
        CancellationToken cancel
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (buffer, size) = (new byte[32 * 1024], 0L);
        int length;
        while ((length = await call.Request.Body.ReadAsync(buffer, cancel)) > 0)
        {
            size += length;
            if (size > Submitting.MaxMessage)
                throw new ApiException(JsonBody.TooLarge(Submitting.MaxMessage));
            hash.AppendData(buffer.AsSpan(0, length));
            await takeAsync(buffer.AsMemory(0, length));
        }
        return hash.GetHashAndReset();
    }

    static ValueTask<SendAccepted> SubmitAsync(ApiCall call, Claim claim, CancellationToken cancel)
    {
        var from = call.Query("from") is { } given ? Addresses.Read(given, "#").Address : null;
        var header = new MemoryStream();
        return Submitting.SendAsync(
            call,
            claim.Transaction,
            from,
            async writeAsync =>
            {
                var sha256 = await ReadAsync(
                    call,
                    async octets =>
                    {
                        var left = (int)Math.Min(octets.Length, MessagePreparation.MaxHeader - header.Length);
                        header.Write(octets.Span[..left]);
                        await writeAsync(octets);
                    },
                    cancel
                );
                await claim.NoteAsync(sha256);
            },
            async content =>
            {
                var envelope = EnvelopeOf(call, from, content, header.GetBuffer().AsSpan(0, (int)header.Length));
                var sender = await Submitting.SenderAsync(call, envelope.From.Address, "#", cancel);
                await Submitting.CheckAuthorsAsync(call, content, "#", cancel);
                return (sender, envelope);
            },
            cancel
        );
    }

    static Envelope EnvelopeOf(ApiCall call, EmailAddress? from, SubmittedContent content, ReadOnlySpan<byte> octets)
    {
        var to = call.Query("to") is { } listed
            ? Addresses.ReadAll(listed.Split(',', StringSplitOptions.TrimEntries), "#")
            : Recipients(octets);
        return new(
            new(from ?? content.Authors[0]),
            to,
            [],
            Envelope.Distinct(to),
            Envelope.HoldUntilOf(call, call.Time("sendAt"), "#"),
            Envelope.LabelsOf(call, call.Query("tags")?.Split(',', StringSplitOptions.TrimEntries), null)
        );
    }

    static List<NamedAddress> Recipients(ReadOnlySpan<byte> octets)
    {
        var found = new List<NamedAddress>();
        var reader = new HeaderReader(octets);
        while (reader.MoveNext())
        {
            var field = reader.Current;
            if (
                !Ascii.EqualsIgnoreCase(field.Name, "To"u8)
                && !Ascii.EqualsIgnoreCase(field.Name, "Cc"u8)
                && !Ascii.EqualsIgnoreCase(field.Name, "Bcc"u8)
            )
                continue;
            foreach (var address in AddressList.Parse(field.Value))
            {
                if (address.IsMailbox)
                    found.Add(
                        new(
                            EmailAddress.TryParse(address.Spec)
                                ?? throw new ApiException(ApiProblem.Invalid("#", $"{address.Spec} is no address."))
                        )
                    );
            }
        }
        return found;
    }
}
