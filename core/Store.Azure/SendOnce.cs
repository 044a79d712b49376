using Azure.Core;
using Azure.Core.Pipeline;

namespace Cloud.Store.Azure;

/// <summary>Keeps the HTTP client from sending a change again behind our back; see <see cref="CarefulRetry"/>.</summary>
/// <remarks>
/// When a kept connection closes without an answer, the client repeats a request that has no body by itself. A deletion
/// gets an empty one, and with a body begun, the client reports the failure instead.
/// </remarks>
sealed class SendOnce(Func<Request, bool> repeatable) : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        if (message.Request.Content is null && !repeatable(message.Request))
            message.Request.Content = RequestContent.Create(Array.Empty<byte>());
    }
}
