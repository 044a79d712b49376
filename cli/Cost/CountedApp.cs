using System.Net;
using Cloud.Api.Gateway.Wire;

namespace Cloud.Cli.Cost;

/// <summary>The Functions app in this process: answers the listener's calls as its Gateway function does, and counts them.</summary>
/// <param name="instance">The instance that answers a call.</param>
sealed class CountedApp(Func<GatewayService> instance, TimeProvider time) : HttpMessageHandler
{
    readonly Lock guard = new();
    TimeSpan lasted;
    int underWay;
    int executions;

    /// <summary>Calls that were answered.</summary>
    public int Executions
    {
        get
        {
            lock (guard)
                return executions;
        }
    }

    /// <summary>How long all of them took.</summary>
    public TimeSpan Lasted
    {
        get
        {
            lock (guard)
                return lasted;
        }
    }

    public bool IsAtWork
    {
        get
        {
            lock (guard)
                return underWay > 0;
        }
    }

    public void Reset()
    {
        lock (guard)
            (executions, lasted) = (0, default);
    }

    /// <summary>Counts one execution.</summary>
    public async ValueTask<T> ExecuteAsync<T>(Func<ValueTask<T>> run)
    {
        var began = time.GetTimestamp();
        lock (guard)
            underWay++;
        try
        {
            return await run();
        }
        finally
        {
            lock (guard)
            {
                underWay--;
                executions++;
                lasted += time.GetElapsedTime(began);
            }
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    ) => await ExecuteAsync(() => AnswerAsync(request, cancellationToken));

    async ValueTask<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var operation = request.RequestUri!.AbsolutePath[WireFormat.Path.Length..];
        await using var body = await request.Content!.ReadAsStreamAsync(cancel);
        await using var answer = await instance()
            .AnswerAsync(
                operation,
                name => request.Headers.TryGetValues(name, out var values) ? values.First() : null,
                body,
                cancel
            );
        var bytes = new MemoryStream();
        await answer.WriteAsync(bytes, cancel);
        var content = new ByteArrayContent(bytes.GetBuffer(), 0, (int)bytes.Length);
        content.Headers.ContentType = new(answer.ContentType);
        return new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = content };
    }
}
