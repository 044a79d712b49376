using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Cloud.Cli.Control;

/// <summary>Asks the server that has the store, by HTTP on its socket.</summary>
sealed class SocketCaller : IApiCaller, IDisposable
{
    readonly HttpClient client;

    public SocketCaller(string path)
    {
        var sockets = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancel) => await ConnectAsync(path, cancel),
        };
        // Work of the operator's may take as long as it takes: an import, a check of everything.
        client = new(sockets) { BaseAddress = new("http://localhost"), Timeout = Timeout.InfiniteTimeSpan };
    }

    public async ValueTask<ApiReply> SendAsync(ApiAsk ask, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(new(ask.Method), new Uri(ask.Target, UriKind.Relative));
        if (ask.Body is { } body)
        {
            request.Content = new StreamContent(body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ask.MediaType);
        }
        foreach (var (name, value) in ask.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        try
        {
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            var content = await response.Content.ReadAsStreamAsync(cancel);
            return new((int)response.StatusCode, name => HeaderOf(response, name), content, new Owner(response));
        }
        catch (HttpRequestException e)
        {
            throw new IOException(e.InnerException?.Message ?? e.Message, e);
        }
    }

    public void Dispose() => client.Dispose();

    static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    static string? HeaderOf(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;

    sealed class Owner(HttpResponseMessage response) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
