using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cloud.Api.Rest;

/// <summary>Reads a request's JSON, or says which of its fields is wrong.</summary>
static class JsonBody
{
    /// <param name="room">Where it turns out to be large.</param>
    /// <returns>What it says, and its octets.</returns>
    /// <exception cref="ApiException">As <see cref="Read"/> and <see cref="BytesAsync"/>.</exception>
    public static async ValueTask<(T Asked, ReadOnlyMemory<byte> Octets)> ReadAsync<T>(
        ApiRequest request,
        long limit,
        LargeBody room,
        JsonTypeInfo<T> type,
        CancellationToken cancel
    )
        where T : class
    {
        var octets = await BytesAsync(request, limit, room, cancel);
        var asked = Read(octets, type);
        room.Parsed();
        return (asked, octets);
    }

    /// <exception cref="ApiException">400, 422: it is no JSON, or not as it should be.</exception>
    static T Read<T>(ReadOnlyMemory<byte> bytes, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, type)
                ?? throw new ApiException(ApiProblem.Invalid("#", "The body is an object, not null."));
        }
        catch (JsonException e)
        {
            throw new ApiException(ProblemOf(e, bytes, type));
        }
    }

    /// <exception cref="ApiException">
    /// 413: there are more octets than that; 415: it says that it is no JSON; 408, 503: it is large, and comes too slowly or
    /// with too many others.
    /// </exception>
    static async ValueTask<ReadOnlyMemory<byte>> BytesAsync(
        ApiRequest request,
        long limit,
        LargeBody room,
        CancellationToken cancel
    )
    {
        var media = request.Header("Content-Type")?.Split(';')[0].Trim() ?? "application/json";
        if (!media.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            throw new ApiException(ApiProblem.Of(415, "not-json", "The body is to be application/json."));
        using var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int length;
        while ((length = await room.ReadAsync(request.Body, buffer, cancel)) > 0)
        {
            if (read.Length + length > limit)
                throw new ApiException(TooLarge(limit));
            if (read.Length + length > ApiLimits.Body)
                await room.EnterAsync(cancel);
            read.Write(buffer, 0, length);
        }
        return read.GetBuffer().AsMemory(0, (int)read.Length);
    }

    public static ApiProblem TooLarge(long limit) =>
        ApiProblem.Of(413, "too-large", $"The body has over {limit} octets.");

    static ApiProblem ProblemOf(JsonException fault, ReadOnlyMemory<byte> bytes, JsonTypeInfo type)
    {
        try
        {
            using var parsed = JsonDocument.Parse(bytes, new() { MaxDepth = ApiLimits.JsonDepth });
            var missing = Missing(parsed.RootElement, type);
            if (missing.Count > 0)
                return ApiProblem.Of(422, "invalid", "Something is missing.", missing);
        }
        catch (JsonException e)
        {
            return ApiProblem.Of(
                400,
                "not-json",
                $"The body is no JSON that is taken here: line {e.LineNumber + 1}, octet {e.BytePositionInLine + 1}."
            );
        }
        return ApiProblem.Invalid(
            Pointer(fault.Path),
            "This cannot be here: an unknown name, or a value of another kind."
        );
    }

    static List<FieldFault> Missing(JsonElement body, JsonTypeInfo type)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return [new("The body is an object.", Pointer: "#")];
        return
        [
            .. type
                .Properties.Where(one => one.IsRequired && !body.TryGetProperty(one.Name, out _))
                .Select(one => new FieldFault($"{one.Name} is missing.", Pointer: $"#/{one.Name}")),
        ];
    }

    /// <summary><c>$.to[0].name</c> as <c>#/to/0/name</c>.</summary>
    static string Pointer(string? path)
    {
        if (path is null or "$")
            return "#";
        var places = path[1..].Replace("['", ".", StringComparison.Ordinal).Replace("']", "", StringComparison.Ordinal);
        return "#" + places.Replace('[', '/').Replace("]", "", StringComparison.Ordinal).Replace('.', '/');
    }
}
