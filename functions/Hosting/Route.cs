using Microsoft.AspNetCore.Routing.Template;

namespace Cloud.Functions.Hosting;

/// <summary>Where a function is called.</summary>
/// <param name="methods">Upper case, as in HTTP.</param>
/// <param name="path">Without the first slash; a segment in braces gives the request a value of that name.</param>
sealed class Route(IReadOnlyList<string> methods, string path, RequestDelegate endpoint)
{
    /// <remarks>Made when a first call comes, not while the host waits for the handler to be ready.</remarks>
    readonly Lazy<TemplateMatcher> matcher = new(() => new(TemplateParser.Parse(path), []));

    public RequestDelegate Endpoint => endpoint;

    public bool Takes(HttpRequest request) =>
        methods.Contains(request.Method, StringComparer.OrdinalIgnoreCase)
        && matcher.Value.TryMatch(request.Path, request.RouteValues);
}
