namespace Cloud.Api.Rest.OpenApi;

/// <summary><c>/openapi.json</c>: this document.</summary>
static class OpenApiResource
{
    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get("/openapi.json", ApiScope.None, "Describe this API (OpenAPI 3.1)", AnswerAsync) with
        {
            ResponseType = "application/json",
        },
    ];

    /// <summary>Made at the first question: the table of routes is complete then.</summary>
    static readonly Lazy<byte[]> Document = new(() => OpenApiDocument.Write(ApiRoutes.All));

    static ValueTask<ApiAnswer> AnswerAsync(ApiCall call, CancellationToken cancel) =>
        new(ApiAnswer.Bytes(200, "application/json", Document.Value).With("Cache-Control", "public, max-age=300"));
}
