using System.Text.Json.Serialization.Metadata;

namespace Cloud.Api.Rest;

/// <summary>How a resource answers.</summary>
/// <exception cref="ApiException">It cannot be done, and why.</exception>
public delegate ValueTask<ApiAnswer> Answering(ApiCall call, CancellationToken cancel);

/// <summary>One thing that the API does: what is asked, who may, and who answers. The OpenAPI document is made of these.</summary>
/// <param name="Method">Upper case.</param>
/// <param name="Template">Below <c>/api/v1</c>; a segment in braces is a value: <c>/domains/{domain}</c>.</param>
/// <param name="Scope">What a key must have.</param>
/// <param name="Summary">One line, without a full stop.</param>
public sealed record Route(string Method, string Template, ApiScope Scope, string Summary, Answering AnswerAsync)
{
    readonly string[] segments = Template.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The body's shape; null where none is taken, or none of JSON.</summary>
    public JsonTypeInfo? Request { get; init; }

    /// <summary>The answer's; null where there is none, or none of JSON.</summary>
    public JsonTypeInfo? Response { get; init; }

    /// <summary>The status of success.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Parameters that the query may have, and nothing else.</summary>
    public IReadOnlyList<QueryParameter> Query { get; init; } = [];

    /// <summary>Octets that the request's body may have.</summary>
    public long MaxBody { get; init; } = ApiLimits.Body;

    /// <summary>For the operator alone (<see cref="Caller.IsOperator"/>): what is no tenant's.</summary>
    public bool ForOperator { get; init; }

    /// <summary>The request's media type where it is not JSON; null where it is, or there is none.</summary>
    public string? RequestType { get; init; }

    /// <summary>The answer's media type where it is not JSON.</summary>
    public string? ResponseType { get; init; }

    /// <summary>Edits what is there: <c>If-Match</c> is heeded (RFC 9110 §13.1.1).</summary>
    public bool HasTag { get; init; }

    /// <summary>Headers of the request that mean something here, with what.</summary>
    public IReadOnlyList<QueryParameter> Headers { get; init; } = [];

    public static Route Get(string template, ApiScope scope, string summary, Answering answerAsync) =>
        new("GET", template, scope, summary, answerAsync);

    public static Route Post(string template, ApiScope scope, string summary, Answering answerAsync) =>
        new("POST", template, scope, summary, answerAsync);

    public static Route Put(string template, ApiScope scope, string summary, Answering answerAsync) =>
        new("PUT", template, scope, summary, answerAsync);

    public static Route Patch(string template, ApiScope scope, string summary, Answering answerAsync) =>
        new("PATCH", template, scope, summary, answerAsync);

    public static Route Delete(string template, ApiScope scope, string summary, Answering answerAsync) =>
        new("DELETE", template, scope, summary, answerAsync) { Status = 204 };

    /// <summary>Names of the template's values, in their order.</summary>
    public IEnumerable<string> Values => segments.Where(IsValue).Select(segment => segment[1..^1]);

    /// <summary>Whether a path is the template's.</summary>
    /// <param name="path">Its segments, still encoded.</param>
    public bool Takes(IReadOnlyList<string> path)
    {
        if (path.Count != segments.Length)
            return false;
        for (var i = 0; i < segments.Length; i++)
        {
            if (!IsValue(segments[i]) && segments[i] != path[i])
                return false;
        }
        return true;
    }

    /// <summary>The values of a path that <see cref="Takes"/> takes, decoded.</summary>
    public Dictionary<string, string> ValuesOf(IReadOnlyList<string> path)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < segments.Length; i++)
        {
            if (IsValue(segments[i]))
                values[segments[i][1..^1]] = Uri.UnescapeDataString(path[i]);
        }
        return values;
    }

    static bool IsValue(string segment) => segment[0] == '{';
}

/// <param name="Pattern">Of its values, a regular expression; null for any.</param>
public sealed record QueryParameter(string Name, string Summary, string Type = "string", string? Pattern = null)
{
    public static readonly QueryParameter After = new("after", "The `next` of the page before");

    public static readonly QueryParameter Limit = new("limit", $"Items of a page, 1 to {ApiLimits.MaxPage}", "integer");
}
