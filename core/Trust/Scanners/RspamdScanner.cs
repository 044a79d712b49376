using System.Net;
using System.Text;

namespace Cloud.Trust.Scanners;

/// <summary>rspamd: POST /checkv2 of its HTTP protocol, over TCP or a socket of Unix.</summary>
public sealed class RspamdScanner : IScanner, IDisposable
{
    /// <summary>Octets of an answer; usual ones have 4 KiB.</summary>
    const int MaxAnswer = 256 * 1024;

    /// <summary>Characters of a field; addresses have 256.</summary>
    const int MaxField = 1_000;

    /// <summary>Recipients that are told: rspamd has no use for more.</summary>
    const int MaxRecipients = 100;

    readonly ScanOptions options;
    readonly TimeProvider time;
    readonly string? password;
    readonly HttpMessageInvoker http;

    /// <param name="options">Where and how long.</param>
    /// <param name="time">For the limit.</param>
    /// <param name="password">Of rspamd's worker where it asks for one; it goes nowhere else.</param>
    public RspamdScanner(ScanOptions options, TimeProvider time, string? password = null)
    {
        (this.options, this.time, this.password) = (options, time, password);
        http = new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                MaxResponseHeadersLength = 16, // KiB
                RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8, // RFC 6531 addresses
                ConnectCallback = (_, cancel) => options.Endpoint.ConnectAsync(cancel),
            }
        );
    }

    public string Name => "rspamd";

    public void Dispose() => http.Dispose();

    public Task<ScanVerdict> ScanAsync(ScanMessage message, ScanClient client, CancellationToken cancel)
    {
        var scan = new Scan(Name, options, time);
        return scan.RunAsync(message, ends => AskAsync(scan, message, client, ends), cancel);
    }

    async Task<ScanVerdict> AskAsync(Scan scan, ScanMessage message, ScanClient client, CancellationToken cancel)
    {
        using var request = Request(message, client);
        using var response = await http.SendAsync(request, cancel);
        if (response.StatusCode != HttpStatusCode.OK)
            return scan.Failed($"rspamd says: {(int)response.StatusCode} {response.ReasonPhrase}");
        await using var body = new ScanStream(await response.Content.ReadAsStreamAsync(cancel));
        var answer = await body.AnswerAsync(MaxAnswer, _ => false, cancel);
        return answer.Length == MaxAnswer ? scan.Failed("too long an answer") : RspamdReply.Parse(answer, scan);
    }

    HttpRequestMessage Request(ScanMessage message, ScanClient client)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "http://rspamd/checkv2")
        {
            Version = HttpVersion.Version11,
            Content = new MessageContent(message),
        };
        request.Headers.ConnectionClose = true; // an idle one that died would cost a message its verdict
        Add(request, "IP", client.Address?.ToString());
        Add(request, "Helo", client.Helo);
        Add(request, "Hostname", client.HostName);
        Add(request, "From", client.Sender);
        foreach (var recipient in client.Recipients.Take(MaxRecipients))
            Add(request, "Rcpt", recipient);
        Add(request, "Queue-Id", client.QueueId);
        Add(request, "User", client.User);
        Add(request, "Password", password);
        return request;
    }

    /// <summary>Strangers' text: what could end a field does not go in.</summary>
    static void Add(HttpRequestMessage request, string name, string? value)
    {
        if (value is { Length: > 0 and <= MaxField } && !value.Any(char.IsControl))
            request.Headers.TryAddWithoutValidation(name, value);
    }

    sealed class MessageContent(ScanMessage message) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(
            Stream stream,
            TransportContext? context,
            CancellationToken cancel
        )
        {
            await using var octets = await message.OpenAsync(cancel);
            await octets.CopyToAsync(stream, cancel);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = message.Length;
            return true;
        }
    }
}
