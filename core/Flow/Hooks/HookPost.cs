using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using Cloud.Flow.Hooks.Payloads;
using Cloud.Wire.Http;

namespace Cloud.Flow.Hooks;

/// <summary>What an endpoint answered.</summary>
/// <param name="RetryAfter">When it wants to be asked again; null where it does not say.</param>
sealed record PostResult(HookAttempt Attempt, DateTimeOffset? RetryAfter)
{
    public bool IsTaken => Attempt.Fault is null;

    /// <summary>410: it is never to be asked again.</summary>
    public bool IsGone => Attempt.Status == (int)HttpStatusCode.Gone;
}

/// <summary>Posts to endpoints, whose addresses strangers may choose.</summary>
/// <param name="handler">
/// Sends; it must connect to public addresses only and follow nothing: <see cref="GuardedConnect.Handler"/> is made so.
/// </param>
sealed class HookPost(HttpMessageHandler handler, HookOptions options, TimeProvider time) : IDisposable
{
    /// <summary>The longest wait that an endpoint can ask for: that of its schedule.</summary>
    static readonly TimeSpan LongestWait = TimeSpan.FromHours(24);

    readonly HttpClient http = new(handler) { Timeout = Timeout.InfiniteTimeSpan };

    /// <param name="addresses">Where the endpoint was found; empty where nobody could tell.</param>
    public async Task<PostResult> PostAsync(
        HookRow row,
        string id,
        HookBody body,
        IReadOnlyList<IPAddress> addresses,
        CancellationToken cancel
    )
    {
        var at = time.GetUtcNow();
        var start = time.GetTimestamp();
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            if (FaultOf(row) is { } fault)
                return Failed(fault);
            using var request = RequestOf(row, id, body, at);
            if (addresses.Count > 0)
                request.Options.Set(GuardedConnect.Found, addresses);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var text = await TryReadAsync(answer, either.Token, cancel);
            var status = (int)answer.StatusCode;
            var wait = status is 429 or 503 ? RetryAfter(answer.Headers.RetryAfter, at) : null;
            return new(Ended(status, answer.IsSuccessStatusCode ? null : $"It answered {status}", text), wait);
        }
        catch (Exception e) when (e is not OperationCanceledException) // Whatever it is: it counts, so that it ends.
        {
            return Failed(e.GetBaseException().Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Failed($"No answer within {options.Timeout.TotalSeconds:0} s");
        }

        PostResult Failed(string fault) => new(Ended(null, fault, ""), null);

        HookAttempt Ended(int? status, string? fault, string text) =>
            new(at, status, (int)time.GetElapsedTime(start).TotalMilliseconds, Line(fault), text);
    }

    public void Dispose() => http.Dispose();

    /// <summary>What is wrong, wherever the address leads to; null for nothing.</summary>
    string? FaultOf(HookRow row)
    {
        var url = row.Hook.Url;
        if (HookCheck.UrlFault(url) is { } fault)
            return fault;
        if (row.Sealed is not null)
            return "The key-encryption key is not known here: nothing can be signed";
        return options.AllowPrivate || new Uri(url).Scheme == Uri.UriSchemeHttps ? null : "Only https is sent to";
    }

    static HttpRequestMessage RequestOf(HookRow row, string id, HookBody body, DateTimeOffset at)
    {
        var content = new ByteArrayContent(body.Content);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(body.Type);
        var request = new HttpRequestMessage(HttpMethod.Post, row.Hook.Url) { Content = content };
        var fields = request.Headers;
        fields.TryAddWithoutValidation("User-Agent", "Cloud-Webhooks/1");
        fields.TryAddWithoutValidation(HookSignature.IdField, id);
        fields.TryAddWithoutValidation(HookSignature.TimeField, $"{HookSignature.Seconds(at)}");
        fields.TryAddWithoutValidation(HookSignature.SignatureField, HookSignature.Of(row.Keys, id, at, body.Content));
        if (body.Title is { } title)
            fields.TryAddWithoutValidation("Title", title);
        return request;
    }

    /// <summary>The status says whether it was taken: what becomes of the rest of the answer changes nothing.</summary>
    static async Task<string> TryReadAsync(
        HttpResponseMessage answer,
        CancellationToken either,
        CancellationToken cancel
    )
    {
        try
        {
            return await ReadAsync(answer, either);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return "";
        }
    }

    /// <summary>The start of the answer; the rest is not read, and the connection closed.</summary>
    static async Task<string> ReadAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancel);
        var octets = new byte[HookAttempt.MaxAnswer];
        var length = await body.ReadAtLeastAsync(octets, octets.Length, throwOnEndOfStream: false, cancel);
        var text = Encoding.UTF8.GetString(octets, 0, length);
        return string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? ' ' : c));
    }

    static DateTimeOffset? RetryAfter(RetryConditionHeaderValue? asked, DateTimeOffset now)
    {
        var until = asked?.Date ?? (asked?.Delta is { } wait && wait < LongestWait ? now + wait : null);
        until ??= asked is null ? null : now + LongestWait;
        return until > now + LongestWait ? now + LongestWait : until;
    }

    static string? Line(string? text) =>
        text is null ? null : string.Concat(text.Take(300).Select(c => char.IsControl(c) ? ' ' : c));
}
