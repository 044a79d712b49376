namespace Cloud.Cli.FunctionsHost;

/// <summary>Copies what a proxy passes on, and leaves what belongs to one connection (RFC 9110 §7.6.1).</summary>
static class ProxyHeaders
{
    static readonly HashSet<string> OfOneConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection",
        "Keep-Alive",
        "Proxy-Authenticate",
        "Proxy-Authorization",
        "Proxy-Connection",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
    };

    /// <param name="touch">Called for each piece of the body that has gone through.</param>
    public static void Copy(HttpRequest from, HttpRequestMessage to, Action touch)
    {
        var hasBody = from.ContentLength > 0 || from.Headers.TransferEncoding.Count > 0;
        if (hasBody)
            to.Content = new StreamedContent(from.Body, touch);
        else if (from.ContentLength == 0)
            to.Content = new ByteArrayContent([]);
        foreach (var (name, values) in from.Headers)
        {
            if (OfOneConnection.Contains(name))
                continue;
            if (!to.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                to.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        // As the front end before the host adds them.
        to.Headers.Remove("X-Forwarded-For");
        to.Headers.TryAddWithoutValidation("X-Forwarded-For", from.HttpContext.Connection.RemoteIpAddress?.ToString());
        to.Headers.Remove("X-Forwarded-Proto");
        to.Headers.TryAddWithoutValidation("X-Forwarded-Proto", from.Scheme);
    }

    public static void CopyBack(HttpResponseMessage from, HttpResponse to)
    {
        to.StatusCode = (int)from.StatusCode;
        foreach (var (name, values) in from.Headers.NonValidated.Concat(from.Content.Headers.NonValidated))
        {
            if (!OfOneConnection.Contains(name))
                to.Headers[name] = values.ToArray();
        }
    }
}
