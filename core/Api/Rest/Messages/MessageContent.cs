using Cloud.Mail;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;
using Cloud.Store.Accounts;
using Cloud.Store.Messages;

namespace Cloud.Api.Rest.Messages;

/// <summary>A message's octets, whole or a part of them, in ranges where that is asked for.</summary>
static class MessageContent
{
    public const string MediaType = "message/rfc822";

    public static readonly QueryParameter Range = new(
        "Range",
        "One range of octets: bytes=0-499, bytes=500-, bytes=-500"
    );

    public static async ValueTask<ApiAnswer> RawAsync(ApiCall call, CancellationToken cancel)
    {
        var found = await FoundMessage.FindAsync(call, cancel);
        var (start, length, isPart) = ByteRange.Of(call, found.Email.Size);
        var stream = await OpenAsync(call, found, start, length, cancel);
        return Ranged(
                ApiAnswer.Streamed(isPart ? 206 : 200, MediaType, stream, length),
                start,
                length,
                found.Email.Size
            )
            .With("ETag", $"\"{Convert.ToHexStringLower(found.Email.Sha256.Span[..12])}\"");
    }

    public static async ValueTask<ApiAnswer> PartAsync(ApiCall call, CancellationToken cancel)
    {
        var found = await FoundMessage.FindAsync(call, cancel);
        if (PartNumbers.Find(found.Index, call["part"]) is not { } part)
            throw new ApiException(ApiProblem.NotFound("part"));
        var encoded = await OpenAsync(call, found, part.BodyStart, part.BodyLength, cancel);
        var decoded = new DecodedStream(encoded, TransferCoder.Decoder(part.Encoding));
        var answer = part.DecodedLength is { } size
            ? await RangedAsync(call, decoded, MessageReading.MediaTypeOf(part), size, cancel)
            : ApiAnswer.Streamed(200, MessageReading.MediaTypeOf(part), decoded, null);
        // What a stranger sent is never shown as a page of ours.
        return answer
            .With("Content-Disposition", DispositionOf(part))
            .With("Content-Security-Policy", "default-src 'none'; sandbox");
    }

    static async ValueTask<ApiAnswer> RangedAsync(
        ApiCall call,
        DecodedStream decoded,
        string type,
        long size,
        CancellationToken cancel
    )
    {
        try
        {
            var (start, length, isPart) = ByteRange.Of(call, size);
            await decoded.SkipAsync(start, cancel);
            decoded.Limit(length);
            return Ranged(ApiAnswer.Streamed(isPart ? 206 : 200, type, decoded, length), start, length, size);
        }
        catch
        {
            await decoded.DisposeAsync();
            throw;
        }
    }

    static ApiAnswer Ranged(ApiAnswer answer, long start, long length, long size) =>
        answer.Status == 206
            ? answer.With("Accept-Ranges", "bytes").With("Content-Range", $"bytes {start}-{start + length - 1}/{size}")
            : answer.With("Accept-Ranges", "bytes");

    static async ValueTask<Stream> OpenAsync(
        ApiCall call,
        FoundMessage found,
        long start,
        long length,
        CancellationToken cancel
    ) =>
        length == 0
            ? Stream.Null
            : await call.Rooms.Gateway.ReadAsync(found.Account, found.Email, start, length, ReadBy.Api, cancel)
                ?? throw new ApiException(ApiProblem.NotFound("message"));

    static string DispositionOf(BodyPart part) =>
        ParameterText.FileName(part) is { } name
            ? $"attachment; filename*=UTF-8''{Uri.EscapeDataString(name)}"
            : "attachment";
}
