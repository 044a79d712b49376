using System.Net;
using System.Net.Http;
using Cloud.Flow.Hooks;
using Cloud.Mail.Compose;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Api.Rest.Sends;

/// <summary>Attachments that are fetched from where links lead, while a message is made.</summary>
/// <remarks>
/// As webhooks are sent: to public addresses, looked up once, and no redirection is followed. What comes lies in blobs that
/// no message names, which go when the message is made; what a crash leaves the sweep removes.
/// </remarks>
/// <param name="links">Of the request, which may have other messages.</param>
sealed class LinkedFiles(ApiCall call, LinkTime links) : IAsyncDisposable
{
    /// <summary>Links of one message.</summary>
    public const int MaxLinks = 20;

    /// <summary>Octets of all files of a message: what fits into one, encoded.</summary>
    const long MaxOctets = Uploads.UploadResource.MaxUpload;

    /// <summary>For one file, once it is its turn, from the name's look-up to the last octet: 36 MiB at 10 Mbit/s.</summary>
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    readonly IBlobs blobs = call.Rooms.Backend.Accounts.Blobs;
    readonly List<string> names = [];
    long left = MaxOctets;

    /// <summary>Fetches a file.</summary>
    /// <param name="pointer">Where the link stands.</param>
    /// <returns>Its octets, and its type as its server calls it; null where it does not.</returns>
    /// <exception cref="ApiException">422: it cannot be had; 503: it cannot be had now.</exception>
    public async ValueTask<(OctetSource Octets, string? Type)> FetchAsync(
        string url,
        string pointer,
        CancellationToken cancel
    )
    {
        var web = call.Rooms.Web ?? throw Refused(pointer, "Links are not followed by this server.");
        if (HookCheck.UrlFault(url) is { } fault)
            throw Refused(pointer, $"{fault}.");
        if (!web.AllowsClear && new Uri(url).Scheme != Uri.UriSchemeHttps)
            throw Refused(pointer, "It must begin with https://.");
        using var limit = new CancellationTokenSource(links.Left, call.Rooms.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            using var turn = await web.EnterAsync(call.Caller.Key, either.Token);
            if (links.Left > Timeout)
                limit.CancelAfter(Timeout);
            return await FetchAsync(web, url, pointer, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Later(pointer, "It did not come in time.");
        }
        catch (HttpRequestException e)
        {
            throw Failed(pointer, e);
        }
        catch (IOException)
        {
            throw Later(pointer, "It broke off.");
        }
    }

    /// <summary>Removes what was fetched.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var name in names)
            await BlobWaste.RemoveAsync(blobs, name);
    }

    async ValueTask<(OctetSource Octets, string? Type)> FetchAsync(
        ApiWeb web,
        string url,
        string pointer,
        CancellationToken cancel
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("User-Agent", "Cloud-Attachments/1");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        using var answer = await web.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        Check(answer, pointer);
        var id = TransactionId.Create(call.Rooms.Time, call.Rooms.Backend.Accounts.Entropy);
        var name = BlobNames.Of(id);
        names.Add(name);
        await using var writer = await blobs.CreateAsync(name, cancel);
        await using var body = await answer.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[64 * 1024];
        int length;
        while ((length = await body.ReadAsync(buffer, cancel)) > 0)
        {
            left -= length;
            if (left < 0)
                throw TooLarge(pointer);
            await writer.WriteAsync(buffer.AsMemory(0, length), cancel);
        }
        if (!await writer.CompleteAsync(cancel))
            throw new ApiException(ApiProblem.Unavailable);
        var octets = OctetSource.Of(async until =>
            await blobs.OpenAsync(name, 0, null, until) ?? throw new StoreException("The attachment is gone")
        );
        return (octets, answer.Content.Headers.ContentType?.MediaType);
    }

    void Check(HttpResponseMessage answer, string pointer)
    {
        var status = (int)answer.StatusCode;
        if (status is 429 or >= 500)
            throw Later(pointer, $"Its server answered {status}.");
        if (answer.StatusCode != HttpStatusCode.OK)
            throw Refused(pointer, $"Its server answered {status}, and no redirection is followed.");
        if (answer.Content.Headers.ContentEncoding.Any(coding => coding != "identity"))
            throw Refused(pointer, "Its server sent it compressed, which nobody has asked for.");
        if (answer.Content.Headers.ContentLength > left)
            throw TooLarge(pointer);
    }

    static ApiException TooLarge(string pointer) =>
        Refused(pointer, $"All files of a message have up to {MaxOctets} octets.");

    /// <summary>What a link leads to is the asker's mistake; that nobody is there now may be nobody's.</summary>
    static ApiException Failed(string pointer, HttpRequestException fault) =>
        // The handler wraps what the guard says.
        (fault.GetBaseException() as HttpRequestException ?? fault).HttpRequestError
            is HttpRequestError.NameResolutionError
                or HttpRequestError.ConfigurationLimitExceeded
                or HttpRequestError.InvalidResponse
                or HttpRequestError.SecureConnectionError
            ? Refused(pointer, "Nothing can be fetched from there.")
            : Later(pointer, "Nothing can be fetched from there now.");

    static ApiException Refused(string pointer, string why) =>
        new(ApiProblem.Of(422, "link", why, [new(why, Pointer: pointer)]));

    static ApiException Later(string pointer, string why) =>
        new(ApiProblem.Of(503, "link-later", why, [new(why, Pointer: pointer)]))
        {
            RetryAfter = TimeSpan.FromSeconds(5),
        };
}
