using System.Net;
using System.Text;
using Azure.Core.Pipeline;
using Cloud.Store.Azure;

namespace Cloud.Tests.Store.Azure;

/// <summary>Plays Azure: answers request after request from a script, and keeps what was asked.</summary>
sealed class ScriptedService : HttpMessageHandler
{
    public const string Key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    public const string RequestId = "11111111-2222-3333-4444-555555555555";

    readonly Queue<Func<HttpRequestMessage, HttpResponseMessage>> script = [];

    public List<string> Requests { get; } = [];
    public List<HttpRequestMessage> Messages { get; } = [];

    public ScriptedService Answer(
        int status,
        string? code = null,
        string body = "",
        string type = "application/json",
        Action<HttpResponseMessage>? more = null
    ) =>
        Answer(_ =>
        {
            var answer = new HttpResponseMessage((HttpStatusCode)status)
            {
                Content = new StringContent(code is null ? body : $$$"""{"odata.error":{"code":"{{{code}}}"}}"""),
            };
            answer.Content.Headers.Remove("Content-Type");
            answer.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            answer.Headers.Add("x-ms-request-id", RequestId);
            more?.Invoke(answer);
            return answer;
        });

    public ScriptedService Answer(Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        script.Enqueue(answer);
        return this;
    }

    public ScriptedService Fail(Exception exception) => Answer(_ => throw exception);

    /// <summary>The answer to a batch, with one part for each status and body.</summary>
    public ScriptedService AnswerBatch(params (int Status, string Body)[] parts)
    {
        var text = new StringBuilder("--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n");
        foreach (var (status, body) in parts)
            text.Append(
                $"--c\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 {status} X\r\nETag: W/\"1\"\r\n\r\n{body}\r\n"
            );
        return Answer(202, null, text.Append("--c--\r\n--b--\r\n").ToString(), "multipart/mixed; boundary=b");
    }

    public AzureStore Open(TimeProvider? time = null) =>
        AzureStore.Open(
            new()
            {
                ConnectionString = $"AccountName=ada;AccountKey={Key}",
                Transport = new HttpClientTransport(new HttpClient(this)),
                RetryDelay = TimeSpan.FromMilliseconds(1),
                Time = time ?? TimeProvider.System,
            }
        );

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        Messages.Add(request);
        Requests.Add($"{request.Method} {request.RequestUri!.PathAndQuery}");
        if (request.Content is { } content)
            await content.LoadIntoBufferAsync(cancellationToken);
        var answer = script.Dequeue()(request);
        answer.RequestMessage = request;
        return answer;
    }
}
