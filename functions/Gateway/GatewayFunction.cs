using Cloud.Functions.Hosting;

namespace Cloud.Functions.Gateway;

/// <summary><c>POST api/gateway/{operation}</c>: one transaction of a listener.</summary>
static class GatewayFunction
{
    public static readonly HttpFunction Function = new(
        "Gateway",
        [HttpMethods.Post],
        GatewayHttp.Route,
        services => services.GatewayCallers,
        AnswerAsync
    );

    static async ValueTask AnswerAsync(Services services, HttpContext http, CancellationToken cancel) =>
        await services.SendAsync(await services.Gateway.AskAsync(http.Request, cancel), http, cancel);
}
