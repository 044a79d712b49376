namespace Cloud.Api.Rest.Hooks;

/// <summary><c>/webhooks.schema.json</c>: what webhooks are sent, for programs that check it.</summary>
static class HookSchemaResource
{
    const string MediaType = "application/schema+json";

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get(
            "/webhooks.schema.json",
            ApiScope.None,
            "Describe what webhooks are sent (JSON Schema)",
            AnswerAsync
        ) with
        {
            ResponseType = MediaType,
        },
    ];

    static readonly Lazy<byte[]> Schema = new(() =>
    {
        using var stream = typeof(HookSchemaResource).Assembly.GetManifestResourceStream("webhooks.schema.json")!;
        using var octets = new MemoryStream();
        stream.CopyTo(octets);
        return octets.ToArray();
    });

    static ValueTask<ApiAnswer> AnswerAsync(ApiCall call, CancellationToken cancel) =>
        new(ApiAnswer.Bytes(200, MediaType, Schema.Value).With("Cache-Control", "public, max-age=300"));
}
