using System.Text.Json.Serialization;

namespace Cloud.Api.Rest;

/// <summary>Why a request was not done: the body of every answer from 400 on (RFC 9457).</summary>
/// <param name="Type"><c>about:blank</c>: the status says which kind it is (RFC 9457 §4.2.1).</param>
/// <param name="Code">For programs: a word that stays.</param>
/// <param name="Detail">For people: what is wrong with this one.</param>
/// <param name="Errors">Each thing that is wrong with the request, by its place; missing where it is no one place.</param>
/// <param name="Trace">Names the fault in the server's log; missing where it is none of ours.</param>
public sealed record ApiProblem(
    string Type,
    string Title,
    int Status,
    string Code,
    string Detail,
    IReadOnlyList<FieldFault>? Errors = null,
    string? Trace = null
)
{
    public const string MediaType = "application/problem+json";

    public static ApiProblem Of(int status, string code, string detail, IReadOnlyList<FieldFault>? errors = null) =>
        new("about:blank", TitleOf(status), status, code, detail, errors);

    /// <summary>Something is not there, or not for this caller: the two look the same.</summary>
    public static ApiProblem NotFound(string what) => Of(404, "not-found", $"There is no such {what}.");

    /// <summary>The request's own mistake, at a place in its body.</summary>
    /// <param name="pointer">A JSON pointer as a fragment: <c>#/to/0</c>; <c>#</c> for all of it.</param>
    public static ApiProblem Invalid(string pointer, string detail) =>
        Of(422, "invalid", detail, [new(detail, Pointer: pointer)]);

    /// <summary>A parameter of the query or the path that cannot be.</summary>
    public static ApiProblem BadParameter(string name, string detail) =>
        Of(400, "bad-parameter", detail, [new(detail, Parameter: name)]);

    /// <summary>A header that cannot be.</summary>
    public static ApiProblem BadHeader(string name, string detail) =>
        Of(400, "bad-header", detail, [new(detail, Header: name)]);

    /// <summary>It would be well in another state of things.</summary>
    public static ApiProblem Conflict(string code, string detail) => Of(409, code, detail);

    public static readonly ApiProblem Changed = Of(
        412,
        "changed",
        "It has changed since it was read: read it again, and decide again."
    );

    public static readonly ApiProblem Unavailable = Of(
        503,
        "unavailable",
        "This cannot be done at the moment; try again later."
    );

    static string TitleOf(int status) =>
        status switch
        {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            408 => "Request Timeout",
            409 => "Conflict",
            410 => "Gone",
            412 => "Precondition Failed",
            413 => "Content Too Large",
            414 => "URI Too Long",
            415 => "Unsupported Media Type",
            416 => "Range Not Satisfiable",
            422 => "Unprocessable Content",
            429 => "Too Many Requests",
            500 => "Internal Server Error",
            507 => "Insufficient Storage",
            _ => "Service Unavailable",
        };
}

/// <summary>One thing that is wrong with a request; exactly one of its places is told.</summary>
/// <param name="Pointer">In the body: a JSON pointer as a fragment (RFC 6901 §6).</param>
/// <param name="Parameter">Of the query or the path.</param>
public sealed record FieldFault(string Detail, string? Pointer = null, string? Parameter = null, string? Header = null);

/// <summary>The request cannot be done, and why: thrown wherever that is found, answered at one place.</summary>
public sealed class ApiException(ApiProblem problem) : Exception(problem.Detail)
{
    public ApiProblem Problem => problem;

    /// <summary>When it may be asked again; null where that is not known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Further header fields of the answer.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}
