using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Cloud.Functions.Hosting;

/// <summary>Gives each call to the function that it is for.</summary>
sealed class Router(IReadOnlyList<Route> routes) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) && request.Path == "/")
            return Answer.ReadyAsync(context);
        foreach (var route in routes)
        {
            if (route.Takes(request))
                return route.Endpoint(context);
        }
        return Answer.FailAsync(context, StatusCodes.Status404NotFound, "There is nothing here.");
    }

    /// <remarks>It holds nothing, and Kestrel logs what was thrown.</remarks>
    public void DisposeContext(HttpContext context, Exception? exception) { }
}
