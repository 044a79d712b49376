using Cloud.Functions.Hosting;

namespace Cloud.Functions.Gateway;

/// <summary><c>POST api/gateway/{operation}</c>: one transaction of a listener.</summary>
static class GatewayFunction
{
    public static readonly HttpFunction Function = new(
        "Gateway",
        HttpMethods.Post,
        "gateway/{operation}",
        services => services.GatewayCallers,
        AnswerAsync
    );

    static ValueTask AnswerAsync(Services services, HttpContext http, CancellationToken cancel) =>
        new(Answer.FailAsync(http, StatusCodes.Status404NotFound, "There is no such operation."));
}
