namespace Cloud.Api.Rest;

/// <summary>A request's path and query, taken apart.</summary>
/// <param name="Segments">Of the path below <see cref="RestApi.Prefix"/>, still encoded.</param>
/// <param name="Query">Decoded; of a name that comes twice, neither may be what was meant: it is refused.</param>
sealed record Target(IReadOnlyList<string> Segments, IReadOnlyDictionary<string, string> Query)
{
    const int MaxParameters = 30;

    /// <exception cref="ApiException">400, 404 or 414.</exception>
    public static Target Parse(string target)
    {
        if (target.Length > ApiLimits.Target)
            throw new ApiException(ApiProblem.Of(414, "target", $"The target has over {ApiLimits.Target} octets."));
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? target : target[..mark];
        if (!path.StartsWith($"{RestApi.Prefix}/", StringComparison.Ordinal))
            throw new ApiException(ApiProblem.NotFound("path"));
        // An empty segment is kept: it is no value, and "//" no "/".
        var segments = path[(RestApi.Prefix.Length + 1)..].Split('/');
        return new(segments.Any(one => one.Length == 0) ? [] : segments, QueryOf(mark < 0 ? "" : target[(mark + 1)..]));
    }

    static Dictionary<string, string> QueryOf(string text)
    {
        var query = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            if (!query.TryAdd(name, equals < 0 ? "" : Decode(pair[(equals + 1)..])) || query.Count > MaxParameters)
                throw new ApiException(ApiProblem.BadParameter(name, "A parameter is given once."));
        }
        return query;
    }

    static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
