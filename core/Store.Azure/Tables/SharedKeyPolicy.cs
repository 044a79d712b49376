using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Cloud.Store.Azure.Tables;

/// <summary>Signs a request to the table service with the account's key ("Authorize with Shared Key", Azure Storage).</summary>
/// <remarks>Runs on each try, so that a repeated request carries a date of its own.</remarks>
sealed class SharedKeyPolicy(string account, string key, TimeProvider time) : HttpPipelineSynchronousPolicy
{
    readonly byte[] key = Convert.FromBase64String(key);

    public override void OnSendingRequest(HttpMessage message)
    {
        var request = message.Request;
        var date = time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        request.Headers.SetValue("x-ms-date", date);

        var type = request.Headers.TryGetValue("Content-Type", out var value) ? value : "";
        var path = request.Uri.ToUri().AbsolutePath;
        var text = StringToSign(request.Method.Method, type, date, account, path);
        var signature = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        request.Headers.SetValue("Authorization", $"SharedKey {account}:{signature}");
    }

    /// <remarks>
    /// Verb, Content-MD5 (never sent), type, date, resource. Of the query only <c>comp</c> would count, and no
    /// operation here has one. An emulator's path starts with the account, which then stands twice.
    /// </remarks>
    public static string StringToSign(string verb, string type, string date, string account, string path) =>
        $"{verb}\n\n{type}\n{date}\n/{account}{path}";
}
