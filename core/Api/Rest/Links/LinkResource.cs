using System.Text;

namespace Cloud.Api.Rest.Links;

/// <summary><c>/links</c>: what webhooks link to. Whoever has a link may read that, for a while, and nothing else.</summary>
static class LinkResource
{
    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get("/links/{token}", ApiScope.None, "Read what a webhook has linked to", ReadAsync) with
        {
            ResponseType = "application/octet-stream",
        },
    ];

    static async ValueTask<ApiAnswer> ReadAsync(ApiCall call, CancellationToken cancel)
    {
        var found = await call.Rooms.Backend.Hooks.OpenLinkAsync(call["token"], cancel);
        if (found is null)
            throw new ApiException(ApiProblem.NotFound("link (any more)"));
        // It is a stranger's file: no browser is to show it as a page of this server's.
        return ApiAnswer
            .Streamed(200, found.Type, found.Content, found.Length)
            .With("Content-Disposition", DispositionOf(found.Name))
            .With("Content-Security-Policy", "sandbox; default-src 'none'");
    }

    /// <summary>RFC 6266 §4.1, RFC 8187 §3.2.1: everything but letters, digits and few marks is percent-encoded.</summary>
    static string DispositionOf(string? name)
    {
        if (name is null)
            return "attachment";
        var text = new StringBuilder("attachment; filename*=UTF-8''");
        foreach (var octet in Encoding.UTF8.GetBytes(name.Length <= 200 ? name : name[..200]))
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'.' or (byte)'-' or (byte)'_')
                text.Append((char)octet);
            else
                text.Append('%').Append(Convert.ToHexString([octet]));
        }
        return text.ToString();
    }
}
