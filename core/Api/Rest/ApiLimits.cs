namespace Cloud.Api.Rest;

/// <summary>Bounds of the API. A route that takes more says so itself: <see cref="Route.MaxBody"/>.</summary>
public static class ApiLimits
{
    /// <summary>Octets of a request's JSON: some hundred times the largest that a form is filled in with.</summary>
    public const int Body = 256 * 1024;

    /// <summary>Characters of a request's path and query: Kestrel takes a request line of 8 KiB.</summary>
    public const int Target = 8 * 1024;

    /// <summary>Levels of a request's JSON; none of ours needs more than six.</summary>
    public const int JsonDepth = 16;

    /// <summary>Items of a page, unless another number is asked for.</summary>
    public const int Page = 50;

    /// <summary>Items of a page at most: a tenth of what a table query answers.</summary>
    public const int MaxPage = 100;
}
