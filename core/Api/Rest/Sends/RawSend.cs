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
        // The octets are not held, so they cannot tell a repetition: what is said about them does.
        var request = Encoding.UTF8.GetBytes(call.Request.Header("Content-Length") ?? "");
        return await call.OnceAsync(
            request,
            async (id, isRepeated, until) =>
                ApiAnswer.Json(
                    202,
                    isRepeated && await Submitting.FindAsync(call, id, until) is { } done
                        ? done
                        : await SendAsync(call, id, until),
                    SendJson.Default.SendAccepted
                ),
            cancel
        );
    }

    static ValueTask<SendAccepted> SendAsync(ApiCall call, TransactionId id, CancellationToken cancel)
    {
        var from = call.Query("from") is { } given ? Addresses.Read(given, "#").Address : null;
        var header = new MemoryStream();
        return Submitting.SendAsync(
            call,
            id,
            from,
            async writeAsync =>
            {
                var buffer = new byte[32 * 1024];
                int length;
                while ((length = await call.Request.Body.ReadAsync(buffer, cancel)) > 0)
                {
                    header.Write(buffer, 0, (int)Math.Min(length, MessagePreparation.MaxHeader - header.Length));
                    await writeAsync(buffer.AsMemory(0, length));
                }
            },
            async content =>
            {
                var envelope = EnvelopeOf(call, from, content, header.GetBuffer().AsSpan(0, (int)header.Length));
                return (await Submitting.SenderAsync(call, envelope.From.Address, "#", cancel), envelope);
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
