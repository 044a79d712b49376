using System.IO.Pipelines;
using System.Net;
using Cloud.Api.Rest;

namespace Cloud.Cli.Control;

/// <summary>Asks the API in this process.</summary>
sealed class LocalCaller(RestApi api) : IApiCaller
{
    public async ValueTask<ApiReply> SendAsync(ApiAsk ask, CancellationToken cancel)
    {
        var request = new ApiRequest(
            ask.Method,
            ask.Target,
            name => name == "Content-Type" ? ask.MediaType : ask.Headers.GetValueOrDefault(name),
            ask.Body ?? Stream.Null,
            IPAddress.Loopback
        );
        var answer = await api.AnswerAsync(request, Caller.Operator, cancel);
        var pipe = new Pipe();
        var writing = WriteAsync(answer, pipe.Writer, cancel);
        return new(answer.Status, answer.Header, pipe.Reader.AsStream(), new Owner(answer, pipe.Reader, writing));
    }

    static async Task WriteAsync(ApiAnswer answer, PipeWriter output, CancellationToken cancel)
    {
        try
        {
            await answer.WriteAsync(output.AsStream(leaveOpen: true), cancel);
            await output.CompleteAsync();
        }
#pragma warning disable CA1031 // Whoever reads the other end learns of it there.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await output.CompleteAsync(e);
        }
    }

    sealed class Owner(ApiAnswer answer, PipeReader reader, Task writing) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await reader.CompleteAsync();
            await writing;
            await answer.DisposeAsync();
        }
    }
}
