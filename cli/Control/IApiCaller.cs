using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cloud.Api.Admin;
using Cloud.Api.Rest;

namespace Cloud.Cli.Control;

/// <summary>Asks the API as the operator: in this process where the store is free, else by way of the server that has it.</summary>
interface IApiCaller
{
    /// <exception cref="IOException">The server is gone.</exception>
    ValueTask<ApiReply> SendAsync(ApiAsk ask, CancellationToken cancel);
}

/// <param name="Target">Path and query, percent-encoded: <c>/api/v1/domains?limit=10</c>.</param>
/// <param name="Body">Null for none; the sender disposes it.</param>
sealed record ApiAsk(string Method, string Target, Stream? Body, string MediaType = MediaTypeNames.Application.Json)
{
    /// <summary>Further headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}

/// <param name="Body">Read on as it comes.</param>
sealed record ApiReply(int Status, Func<string, string?> Header, Stream Body, IAsyncDisposable Owner) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Owner.DisposeAsync();
}

/// <summary>The usual ways of asking. What the API refuses is an <see cref="AdminException"/> in its words.</summary>
static class ApiCalls
{
    /// <param name="target">Below <see cref="RestApi.Prefix"/>; values in it through <see cref="Segment"/>.</param>
    public static async ValueTask<T> GetAsync<T>(
        this IApiCaller caller,
        string target,
        JsonTypeInfo<T> type,
        CancellationToken cancel
    )
    {
        await using var reply = await caller.AskAsync("GET", target, null, cancel);
        return await ReadAsync(reply, type, cancel);
    }

    /// <summary>Sends JSON and reads the answer's.</summary>
    /// <param name="method">POST, PUT or PATCH.</param>
    public static async ValueTask<TAnswer> SendAsync<TAsked, TAnswer>(
        this IApiCaller caller,
        string method,
        string target,
        TAsked asked,
        JsonTypeInfo<TAsked> askedType,
        JsonTypeInfo<TAnswer> answerType,
        CancellationToken cancel
    )
    {
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(asked, askedType));
        await using var reply = await caller.AskAsync(method, target, body, cancel);
        return await ReadAsync(reply, answerType, cancel);
    }

    /// <summary>Sends JSON where nothing is answered.</summary>
    public static ValueTask PutAsync<T>(
        this IApiCaller caller,
        string target,
        T asked,
        JsonTypeInfo<T> type,
        CancellationToken cancel
    ) => caller.SendAsync("PUT", target, asked, type, cancel);

    /// <inheritdoc cref="PutAsync"/>
    /// <param name="method">POST, PUT or PATCH.</param>
    public static async ValueTask SendAsync<T>(
        this IApiCaller caller,
        string method,
        string target,
        T asked,
        JsonTypeInfo<T> type,
        CancellationToken cancel
    )
    {
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(asked, type));
        await (await caller.AskAsync(method, target, body, cancel)).DisposeAsync();
    }

    /// <summary>A call without a body either way: DELETE, and POST of what is done by being called.</summary>
    public static async ValueTask DoAsync(
        this IApiCaller caller,
        string method,
        string target,
        CancellationToken cancel
    ) => await (await caller.AskAsync(method, target, null, cancel)).DisposeAsync();

    /// <summary>All items of a list, page by page.</summary>
    /// <param name="target">Without <c>after</c> and <c>limit</c>; it may have a query.</param>
    public static async IAsyncEnumerable<T> ListAsync<T>(
        this IApiCaller caller,
        string target,
        JsonTypeInfo<Page<T>> type,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel
    )
    {
        var whole = $"{target}{(target.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={ApiLimits.MaxPage}";
        string? next = "";
        while (next is not null)
        {
            var page = await caller.GetAsync(next.Length == 0 ? whole : $"{whole}&after={next}", type, cancel);
            foreach (var item in page.Items)
                yield return item;
            next = page.Next;
        }
    }

    /// <summary>A value as a segment of a path, or in a query.</summary>
    public static string Segment(string value) => Uri.EscapeDataString(value);

    static async ValueTask<ApiReply> AskAsync(
        this IApiCaller caller,
        string method,
        string target,
        Stream? body,
        CancellationToken cancel
    )
    {
        var reply = await caller.SendAsync(new(method, RestApi.Prefix + target, body), cancel);
        if (reply.Status < 400)
            return reply;
        await using (reply)
            throw new AdminException(await ProblemAsync(reply, cancel));
    }

    static async ValueTask<T> ReadAsync<T>(ApiReply reply, JsonTypeInfo<T> type, CancellationToken cancel) =>
        await JsonSerializer.DeserializeAsync(reply.Body, type, cancel)
        ?? throw new AdminException("The server answered nothing.");

    /// <summary>The problem's own words, and each place that it names.</summary>
    public static async ValueTask<string> ProblemAsync(ApiReply reply, CancellationToken cancel)
    {
        ApiProblem? problem;
        try
        {
            problem = await JsonSerializer.DeserializeAsync(reply.Body, CallerJson.Default.ApiProblem, cancel);
        }
        catch (JsonException)
        {
            return $"The server answered {reply.Status}.";
        }
        var text = new StringBuilder(problem?.Detail ?? $"The server answered {reply.Status}.");
        foreach (var fault in problem?.Errors ?? [])
        {
            if (fault.Detail != problem?.Detail)
                text.Append('\n').Append("  ").Append(fault.Detail);
        }
        return text.ToString();
    }
}
