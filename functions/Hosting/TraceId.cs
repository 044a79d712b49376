using System.Diagnostics;

namespace Cloud.Functions.Hosting;

/// <summary>Names a call in the log: the caller's W3C trace id, else the host's invocation id, else Kestrel's.</summary>
static class TraceId
{
    public static string Of(HttpContext http)
    {
        var headers = http.Request.Headers;
        if (ActivityContext.TryParse(headers.TraceParent, null, out var parent))
            return parent.TraceId.ToHexString();
        return Guid.TryParse(headers[HostCall.InvocationId], out var invocation)
            ? invocation.ToString("N")
            : http.TraceIdentifier;
    }
}
