using Cloud.Flow.Submission;
using Cloud.Store.Accounts;

namespace Cloud.Api.Gateway.Operations;

/// <summary>An account wants a message sent: the uploaded bytes go to whoever takes it, or away.</summary>
static class SubmitMessage
{
    public static async ValueTask<SubmitResult> RunAsync(
        Submitting submitting,
        Uploads uploads,
        SubmitRequest request,
        bool repeated,
        CancellationToken cancel
    )
    {
        var blob = request.Message.Blob;
        repeated |= uploads.IsTaken(blob);
        try
        {
            var (result, keepsSource) = await submitting.SubmitAsync(request, repeated, cancel);
            if (keepsSource)
                uploads.Take(blob);
            else if (!repeated)
                await uploads.RefuseAsync(blob);
            return result;
        }
        catch (OutcomeUnknownException)
        {
            uploads.Take(blob); // the outbox may have it
            throw;
        }
    }
}
