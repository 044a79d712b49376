using Cloud.Functions.Hosting;

namespace Cloud.Functions.Api;

/// <summary><c>api/v1/…</c>: the HTTP API. Who asks says so with a key of the API's own, not of the platform's.</summary>
static class ApiFunction
{
    public static readonly HttpFunction Function = new(
        "Api",
        ApiHttp.Methods,
        "v1/{*path}",
        _ => new OpenAuthorization(),
        ApiHttp.AnswerAsync
    );
}
