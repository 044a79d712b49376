using System.Globalization;
using System.Text.Json.Serialization.Metadata;

namespace Cloud.Api.Rest;

/// <summary>One request on its way to the resource that answers it.</summary>
/// <remarks>What it is asked for and cannot give is an <see cref="ApiException"/> that names the place.</remarks>
public sealed class ApiCall
{
    readonly Dictionary<string, string> values;
    readonly IReadOnlyDictionary<string, string> query;
    readonly LargeBody room;

    internal ApiCall(
        ApiRooms rooms,
        Caller caller,
        ApiRequest request,
        Route route,
        Dictionary<string, string> pathValues,
        IReadOnlyDictionary<string, string> queryValues,
        LargeBody body
    )
    {
        (Rooms, Caller, Request, Route, room) = (rooms, caller, request, route, body);
        (values, query) = (pathValues, queryValues);
    }

    public ApiRooms Rooms { get; }

    public Caller Caller { get; }

    public ApiRequest Request { get; }

    public Route Route { get; }

    /// <summary>A value of the path, decoded.</summary>
    public string this[string name] => values[name];

    /// <summary>A parameter of the query; null when it is missing.</summary>
    public string? Query(string name) => query.GetValueOrDefault(name);

    /// <summary>A whole number of the query.</summary>
    /// <exception cref="ApiException">400: it is none, or out of its range.</exception>
    public int Number(string name, int least, int most, int otherwise)
    {
        if (Query(name) is not { } text)
            return otherwise;
        return
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least
            && number <= most
            ? number
            : throw new ApiException(ApiProblem.BadParameter(name, $"{name} is a number from {least} to {most}."));
    }

    /// <summary>Yes or no of the query; null when it is missing.</summary>
    /// <exception cref="ApiException">400: it is neither.</exception>
    public bool? Switch(string name) =>
        Query(name) switch
        {
            null => null,
            "true" => true,
            "false" => false,
            _ => throw new ApiException(ApiProblem.BadParameter(name, $"{name} is true or false.")),
        };

    /// <summary>A time of the query (RFC 3339); null when it is missing.</summary>
    /// <exception cref="ApiException">400: it is none.</exception>
    public DateTimeOffset? Time(string name)
    {
        if (Query(name) is not { } text)
            return null;
        return DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time
        )
            ? time
            : throw new ApiException(ApiProblem.BadParameter(name, $"{name} is a time such as 2026-01-31T12:00:00Z."));
    }

    /// <summary>Items that this page is to have.</summary>
    public int Limit => Number("limit", 1, ApiLimits.MaxPage, ApiLimits.Page);

    /// <summary>Where the page before ended; null for the first.</summary>
    /// <exception cref="ApiException">400: it is no cursor of ours.</exception>
    public string? After => Query("after") is { } text ? Cursor.Decode(text) ?? throw Pages.NoCursor() : null;

    /// <summary>Reads the request's body.</summary>
    /// <exception cref="ApiException">It is too long (413), no JSON (400), or not as it should be (422).</exception>
    public async ValueTask<T> ReadAsync<T>(JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class => (await ReadWholeAsync(type, cancel)).Asked;

    /// <summary>Reads the request's body, and keeps its octets.</summary>
    /// <exception cref="ApiException">As <see cref="ReadAsync"/>; 408, 503: it is large, and it is not its turn.</exception>
    public ValueTask<(T Asked, ReadOnlyMemory<byte> Octets)> ReadWholeAsync<T>(
        JsonTypeInfo<T> type,
        CancellationToken cancel
    )
        where T : class => JsonBody.ReadAsync(Request, Route.MaxBody, room, type, cancel);

    /// <summary>Stops an edit of what has changed since the asker read it (RFC 9110 §13.1.1).</summary>
    /// <param name="tag">As in the answer that showed it: <see cref="EntityTag"/>; null where there is nothing.</param>
    /// <exception cref="ApiException">412.</exception>
    public void Match(string? tag)
    {
        if (Request.Header("If-Match") is { } asked && (tag is null || !EntityTag.Matches(asked, tag)))
            throw new ApiException(ApiProblem.Changed);
        if (tag is not null && Request.Header("If-None-Match") is { } known && EntityTag.Matches(known, tag))
            throw new ApiException(ApiProblem.Changed); // RFC 9110 §13.1.2: made only where there is nothing
    }

    /// <summary>Whether the asker has this already (RFC 9110 §13.1.2).</summary>
    public bool Has(string tag) => Request.Header("If-None-Match") is { } known && EntityTag.Matches(known, tag);
}
